package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Starts is how long the program takes until it serves, medians, and how much
// Memory of its own it has then; PostgreSQL's is not counted.
type Starts struct {
	Of int `json:"of"`
	// Cold makes the cluster and the demonstration data; Warm finds them.
	Cold Start `json:"cold"`
	Warm Start `json:"warm"`
}

// Start is one kind of start. ResidentBytes is 0 where the system does not tell.
type Start struct {
	Took          time.Duration `json:"tookNs"`
	ResidentBytes int64         `json:"residentBytes"`
}

var serves = regexp.MustCompile(` serves http://\S+$`)

// MeasureStarts starts the program cold and warm, n times each, on folders below dir.
func MeasureStarts(ctx context.Context, program, dir string, n int, progress func(done, total int)) (*Starts, error) {
	var cold, warm []Start
	for i := range n {
		folder := filepath.Join(dir, "start-"+strconv.Itoa(i))
		for _, kind := range []*[]Start{&cold, &warm} {
			progress(len(cold)+len(warm), 2*n)
			s, err := start(ctx, program, folder)
			if err != nil {
				return nil, err
			}
			*kind = append(*kind, s)
		}
		if err := os.RemoveAll(folder); err != nil {
			return nil, err
		}
	}
	progress(2*n, 2*n)
	return &Starts{Of: n, Cold: middle(cold), Warm: middle(warm)}, nil
}

func middle(all []Start) Start {
	took, resident := make([]time.Duration, len(all)), make([]int64, len(all))
	for i, s := range all {
		took[i], resident[i] = s.Took, s.ResidentBytes
	}
	return Start{Took: Median(took), ResidentBytes: Median(resident)}
}

// start runs the program until it serves, and ends it.
func start(ctx context.Context, program, folder string) (s Start, err error) {
	cmd := Child(ctx, program, "serve", "--addr=127.0.0.1:0", "--data-dir="+folder, "--log-level=error")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return s, err
	}
	serving := false
	for lines := bufio.NewScanner(out); !serving && lines.Scan(); {
		serving = serves.Match(lines.Bytes())
	}
	s.Took = time.Since(began)
	s.ResidentBytes = Memory(cmd.Process.Pid, "VmRSS")
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil || !serving {
		return s, fmt.Errorf("serve: %w: %s", errors.Join(err, ctx.Err()), errs.String())
	}
	return s, nil
}

// Import is how long the import of a file took and the most memory it had.
type Import struct {
	File          string        `json:"file"`
	Took          time.Duration `json:"tookNs"`
	ResidentBytes int64         `json:"residentBytes"`
	// Told is what the command printed.
	Told string `json:"told"`
}

// memoryEvery is how often the memory of a command is looked at. What is read
// is its highest so far, so that only the last moment can be missed.
const memoryEvery = 10 * time.Millisecond

// MeasureImport runs the program's import of a sales file.
func MeasureImport(ctx context.Context, program, file string, args ...string) (*Import, error) {
	cmd := Child(ctx, program, append([]string{"import", "sales", file}, args...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	i := &Import{File: file}
	for {
		select {
		case <-tick.C:
			i.ResidentBytes = max(i.ResidentBytes, Memory(cmd.Process.Pid, "VmHWM"))
		case err := <-ended:
			i.Took, i.Told = time.Since(began), out.String()
			if err != nil {
				return nil, fmt.Errorf("import sales: %w: %s", err, errs.String())
			}
			return i, nil
		}
	}
}

// Child is a process of the program that ends in order when ctx does.
func Child(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL=")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// Memory of a process in bytes, 0 where there is no /proc.
func Memory(pid int, field string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kib << 10
		}
	}
	return 0
}
