package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lestrrat-go/jwx/v3/jwt"
)

// Claims are what a checked token says.
type Claims struct {
	Issuer, Subject string
	// Name and Email are nil where the token does not tell them.
	Name, Email *string
}

// subject is how an identity provider knows a person.
type subject struct{ issuer, subject string }

// Longest texts of a token that are kept, in characters.
const (
	maxSubject = 255
	maxName    = 200
	maxEmail   = 254
)

func claimsOf(t jwt.Token) (Claims, error) {
	var c Claims
	c.Issuer, _ = t.Issuer()
	c.Subject, _ = t.Subject()
	if c.Subject == "" || !plain(c.Subject, maxSubject) {
		return Claims{}, refuse("its subject is missing, too long or not plain text")
	}
	c.Name = optional(t, "name", maxName)
	c.Email = optional(t, "email", maxEmail)
	return c, nil
}

// optional takes a text that is only shown: one that is of no use is left out.
func optional(t jwt.Token, claim string, limit int) *string {
	var text string
	if err := t.Get(claim, &text); err != nil {
		return nil
	}
	text = strings.TrimSpace(text)
	if text == "" || !plain(text, limit) {
		return nil
	}
	return &text
}

func plain(text string, limit int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= limit && !strings.ContainsFunc(text, unicode.IsControl)
}
