package payment_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

func TestSandboxTakesItsOwnReferences(t *testing.T) {
	t.Parallel()
	for reference, ok := range map[string]bool{
		"SANDBOX-OK-1": true, "SANDBOX-OK-Az09-": true, "SANDBOX-OK-" + strings.Repeat("x", 60): true,
		"SANDBOX-OK-": false, "SANDBOX-NO-1": false, "sandbox-ok-1": false, "SANDBOX-OK-1 2": false, "SANDBOX-OK-1\n": false,
		"SANDBOX-OK-世": false, "SANDBOX-OK-" + strings.Repeat("x", 61): false, "": false, "xSANDBOX-OK-1": false,
	} {
		err := payment.Sandbox{}.Confirm(t.Context(), reference, money.New(100, "CNY"))
		if (err == nil) != ok || err != nil && problem.From(err) == nil {
			t.Errorf("%q: %v", reference, err)
		}
	}
}
