package order

import (
	"crypto/rand"
	"strings"

	"github.com/google/uuid"
)

// crockford is base 32 without letters that are taken for others.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// numberLength gives 60 random bits: with a thousand million orders, one new
// number in a thousand million is taken already.
const numberLength = 12

// NewNumber makes an order number: random, so that nobody learns from one how
// many others there are.
func NewNumber() string {
	b := make([]byte, numberLength)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = crockford[b[i]%32]
	}
	return string(b)
}

var alike = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "")

// ReadNumber takes a number as people write it: in small letters, in groups,
// with letters that look like digits.
func ReadNumber(s string) string { return alike.Replace(strings.ToUpper(s)) }

// newID makes a row id. Randomness never fails.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
