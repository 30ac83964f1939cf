package declaration_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/declaration"
	"github.com/tradewind-commerce/tradewind/models"
)

type records struct {
	sale      models.DeclaredSale
	payment   models.DeclaredPayment
	logistics models.DeclaredLogistics
}

// sound records agree: 3 jars at 12.00 and 2 at 5.50, carriage, taxes and a discount.
func sound() *records {
	honey, jam := uuid.UUID{1}, uuid.UUID{2}
	to := models.Recipient{Name: "李娜", Phone: "13800000000", Country: "CN", Province: "浙江省", City: "杭州市", District: "西湖区", Street: "文三路 1 号"}
	return &records{
		models.DeclaredSale{
			OrderNumber: "AB12CD34EF", Currency: "CNY", GoodsMinor: 4700, FreightMinor: 800, DiscountMinor: 500, TaxMinor: 455, PaidMinor: 5455,
			Buyer: "li", Person: []byte("person"), Name: []byte("name"), Seller: "Acme", Consignee: to, Lines: []models.DeclaredLine{
				{LineID: honey, Item: "H1", Name: "蜂蜜", Quantity: 3, UnitPrice: decimal.New(1200, -2), TotalMinor: 3600, HSCode: "04090000", Origin: "US"},
				{LineID: jam, Item: "J1", Name: "果酱", Quantity: 2, UnitPrice: decimal.New(550, -2), TotalMinor: 1100, HSCode: "20079910", Origin: "US"},
			},
		},
		models.DeclaredPayment{OrderNumber: "AB12CD34EF", Provider: "sandbox", Reference: "pay-1", Currency: "CNY", AmountMinor: 5455, Payer: "li",
			Person: []byte("person"), Name: []byte("name")},
		models.DeclaredLogistics{OrderNumber: "AB12CD34EF", Carrier: "SANDBOX", Number: "SBX1", Consignee: to, Pieces: []models.DeclaredPieces{
			{LineID: honey, Quantity: 3}, {LineID: jam, Quantity: 2},
		}},
	}
}

// Each field that is spoiled alone is the field that is named.
func TestEachMismatchNamesItsField(t *testing.T) {
	t.Parallel()
	r := sound()
	if found := declaration.Match(&r.sale, &r.payment, &r.logistics); found == nil || len(found) > 0 {
		t.Fatalf("sound records: %+v", found)
	}
	for field, spoil := range map[string]func(r *records){
		"sale.orderNumber":             func(r *records) { r.renumber(string(make([]byte, 61))) },
		"sale.currency":                func(r *records) { r.sale.Currency, r.payment.Currency = "USD", "USD" },
		"sale.paid":                    func(r *records) { r.sale.PaidMinor, r.payment.AmountMinor = 5456, 5456 },
		"sale.goods":                   func(r *records) { r.sale.Lines[0].TotalMinor-- },
		"sale.buyer.number":            func(r *records) { r.sale.Person, r.payment.Person = nil, nil },
		"sale.buyer.name":              func(r *records) { r.sale.Name, r.payment.Name = nil, nil },
		"sale.lines.1.hsCode":          func(r *records) { r.sale.Lines[1].HSCode = "" },
		"sale.lines.0.origin":          func(r *records) { r.sale.Lines[0].Origin = "" },
		"payment.orderNumber":          func(r *records) { r.payment.OrderNumber = "ANOTHER" },
		"payment.reference":            func(r *records) { r.payment.Reference = "" },
		"payment.amount":               func(r *records) { r.payment.AmountMinor-- },
		"payment.payer":                func(r *records) { r.payment.Payer = "wang" },
		"payment.payer.number":         func(r *records) { r.payment.Person = []byte("another") },
		"payment.payer.name":           func(r *records) { r.payment.Name = []byte("another") },
		"logistics.orderNumber":        func(r *records) { r.logistics.OrderNumber = "ANOTHER" },
		"logistics.carrier":            func(r *records) { r.logistics.Carrier = "" },
		"logistics.number":             func(r *records) { r.logistics.Number = "" },
		"logistics.consignee.name":     func(r *records) { r.logistics.Consignee.Name = "王伟" },
		"logistics.consignee.phone":    func(r *records) { r.logistics.Consignee.Phone = "1" },
		"logistics.consignee.country":  func(r *records) { r.logistics.Consignee.Country = "HK" },
		"logistics.consignee.province": func(r *records) { r.logistics.Consignee.Province = "" },
		"logistics.consignee.city":     func(r *records) { r.logistics.Consignee.City = "宁波市" },
		"logistics.consignee.district": func(r *records) { r.logistics.Consignee.District = "" },
		"logistics.consignee.street":   func(r *records) { r.logistics.Consignee.Street = "" },
		"logistics.lines.1.quantity":   func(r *records) { r.logistics.Pieces[1].Quantity = 1 },
		"logistics.lines.0.quantity":   func(r *records) { r.logistics.Pieces = r.logistics.Pieces[1:] },
		"logistics.lines":              func(r *records) { r.logistics.Pieces = append(r.logistics.Pieces, models.DeclaredPieces{Quantity: 1}) },
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			r := sound()
			spoil(r)
			found := declaration.Match(&r.sale, &r.payment, &r.logistics)
			if len(found) != 1 || found[0].Field != field || found[0].Message == "" {
				t.Errorf("%+v", found)
			}
		})
	}
	t.Run("payment.currency", func(t *testing.T) {
		t.Parallel()
		r := sound()
		r.payment.Currency = "USD"
		found := declaration.Match(&r.sale, &r.payment, &r.logistics)
		if len(found) != 2 || found[0].Field != "payment.currency" || found[1].Field != "payment.amount" {
			t.Errorf("%+v", found)
		}
	})
}

func (r *records) renumber(number string) {
	r.sale.OrderNumber, r.payment.OrderNumber, r.logistics.OrderNumber = number, number, number
}
