package command

import (
	"crypto/rand"
	"errors"
	"strings"

	parcels "github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/payment/stripe"
)

// Portals are the payment providers that are configured.
type Portals struct {
	StripeSecretKey     string `group:"Payments" placeholder:"KEY" help:"Secret key of Stripe, better given by the environment. New payments are then made there; the sandbox is off."`
	StripeWebhookSecret string `group:"Payments" placeholder:"SECRET" help:"Signs what Stripe sends to /webhooks/stripe, better given by the environment."`
	StripeURL           string `name:"stripe-url" group:"Payments" placeholder:"URL" help:"Where Stripe's API is, for tests. Default: Stripe's own."`

	ManualCapture bool `group:"Payments" help:"Have cards authorised only when shoppers pay: an operator looks at each payment and captures or voids it within six days."`

	PublicURL            string `name:"public-url" placeholder:"URL" help:"Where others reach this server, for links to files and the sandbox's page. Default: the address it listens on."`
	SandboxWebhookSecret string `group:"Payments" placeholder:"TEXT" help:"Signs the webhooks of the sandboxes; give all instances behind one address the same. Default: random at each start."`
}

// outside are those who do what the server cannot do itself.
type outside struct {
	// gateways are the payment providers, the first of which takes new payments.
	gateways []payment.Gateway
	// bank is nil where payments are real.
	bank    *play.Gateway
	carrier *parcels.Carrier
}

// outside reaches providers for a server that listens on an address.
func (s *Portals) outside(db *Database, here string) (*outside, error) {
	secret := []byte(s.SandboxWebhookSecret)
	if len(secret) == 0 {
		secret = []byte(rand.Text())
	}
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
