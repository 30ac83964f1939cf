package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrGoToolGone ends a context of WithGoTool.
var ErrGoToolGone = errors.New("the go tool that ran this program is gone")

// WithGoTool returns a context that ends when this process was started by
// `go run` and the go tool has ended without it. The tool passes Ctrl-C on,
// but not a kill; without this the program would run on, unseen.
func WithGoTool(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	parent := os.Getppid()
	if program(ctx, parent) != "go" {
		return ctx, func() { cancel(nil) }
	}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if os.Getppid() != parent {
					cancel(ErrGoToolGone)
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// program is the name of what runs as pid, or "".
func program(ctx context.Context, pid int) string {
	if path, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
		return filepath.Base(path)
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return filepath.Base(strings.TrimSpace(string(out)))
}
