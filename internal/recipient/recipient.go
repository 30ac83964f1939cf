// Package recipient checks who receives goods, and where, for orders, carts
// and address books alike.
package recipient

import (
	"regexp"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

var phoneForm = regexp.MustCompile(`^\+?[0-9 ().\-]*[0-9]$`)

// Check trims the texts and collects what is wrong with them, below a dotted
// path such as "input.recipient".
func Check(refused *problem.List, path string, r *models.Recipient) {
	at := path + "."
	r.Name = refused.Line(at+"name", r.Name, 1, 120)
	known := len(*refused)
	r.Phone = refused.Line(at+"phone", r.Phone, 5, 30)
	if len(*refused) == known && (!phoneForm.MatchString(r.Phone) || digits(r.Phone) < 5) {
		refused.Add(at+"phone", problem.Invalid, "must be a telephone number: digits, spaces, hyphens, points, brackets and a leading +")
	}
	inChina := 0
	if r.Country == "CN" {
		inChina = 1
	}
	r.Province = refused.Line(at+"province", r.Province, inChina, 120)
	r.City = refused.Line(at+"city", r.City, 1, 120)
	r.District = refused.Line(at+"district", r.District, 0, 120)
	r.Street = refused.Line(at+"street", r.Street, 1, 300)
	r.PostalCode = refused.Line(at+"postalCode", r.PostalCode, 0, 20)
}

func digits(s string) (n int) {
	for d := range strings.SplitSeq("0123456789", "") {
		n += strings.Count(s, d)
	}
	return n
}
