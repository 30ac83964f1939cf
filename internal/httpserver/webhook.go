package httpserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/tradewind-commerce/tradewind/internal/payment"
	hook "github.com/tradewind-commerce/tradewind/internal/webhook"
)

// maxWebhook is how large an event may be.
const maxWebhook = 256 << 10

// Receiver takes a signed event of a payment provider or a carrier. It reports
// payment.ErrUnknownProvider and payment.ErrUnsigned, or the errors of package
// webhook.
type Receiver func(ctx context.Context, provider string, header http.Header, body []byte) error

// answers are what senders are told, by what receivers report.
var answers = []struct {
	reported error
	status   int
}{
	{payment.ErrUnknownProvider, http.StatusNotFound}, {hook.ErrUnknown, http.StatusNotFound},
	{payment.ErrUnsigned, http.StatusBadRequest}, {hook.ErrSignature, http.StatusBadRequest}, {hook.ErrStale, http.StatusBadRequest},
	{hook.ErrForm, http.StatusBadRequest}, {hook.ErrIgnored, http.StatusOK},
}

// webhook answers 200 to what need not be sent again, 400 to what is not
// signed well or cannot be read, 404 to what is not known, 413, and 500 to what
// shall be sent again. It logs neither headers nor bodies.
func webhook(receive Receiver, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		provider := chi.URLParam(r, "provider")
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
		if err == nil {
			err = receive(r.Context(), provider, r.Header, body)
		}
		status := statusOf(err)
		switch {
		case status == http.StatusInternalServerError:
			log.ErrorContext(r.Context(), "webhook failed and should come again", "provider", provider, "error", err)
		case status != http.StatusOK:
			log.WarnContext(r.Context(), "webhook refused", "provider", provider, "reason", err)
		case err != nil:
			log.InfoContext(r.Context(), "webhook ignored", "provider", provider, "reason", err)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, http.StatusText(status)+"\n")
	}
}

func statusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if tooLarge := (&http.MaxBytesError{}); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	for _, a := range answers {
		if errors.Is(err, a.reported) {
			return a.status
		}
	}
	return http.StatusInternalServerError
}
