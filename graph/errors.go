package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Codes of top-level errors, in extensions.code.
const (
	codeUnauthenticated = "UNAUTHENTICATED"
	codeForbidden       = "FORBIDDEN"
	codeBadUserInput    = "BAD_USER_INPUT"
	codeThrottled       = "THROTTLED"
	codeInternal        = "INTERNAL"
)

// fault marks an error whose text must not leave the server.
type fault struct {
	id  string
	err error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// present turns any error into what a client may see: the only place that does.
func present(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var denied *problem.Denied
		var bad *problem.BadInput
		var shown *gqlerror.Error
		path := graphql.GetPath(ctx)
		switch {
		case errors.As(err, &denied) && !denied.SignedIn:
			return coded(path, codeUnauthenticated, denied.Error(), nil)
		case errors.As(err, &denied):
			return coded(path, codeForbidden, denied.Error(), map[string]any{"requiredPermission": denied.Permission})
		case errors.As(err, &bad):
			return badInput(path, bad, err)
		case len(problem.From(err)) > 0:
			p := problem.From(err)[0]
			return coded(path, string(p.Code), p.Message, nil)
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return coded(path, codeThrottled, "the operation took too long or was given up", nil)
		case errors.As(err, &shown) && shown.Err == nil:
			return clientError(shown)
		}
		f := &fault{id: uuid.NewString(), err: err}
		errors.As(err, &f)
		log.ErrorContext(ctx, "operation failed", "id", f.id, "path", path.String(), "error", f.err)
		return coded(path, codeInternal, "internal error", map[string]any{"id": f.id})
	}
}

// badInput keeps the longest path there is: that of the field with the
// argument's behind it.
func badInput(path ast.Path, bad *problem.BadInput, err error) *gqlerror.Error {
	var wrapped *gqlerror.Error
	if bad.Argument != "" {
		for name := range strings.SplitSeq(bad.Argument, ".") {
			path = append(slices.Clip(path), ast.PathName(name))
		}
	} else if errors.As(err, &wrapped) && len(wrapped.Path) > len(path) {
		path = wrapped.Path
	}
	return coded(path, codeBadUserInput, bad.Message, nil)
}

// clientError is one that gqlgen or a limit made for the client: syntax,
// validation or a limit.
func clientError(e *gqlerror.Error) *gqlerror.Error {
	code, _ := e.Extensions["code"].(string)
	if code == "" || code == errcode.ParseFailed || code == errcode.ValidationFailed {
		e.Extensions = map[string]any{"code": codeBadUserInput}
	}
	return e
}

func coded(path ast.Path, code, message string, more map[string]any) *gqlerror.Error {
	extensions := map[string]any{"code": code}
	maps.Copy(extensions, more)
	return &gqlerror.Error{Message: message, Path: path, Extensions: extensions}
}

// refused answers an operation that does not run.
func refused(code, message string) *graphql.Response {
	return &graphql.Response{Errors: gqlerror.List{coded(nil, code, message, nil)}}
}

// recoverPanic turns a panic into a fault with an id; its stack goes to the log alone.
func recoverPanic(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		f := &fault{id: uuid.NewString(), err: fmt.Errorf("panic: %v", p)}
		log.ErrorContext(ctx, "resolver panicked", "id", f.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		return f
	}
}
