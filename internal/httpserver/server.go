package httpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Timeouts of connections. WriteTimeout must leave an operation its time.
type Timeouts struct {
	Header, Read, Write, Idle time.Duration
}

// Server listens from the first moment. Until it is given its handler it
// answers that it lives and is not ready, and keeps other requests waiting.
type Server struct {
	listener net.Listener
	http     http.Server
	handler  http.Handler
	opened   chan struct{}
	closing  chan struct{}
	ended    chan error
}

// maxHeader bounds the headers, and with them the query of a GET.
const maxHeader = 64 << 10

// Listen takes the address.
func Listen(ctx context.Context, addr string, t Timeouts, log *slog.Logger) (*Server, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: stop that one first, or choose another address (--addr, ADDR)", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s (--addr, ADDR): %w", addr, err)
	}
	s := &Server{
		listener: listener, opened: make(chan struct{}), closing: make(chan struct{}), ended: make(chan error, 1),
	}
	s.http = http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: t.Header, ReadTimeout: t.Read, WriteTimeout: t.Write, IdleTimeout: t.Idle,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() { s.ended <- s.http.Serve(listener) }()
	return s, nil
}

// Addr is the address it listens on, with the port the system chose for :0.
func (s *Server) Addr() *net.TCPAddr {
	addr, _ := s.listener.Addr().(*net.TCPAddr)
	return addr
}

// Open begins to serve. It is called once.
func (s *Server) Open(h http.Handler) {
	s.handler = h
	close(s.opened)
}

// Ended tells of a server that ended without being asked to.
func (s *Server) Ended() <-chan error { return s.ended }

// Close takes no more requests and gives those under way until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	close(s.closing)
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close()
		return fmt.Errorf("requests were cut off after the drain timeout: %w", err)
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
		select {
		case <-s.opened:
		default:
			starting(w, r)
			return
		}
	}
	select {
	case <-s.opened:
		s.handler.ServeHTTP(w, r)
	case <-s.closing:
		unavailable(w)
	case <-r.Context().Done():
	}
}

func starting(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/readyz" {
		unavailable(w)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, "not ready", http.StatusServiceUnavailable)
}
