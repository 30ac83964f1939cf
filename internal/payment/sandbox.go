package payment

import (
	"context"
	"regexp"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Nowhere is the provider of payments that were made beforehand where real
// money is taken: nobody vouches for a reference there.
type Nowhere struct{}

// Name is what payments would be booked under.
func (Nowhere) Name() string { return "none" }

// Confirm refuses every reference.
func (Nowhere) Confirm(context.Context, string, money.Money) error {
	return problem.New(problem.NotAllowed, "this server takes no payments that were made elsewhere: buy a cart")
}

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
