//go:build browser

package startpage_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts headless Chromium and collects what its console complains
// about and what it asks other hosts for.
func browser(t *testing.T, home string) (context.Context, func() []string) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true),
		chromedp.WindowSize(1440, 900))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, done := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(done)
	complaints := make(chan string, 1000)
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			complaints <- "exception: " + e.ExceptionDetails.Text
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
				complaints <- "console " + string(e.Type)
			}
		case *log.EventEntryAdded:
			complaints <- "log: " + e.Entry.Text
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, home) && !strings.HasPrefix(e.Request.URL, "data:") {
				complaints <- "asks for " + e.Request.URL
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, func() (all []string) {
		for {
			select {
			case c := <-complaints:
				all = append(all, c)
			default:
				return all
			}
		}
	}
}

// shown waits until an expression of the page is true and gives a text of it.
func shown(ctx context.Context, t *testing.T, expression, id string) string {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression)); err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	text, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS(id)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func TestPageRunsAnExample(t *testing.T) {
	home := serve(t)
	ctx, complaints := browser(t, home)
	run := chromedp.Click(chromedp.CSS("#run"))
	do(ctx, t, chromedp.Navigate(home+"/"), chromedp.WaitReady(chromedp.CSS(`body[data-ready="true"]`)), run)

	status := shown(ctx, t, `document.getElementById("status").value.includes("cost")`, "#status")
	answer := shown(ctx, t, `true`, "#answer")
	if !strings.Contains(status, " ms · cost ") || !strings.Contains(answer, "蜂蜜") {
		t.Errorf("%s\n%s", status, answer)
	}

	// As another role, after an edit.
	do(ctx, t,
		chromedp.Click(chromedp.CSS(`#examples li:nth-child(9) button`)),
		chromedp.SetValue(chromedp.CSS("#query"), `{ salesReport(groupBy: [MARKET]) { totals { currency orders } } }`), run)
	if answer := shown(ctx, t, `document.getElementById("answer").textContent.includes("totals")`, "#answer"); !strings.Contains(answer, `"currency": "CNY"`) {
		t.Errorf("answer %s", answer)
	}

	// A refusal is told as one.
	do(ctx, t, chromedp.SetValue(chromedp.CSS("#query"), `{ nothing }`), run)
	if status := shown(ctx, t, `document.querySelector("output.bad") !== null`, "#status"); !strings.Contains(status, "1 error") {
		t.Errorf("status %s", status)
	}

	if file := os.Getenv("SCREENSHOT"); file != "" {
		do(ctx, t, chromedp.Click(chromedp.CSS(`#examples li:nth-child(1) button`)), run)
		shown(ctx, t, `document.getElementById("answer").textContent.includes("totalCount")`, "#answer")
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(file, png, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range complaints() {
		// The browser logs the status of the operation that was to be refused.
		if !strings.Contains(c, "422") {
			t.Error(c)
		}
	}
}
