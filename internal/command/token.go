package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/models"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// Token prints a signed token for development.
type Token struct {
	Role     string        `required:"" enum:"operator,merchant,shopper,reporting" help:"What the token is for: operator, merchant, shopper or reporting."`
	Brand    string        `placeholder:"SLUG" help:"Brand that a merchant owns. Default: the first active one."`
	Subject  string        `placeholder:"NAME" help:"Account of the token, to have several of a role. Default: the role, for merchants with the brand."`
	ValidFor time.Duration `default:"168h" help:"How long it is valid (${default})."`

	OIDCIssuer string `name:"oidc-issuer" placeholder:"URL" help:"Issuer of a server that accepts its tokens alone: there are none for development then."`
}

// Run prints the token, and nothing else, on standard output.
func (t *Token) Run(ctx context.Context, c *Common) error {
	if t.OIDCIssuer != "" {
		return fmt.Errorf("tokens come from %s (OIDC_ISSUER)", t.OIDCIssuer)
	}
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	signer, err := identity.OpenDevelopment(c.DataDir, utc)
	if err != nil {
		return err
	}
	p := people{api: Wire(db.Gorm, utc), db: db.Gorm, signer: signer, validFor: t.ValidFor}
	token, err := p.token(ctx, t.Role, t.Subject, t.Brand)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Out, token.Token)
	return nil
}

func utc() time.Time { return time.Now().UTC() }

// people are the accounts of development, with their tokens.
type people struct {
	api      *resolvers.Resolver
	db       *gorm.DB
	signer   *identity.Development
	validFor time.Duration
}

// RoleToken is a ready token and what it is good for.
type RoleToken struct {
	Role, About, Token string
}

var errNoBrand = errors.New("there is no active brand yet: name one (--brand), or fill the database first")

// token enrols a person and signs for them.
func (p people) token(ctx context.Context, role, subject, brand string) (RoleToken, error) {
	ctx = auth.With(ctx, auth.System())
	t := RoleToken{Role: role}
	var roles []models.PlatformRole
	name := "Demo " + role
	switch role {
	case "operator":
		t.About, roles = "runs the marketplace", []models.PlatformRole{models.RoleOperator}
	case "reporting":
		t.About, roles = "reads reports", []models.PlatformRole{models.RoleReporting}
	case "shopper":
		t.About = "buys"
	case "merchant":
		if brand == "" {
			err := p.db.WithContext(ctx).Raw("select slug from brands where status = 'ACTIVE' order by slug limit 1").Scan(&brand).Error
			if err != nil {
				return t, err
			}
			if brand == "" {
				return t, errNoBrand
			}
		}
		t.About = "owns " + brand
	}
	if subject == "" {
		subject = role
		if brand != "" && role == "merchant" {
			subject += "-" + brand
		}
	}
	account, err := p.api.Identity.Enrol(ctx, subject, name, roles...)
	if err != nil {
		return t, err
	}
	if role == "merchant" {
		owned, err := p.api.Brands.BySlug(ctx, brand)
		if err != nil {
			return t, fmt.Errorf("brand %s: %w", brand, err)
		}
		if _, err := p.api.Identity.SetMember(ctx, owned.ID, account.Handle, models.RoleOwner); err != nil {
			return t, err
		}
	}
	t.Token, err = p.signer.Sign(subject, name, p.validFor)
	return t, err
}

// tokens are ready tokens, one for each role that can have one.
func (p people) tokens(ctx context.Context) ([]RoleToken, error) {
	var list []RoleToken
	for _, role := range []string{"operator", "merchant", "shopper", "reporting"} {
		t, err := p.token(ctx, role, "", "")
		if errors.Is(err, errNoBrand) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}
