// Package problem holds the errors a caller may see. Everything else is a
// fault: logged with an id, answered as "internal error".
package problem

import (
	"errors"
	"strings"
)

// Code says what is wrong in a way programs can rely on.
type Code string

// Codes of refusals. Values are part of the API; new ones may be added.
const (
	Required              Code = "REQUIRED"
	Invalid               Code = "INVALID"
	TooLong               Code = "TOO_LONG"
	OutOfRange            Code = "OUT_OF_RANGE"
	NotFound              Code = "NOT_FOUND"
	Taken                 Code = "TAKEN"
	Conflict              Code = "CONFLICT"
	VersionConflict       Code = "VERSION_CONFLICT"
	NotAllowed            Code = "NOT_ALLOWED"
	Incomplete            Code = "INCOMPLETE"
	OutOfStock            Code = "OUT_OF_STOCK"
	NotForSale            Code = "NOT_FOR_SALE"
	CurrencyMismatch      Code = "CURRENCY_MISMATCH"
	AmountMismatch        Code = "AMOUNT_MISMATCH"
	PaymentReferenceTaken Code = "PAYMENT_REFERENCE_TAKEN"
	IdempotencyKeyReused  Code = "IDEMPOTENCY_KEY_REUSED"
	RateUnknown           Code = "RATE_UNKNOWN"
)

// Codes lists every code, for the schema to be compared with.
var Codes = []Code{
	Required, Invalid, TooLong, OutOfRange, NotFound, Taken, Conflict, VersionConflict, NotAllowed, Incomplete,
	OutOfStock, NotForSale, CurrencyMismatch, AmountMismatch, PaymentReferenceTaken, IdempotencyKeyReused, RateUnknown,
}

// Problem is one refusal. Field is the path of the input that caused it, such
// as ["input", "lines", "0", "quantity"]; empty where no input alone did.
// Message is a safe English sentence.
type Problem struct {
	Code    Code
	Field   []string
	Message string
}

func (p *Problem) Error() string {
	if len(p.Field) == 0 {
		return p.Message
	}
	return strings.Join(p.Field, ".") + ": " + p.Message
}

// New makes a refusal without a field.
func New(code Code, message string) *Problem { return &Problem{Code: code, Message: message} }

// At makes a refusal of a field, named by its dotted path: "input.lines.0.quantity".
func At(field string, code Code, message string) *Problem {
	return &Problem{Code: code, Field: strings.Split(field, "."), Message: message}
}

// List collects refusals, so that a caller learns all of them at once.
type List []*Problem

func (l List) Error() string {
	texts := make([]string, len(l))
	for i, p := range l {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "; ")
}

// Add appends a refusal of a field.
func (l *List) Add(field string, code Code, message string) {
	*l = append(*l, At(field, code, message))
}

// Err is nil where nothing was refused.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// From gives the refusals an error consists of, or nil where it is a fault.
func From(err error) List {
	if l, ok := errors.AsType[List](err); ok {
		return l
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return List{p}
	}
	return nil
}

// Denied is a missing sign-in or permission: never a refusal of the input,
// always a top-level error of the API.
type Denied struct {
	SignedIn bool
	// Permission that would have been needed, empty where a sign-in is.
	Permission string
}

func (d *Denied) Error() string {
	if !d.SignedIn {
		return "sign in to do this"
	}
	return "you lack the permission " + d.Permission
}

// BadInput is a malformed argument of a query: the API's BAD_USER_INPUT.
type BadInput struct {
	// Argument is its dotted path, such as "where.id" or "after"; empty where
	// the error is wrapped with a path already.
	Argument string
	Message  string
}

func (b *BadInput) Error() string { return b.Argument + ": " + b.Message }
