package httpserver

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

const requestIDHeader = "X-Request-Id"

// requestID is what a proxy before us may have named the request.
var requestID = regexp.MustCompile(`^[A-Za-z0-9._=-]{1,64}$`)

type requestIDKey struct{}

// identify names each request, for its answer and every line logged about it.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if id == "" || !requestID.MatchString(id) {
			id = newRequestID()
		}
		w.Header()[requestIDHeader] = []string{id}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// newRequestID is unlike any other; nothing depends on its being hard to guess.
func newRequestID() string {
	var id uuid.UUID
	binary.NativeEndian.PutUint64(id[:8], rand.Uint64()) //nolint:gosec // no secret
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64()) //nolint:gosec // no secret
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80      // version 4
	return id.String()
}

// WithRequestID has a log name the request that a line is about.
func WithRequestID(h slog.Handler) slog.Handler { return requestLog{h} }

type requestLog struct{ slog.Handler }

func (l requestLog) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	return l.Handler.Handle(ctx, r)
}

func (l requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{l.Handler.WithAttrs(attrs)}
}

func (l requestLog) WithGroup(name string) slog.Handler {
	return requestLog{l.Handler.WithGroup(name)}
}

// logged writes one line per request: neither headers nor the query string,
// which may hold tokens and personal data.
func logged(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !log.Enabled(r.Context(), slog.LevelInfo) {
				next.ServeHTTP(w, r)
				return
			}
			began := time.Now()
			ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(ww, r)
			level := slog.LevelInfo
			if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
				level = slog.LevelDebug
			}
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			log.LogAttrs(r.Context(), level, "request",
				slog.String("method", r.Method), slog.String("path", shown(r.URL.Path)), slog.Int("status", max(ww.Status(), http.StatusOK)),
				slog.Int("bytes", ww.BytesWritten()), slog.Duration("took", time.Since(began)), slog.String("from", host))
		})
	}
}

// secretPaths begin paths that end with what lets in.
var secretPaths = []string{exportjob.DownloadPath, exportjob.ChartPath}

// shown is what of a path may be logged.
func shown(path string) string {
	for _, begin := range secretPaths {
		if strings.HasPrefix(path, begin) {
			return begin + "…"
		}
	}
	return path
}

// recovered turns a panic outside the API's own handler into an answer
// without internals.
func recovered(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it, too
					panic(p)
				}
				log.ErrorContext(r.Context(), "handler panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				graph.WriteError(w, http.StatusInternalServerError, "INTERNAL", "internal error")
			}()
			next.ServeHTTP(w, r)
		})
	}
}

func harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = nosniff
		next.ServeHTTP(w, r)
	})
}

var nosniff = []string{"nosniff"}

// pages hardens what a browser may show; answers of the API are data.
func pages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Frame-Options", "DENY")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// localHosts keeps pages of other sites out, whose name was pointed at this
// machine to read what is shown to its user alone.
func localHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && !strings.HasSuffix(host, ".localhost") && (ip == nil || !ip.IsLoopback()) {
			graph.WriteError(w, http.StatusMisdirectedRequest, "FORBIDDEN",
				"this server is for its own machine: call it as localhost, or start it with --demo to serve others")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func limited(timeout time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if timeout <= 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), timeout)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// authenticated tells who is calling, and ends what takes longer than timeout. No token is an anonymous visitor; one
// that is not good refuses the whole request: a client that believes it is
// signed in must not be served as a stranger.
func authenticated(
	timeout time.Duration, authenticate func(context.Context, string) (*auth.Actor, error), log *slog.Logger,
) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, timeout)
				defer cancel()
			}
			token, err := bearer(r.Header["Authorization"])
			if err == nil && token != "" {
				var actor *auth.Actor
				if actor, err = authenticate(ctx, token); err == nil {
					ctx = auth.With(ctx, actor)
				}
			}
			var denied *problem.Denied
			switch {
			case err == nil:
				next.ServeHTTP(w, r.WithContext(ctx))
			case errors.As(err, &denied):
				log.InfoContext(ctx, "token refused", "reason", err)
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				graph.WriteError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "the token is not valid: it may have expired; sign in again")
			default:
				log.ErrorContext(ctx, "the caller could not be told", "error", err)
				graph.WriteError(w, http.StatusServiceUnavailable, "INTERNAL", "the token could not be checked; try again")
			}
		})
	}
}

// bearer takes the token out of the Authorization headers.
func bearer(headers []string) (string, error) {
	if len(headers) == 0 || len(headers) == 1 && headers[0] == "" {
		return "", nil
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	token = strings.TrimSpace(token)
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", fmt.Errorf("not one Bearer token: %w", &problem.Denied{})
	}
	return token, nil
}
