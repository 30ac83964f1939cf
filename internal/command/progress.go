package command

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// tellEvery is how often progress is told in lines.
const tellEvery = 2 * time.Second

// Progress tells on standard error how far long work has come: a bar on a
// terminal, plain lines otherwise. Total is 0 where it is not known.
func (c *Common) Progress() func(step string, done, total int) {
	if f, ok := c.Err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return bars(f)
	}
	return lines(c.Err, time.Now)
}

func bars(w io.Writer) func(string, int, int) {
	var bar *progressbar.ProgressBar
	var current string
	return func(step string, done, total int) {
		if bar == nil || step != current {
			if bar != nil {
				_ = bar.Finish()
			}
			current = step
			bar = progressbar.NewOptions(max(total, -1), progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(step),
				progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
				progressbar.OptionFullWidth())
		}
		if total > 0 && bar.GetMax() != total {
			bar.ChangeMax(total)
		}
		_ = bar.Set(done)
	}
}

func lines(w io.Writer, now func() time.Time) func(string, int, int) {
	var told time.Time
	var current string
	ended := false
	return func(step string, done, total int) {
		end := total > 0 && done >= total
		if step == current && (ended || !end && now().Sub(told) < tellEvery) {
			return
		}
		current, ended, told = step, end, now()
		if total > 0 {
			fmt.Fprintf(w, "%s: %d of %d (%d %%)\n", step, done, total, 100*done/total)
		} else {
			fmt.Fprintf(w, "%s: %d\n", step, done)
		}
	}
}
