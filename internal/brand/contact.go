package brand

import (
	"context"
	"net/mail"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Contact is a person who answers for a brand.
type Contact struct {
	Name  string
	Email string
	Phone *string
}

var (
	phoneMarks = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")
	phoneForm  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// check gives the contact in the form that is kept.
func (c Contact) check(refused *problem.List) Contact {
	c.Name = refused.Line("input.contact.name", c.Name, 1, 120)
	before := len(*refused)
	c.Email = refused.Line("input.contact.email", c.Email, 1, 254)
	if len(*refused) == before && !isEmail(c.Email) {
		refused.Add("input.contact.email", problem.Invalid, "must be an e-mail address")
	}
	if c.Phone == nil || strings.TrimSpace(*c.Phone) == "" {
		c.Phone = nil
		return c
	}
	phone := phoneMarks.Replace(strings.TrimSpace(*c.Phone))
	if !phoneForm.MatchString(phone) {
		refused.Add("input.contact.phone", problem.Invalid,
			"must be a number of 7 to 15 digits in international form, such as +1 402 555 0100")
	}
	c.Phone = &phone
	return c
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") && !strings.HasSuffix(domain, ".")
}

// onto puts the contact on a brand. A contact that changed must be confirmed again.
func (c Contact) onto(b *models.Brand) {
	was := b.Contact()
	same := was != nil && was.Name == c.Name && was.Email == c.Email && equal(was.Phone, c.Phone)
	if !same {
		b.ContactConfirmedAt = nil
	}
	b.ContactName, b.ContactEmail, b.ContactPhone = &c.Name, &c.Email, c.Phone
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// ConfirmContact notes that an operator reached the contact, as it is at the
// given version where there is one. Once confirmed it stays as it is.
func (s *Service) ConfirmContact(ctx context.Context, id uuid.UUID, expectedVersion *int32) (*models.Brand, error) {
	if err := auth.RequireFor(ctx, auth.BrandReview, id, "input.brandId"); err != nil {
		return nil, err
	}
	var b *models.Brand
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if b, err = lockLivingTx(tx, id, "input.brandId"); err != nil {
			return err
		}
		if err := expect(b, expectedVersion); err != nil {
			return err
		}
		if b.Contact() == nil {
			return problem.At("input.brandId", problem.Incomplete, "the brand has no contact yet")
		}
		if b.ContactConfirmedAt != nil {
			return nil
		}
		at := s.now()
		b.ContactConfirmedAt = &at
		return s.keepTx(tx, b, "contact_confirmed_at")
	})
	return answer(b, err)
}

// answer gives a row only where it was kept.
func answer[T any](row *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return row, nil
}
