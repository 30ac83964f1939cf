package command

import (
	"crypto/rand"
	"net"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/payment"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
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
	return []payment.Gateway{bank}, bank, nil
}
