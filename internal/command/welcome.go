package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// tokenLife is how long the tokens of a start are valid.
const tokenLife = 7 * 24 * time.Hour

// forDevelopment tells whether a start may fill an empty database with
// demonstration data and show tokens: on loopback with the private
// PostgreSQL, or where --demo says so.
func (s *Serve) forDevelopment(c *Common, addr *net.TCPAddr) bool {
	if s.Demo != nil {
		return *s.Demo
	}
	return c.DatabaseURL == "" && addr.IP.IsLoopback()
}

// welcome tells where to go from here.
func (s *Serve) welcome(out io.Writer, addr *net.TCPAddr, tokens []RoleToken) {
	w := new(bytes.Buffer) // written at once: who waits for the address reads all of it
	defer func() { _, _ = w.WriteTo(out) }()
	url := address(addr)
	fmt.Fprintf(w, `Tradewind %s serves %s

  start here  %[2]s/
  try it      %[2]s/graphiql
  the schema  %[2]s/schema.graphql
  the API     %[2]s/graphql
  read on     README.md, docs/guides
`, Version(), url)
	if len(tokens) == 0 {
		return
	}
	fmt.Fprintf(w, "\nTokens for development, to be sent as \"Authorization: Bearer TOKEN\", valid until %s:\n\n",
		time.Now().UTC().Add(tokenLife).Format("2006-01-02 15:04 MST"))
	for _, t := range tokens {
		fmt.Fprintf(w, "  %-9s  %s\n  %s\n", t.Role, t.About, strings.TrimSpace(t.Token))
	}
}

// address is the URL for people on this machine.
func address(addr *net.TCPAddr) string {
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(addr.Port))
}

// verifier says whose tokens are good: the issuer's, or else those signed with
// the key in the data folder, whose signer is given then, too.
func (s *Serve) verifier(ctx context.Context, c *Common) (*identity.Verifier, *identity.Development, error) {
	if s.OIDCIssuer == "" {
		signer, err := identity.OpenDevelopment(c.DataDir, utc)
		if err != nil {
			return nil, nil, fmt.Errorf("%w; or name an issuer (--oidc-issuer)", err)
		}
		return signer.Verifier(), signer, nil
	}
	v, err := identity.OpenIssuer(ctx, identity.IssuerOptions{
		Issuer: s.OIDCIssuer, Audience: s.OIDCAudience, Keys: s.OIDCKeys, Now: utc, Log: c.Logger(serveLevel),
	})
	return v, nil, err
}

// ready are the tokens to show, none where tokens come from an issuer.
func ready(ctx context.Context, db *Database, api *resolvers.Resolver, signer *identity.Development) ([]RoleToken, error) {
	if signer == nil {
		return nil, nil
	}
	return people{api: api, db: db.Gorm, signer: signer, validFor: tokenLife}.tokens(ctx)
}
