package declaration

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// What customs take.
const (
	currency       = "CNY"
	currencyCode   = "142"
	maxOrderNumber = 60
)

// Match compares the sale, its payment and its way, and tells each field in
// which they do not agree or which is missing; an empty list, not nil, where
// all is as customs want it.
func Match(sale *models.DeclaredSale, payment *models.DeclaredPayment, logistics *models.DeclaredLogistics) []models.Mismatch {
	m := matcher{[]models.Mismatch{}}
	m.sale(sale)
	m.payment(sale, payment)
	m.logistics(sale, logistics)
	return m.found
}

type matcher struct{ found []models.Mismatch }

// must notes a field that is wrong.
func (m *matcher) must(ok bool, field, message string) {
	if !ok {
		m.found = append(m.found, models.Mismatch{Field: field, Message: message})
	}
}

// same notes a field in which a record differs from the sale.
func (m *matcher) same(field, is, sold string) {
	m.must(is == sold, field, fmt.Sprintf("is %q, of the sale %q", is, sold))
}

func (m *matcher) sale(s *models.DeclaredSale) {
	m.must(s.OrderNumber != "" && len(s.OrderNumber) <= maxOrderNumber, "sale.orderNumber", "must have 1 to 60 characters")
	m.must(s.Currency == currency, "sale.currency", "must be CNY, which customs call 142")
	sum := s.GoodsMinor + s.FreightMinor + s.TaxMinor - s.DiscountMinor
	m.must(s.PaidMinor == sum, "sale.paid", "must be goods, freight and taxes less the discount")
	m.must(len(s.Person) > 0, "sale.buyer.number", "the buyer's identity number was not told, or is erased")
	m.must(len(s.Name) > 0, "sale.buyer.name", "the buyer's name was not told, or is erased")
	for name, value := range map[string]string{"name": s.Consignee.Name, "phone": s.Consignee.Phone, "street": s.Consignee.Street} {
		m.must(value != "", "sale.consignee."+name, "is missing")
	}
	m.must(len(s.Lines) > 0, "sale.lines", "nothing is left of the order")
	var total int64
	for i, l := range s.Lines {
		at := "sale.lines." + strconv.Itoa(i)
		m.must(l.Quantity > 0, at+".quantity", "must be 1 or more")
		m.must(l.HSCode != "", at+".hsCode", "is missing")
		m.must(l.Origin != "", at+".origin", "is missing")
		total += l.TotalMinor
	}
	m.must(total == s.GoodsMinor, "sale.goods", "must be the sum of the lines")
}

func (m *matcher) payment(s *models.DeclaredSale, p *models.DeclaredPayment) {
	m.same("payment.orderNumber", p.OrderNumber, s.OrderNumber)
	m.must(p.Reference != "", "payment.reference", "the provider has told none")
	m.same("payment.currency", p.Currency, s.Currency)
	m.same("payment.amount", p.Amount().String(), s.Paid().String())
	m.must(p.Payer == s.Buyer, "payment.payer", "another account has paid than has ordered")
	m.must(bytes.Equal(p.Person, s.Person), "payment.payer.number", "the payer's identity number is not the buyer's")
	m.must(bytes.Equal(p.Name, s.Name), "payment.payer.name", "the payer's name is not the buyer's")
}

func (m *matcher) logistics(s *models.DeclaredSale, l *models.DeclaredLogistics) {
	m.same("logistics.orderNumber", l.OrderNumber, s.OrderNumber)
	m.must(l.Carrier != "", "logistics.carrier", "is missing")
	m.must(l.Number != "", "logistics.number", "the carrier has given no number yet")
	a, b := s.Consignee, l.Consignee
	for _, f := range []struct{ name, sold, is string }{
		{"name", a.Name, b.Name}, {"phone", a.Phone, b.Phone}, {"country", a.Country, b.Country}, {"province", a.Province, b.Province},
		{"city", a.City, b.City}, {"district", a.District, b.District}, {"street", a.Street, b.Street},
	} {
		m.must(f.is == f.sold, "logistics.consignee."+f.name, "is not that of the sale")
	}
	pieces := map[uuid.UUID]int64{}
	for _, p := range l.Pieces {
		pieces[p.LineID] += p.Quantity
	}
	for i, line := range s.Lines {
		m.must(pieces[line.LineID] == line.Quantity, fmt.Sprintf("logistics.lines.%d.quantity", i),
			fmt.Sprintf("%d pieces are in the parcel, %d were sold: an order is declared with one parcel", pieces[line.LineID], line.Quantity))
		delete(pieces, line.LineID)
	}
	m.must(len(pieces) == 0, "logistics.lines", "there is something in the parcel that was not sold")
}
