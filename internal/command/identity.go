package command

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
)

// RotateKeys seals identity numbers anew.
type RotateKeys struct{}

// Run does it, with the key that stands first among those of the
// configuration, and tells how many it were. It may run beside servers that
// know both keys, and again.
func (*RotateKeys) Run(ctx context.Context, c *Common) error {
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := c.identityKeys(c.DatabaseURL == "")
	if err != nil {
		return err
	}
	api := Wire(db.Gorm, utc)
	if err := api.Consumers.Use(ctx, keys); err != nil {
		return err
	}
	n, err := api.Consumers.Rotate(auth.With(ctx, auth.System()))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "%6d identities sealed anew\n", n)
	return nil
}

// identityKeys are those of the configuration. In development they are made
// where there are none; otherwise there may be nil.
func (c *Common) identityKeys(development bool) (*consumerid.Keys, error) {
	switch {
	case len(c.IdentityKeys) > 0:
		return consumerid.ParseKeys(c.IdentityKeys)
	case development:
		return consumerid.OpenKeys(c.DataDir)
	}
	return nil, nil //nolint:nilnil // without keys no identity is kept
}

// keys gives the server the keys of identity numbers. An issuer of tokens or a
// database of its own tell that this is no development.
func (s *Serve) keys(ctx context.Context, c *Common, consumers *consumerid.Service, log *slog.Logger) error {
	keys, err := c.identityKeys(c.DatabaseURL == "" && s.OIDCIssuer == "")
	if err != nil {
		return err
	}
	if keys == nil {
		log.Warn("identity numbers are refused", "reason", consumerid.ErrNoKeys)
	}
	return consumers.Use(ctx, keys)
}
