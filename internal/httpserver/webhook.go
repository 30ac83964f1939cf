package httpserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/tradewind-commerce/tradewind/internal/payment"
)

// maxWebhook is how large a provider's event may be.
const maxWebhook = 256 << 10

// Receiver takes a provider's signed event. It reports
// payment.ErrUnknownProvider and payment.ErrUnsigned.
type Receiver func(ctx context.Context, provider string, header http.Header, body []byte) error

// webhook answers 200 to what need not be sent again, 400 to what is not
// signed well, 404, 413, and 500 to what shall be sent again. It logs neither
// headers nor bodies.
func webhook(receive Receiver, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		provider := chi.URLParam(r, "provider")
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
		if err == nil {
			err = receive(r.Context(), provider, r.Header, body)
		}
		tooLarge := &http.MaxBytesError{}
		status := http.StatusInternalServerError
		switch {
		case err == nil:
			status = http.StatusOK
		case errors.As(err, &tooLarge):
			status = http.StatusRequestEntityTooLarge
		case errors.Is(err, payment.ErrUnknownProvider):
			status = http.StatusNotFound
		case errors.Is(err, payment.ErrUnsigned):
			status = http.StatusBadRequest
			log.WarnContext(r.Context(), "webhook refused", "provider", provider, "reason", err)
		default:
			log.ErrorContext(r.Context(), "webhook failed and should come again", "provider", provider, "error", err)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, http.StatusText(status)+"\n")
	}
}
