package cart

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Ref names a cart, and for a guest's proves that it is the caller's.
type Ref struct {
	ID     uuid.UUID
	Secret string
}

// Validate refuses what is no secret at all.
func (r Ref) Validate() error {
	if b, err := base64.RawURLEncoding.DecodeString(r.Secret); r.Secret != "" && (err != nil || len(b) != 32) {
		return problem.At("input.secret", problem.Invalid, "this is not the secret of a cart")
	}
	return nil
}

// newSecret makes the secret of a guest's cart: 256 random bits as text.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// opens tells whether a caller may use a cart: its shopper, or whoever holds
// a guest's secret, until the cart has expired.
func opens(c *models.Cart, actor *auth.Actor, secret string, now time.Time) bool {
	if !c.ExpiresAt.After(now) {
		return false
	}
	if c.ShopperID != nil {
		own := actor.AccountID()
		return own != nil && *own == *c.ShopperID
	}
	return subtle.ConstantTimeCompare(hashOf(secret), c.SecretHash) == 1
}

func noSuchCart() *problem.Problem {
	return problem.At("input.cartId", problem.NotFound, "there is no such cart, or it is not yours")
}

// keptUntil is when a cart expires that is changed now.
func keptUntil(c *models.Cart, now time.Time) time.Time {
	if c.ShopperID != nil {
		return now.Add(keptForShoppers)
	}
	return now.Add(keptForGuests)
}
