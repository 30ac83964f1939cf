package command

import (
	"crypto/rand"
	"errors"
	"net"
	"strings"

	parcels "github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/payment/stripe"
)

// outside are those who do what the server cannot do itself.
type outside struct {
	// gateways are the payment providers, the first of which takes new payments.
	gateways []payment.Gateway
	// bank is nil where payments are real.
	bank    *play.Gateway
	carrier *parcels.Carrier
}

func (s *Serve) outside(db *Database, addr net.Addr) (*outside, error) {
	secret := []byte(s.SandboxWebhookSecret)
	if len(secret) == 0 {
		secret = []byte(rand.Text())
	}
	here := "http://" + addr.String()
	url := strings.TrimSuffix(s.PublicURL, "/")
	if url == "" {
		url = here
	}
	bank := play.New(db.Gorm, utc, play.Options{PageURL: url, HookURL: here, Secret: secret})
	o := &outside{
		gateways: []payment.Gateway{bank}, bank: bank, carrier: parcels.New(db.Gorm, utc, parcels.Options{HookURL: here, Secret: secret}),
	}
	if s.StripeSecretKey == "" {
		return o, nil
	}
	if s.StripeWebhookSecret == "" {
		return nil, errors.New("--stripe-secret-key needs --stripe-webhook-secret: without it nobody could tell who sends webhooks")
	}
	portal := stripe.New(stripe.Options{SecretKey: s.StripeSecretKey, WebhookSecret: s.StripeWebhookSecret, URL: s.StripeURL})
	// What was paid at the sandbox before is still refunded there.
	o.gateways, o.bank = []payment.Gateway{portal, bank}, nil
	return o, nil
}
