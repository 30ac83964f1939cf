package command

import (
	"crypto/rand"
	"errors"
	"net"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/payment"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/payment/stripe"
)

// gateways are the payment providers, the first of which takes new payments.
// The sandbox is nil where it is off.
func (s *Serve) gateways(db *Database, addr net.Addr) ([]payment.Gateway, *play.Gateway, error) {
	secret := []byte(s.SandboxWebhookSecret)
	if len(secret) == 0 {
		secret = []byte(rand.Text())
	}
	url := strings.TrimSuffix(s.PublicURL, "/")
	if url == "" {
		url = "http://" + addr.String()
	}
	bank := play.New(db.Gorm, utc, play.Options{PageURL: url, HookURL: "http://" + addr.String(), Secret: secret})
	if s.StripeSecretKey == "" {
		return []payment.Gateway{bank}, bank, nil
	}
	if s.StripeWebhookSecret == "" {
		return nil, nil, errors.New("--stripe-secret-key needs --stripe-webhook-secret: without it nobody could tell who sends webhooks")
	}
	portal := stripe.New(stripe.Options{SecretKey: s.StripeSecretKey, WebhookSecret: s.StripeWebhookSecret, URL: s.StripeURL})
	// What was paid at the sandbox before is still refunded there.
	return []payment.Gateway{portal, bank}, nil, nil
}
