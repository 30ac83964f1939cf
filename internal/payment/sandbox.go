package payment

import (
	"context"
	"regexp"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Sandbox takes no real money: whatever a well-formed reference claims to have
// paid counts as paid.
type Sandbox struct{}

var reference = regexp.MustCompile(`^SANDBOX-OK-[A-Za-z0-9-]{1,60}$`)

// Name is what payments are booked under.
func (Sandbox) Name() string { return "sandbox" }

// IsSandboxReference tells whether a reference stands for a payment that was
// made at the sandbox before it was told of.
func IsSandboxReference(ref string) bool { return reference.MatchString(ref) }

// Confirm accepts references of the form SANDBOX-OK-… and refuses others.
func (Sandbox) Confirm(_ context.Context, ref string, _ money.Money) error {
	if IsSandboxReference(ref) {
		return nil
	}
	return problem.New(problem.Invalid,
		"the sandbox takes SANDBOX-OK- followed by 1 to 60 letters, digits and hyphens")
}
