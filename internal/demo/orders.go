package demo

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// plan is an order before its rows are made.
type plan struct {
	at        time.Time
	shop      *shop
	shopper   *shopper
	lines     []planLine
	cancelled time.Time
}

type planLine struct {
	item     *item
	quantity int64
}

// demand is how much is bought on a day: it grows over time, is higher at
// weekends and before festivals, and peaks on Singles' Day.
func demand(day, today time.Time) int {
	age := today.Sub(day).Hours() / 24 / 30
	d := 100 - int(3*age)
	if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		d = d * 13 / 10
	}
	switch day.Month() {
	case time.November, time.December:
		d = d * 14 / 10
	case time.January:
		d = d * 12 / 10
	case time.February:
		d = d * 7 / 10
	case time.July, time.August:
		d = d * 9 / 10
	}
	switch fmt.Sprintf("%d-%d", day.Month(), day.Day()) {
	case "11-11":
		d *= 14
	case "11-10", "11-12":
		d *= 4
	case "6-18":
		d *= 6
	case "12-12":
		d *= 4
	}
	return max(d, 10)
}

// plans decides who bought what and when, in order of time, and counts what
// was sold of each item.
func (w *world) plans(count int) []plan {
	var days []time.Time
	var weights []int
	total := 0
	for day := w.today.AddDate(0, -months, 0); day.Before(w.today); day = day.AddDate(0, 0, 1) {
		d := demand(day, w.today)
		days, weights, total = append(days, day), append(weights, d), total+d
	}
	perDay := make([]int, len(days))
	for range count {
		perDay[w.weighted(total, func(i int) int { return weights[i] })]++
	}
	all := make([]plan, 0, count)
	for i, day := range days {
		for n := range perDay[i] {
			// People in China buy from eight in the morning to midnight, which is 0 to 16 UTC.
			at := day.Add(time.Duration(n)*16*time.Hour/time.Duration(perDay[i]) + time.Duration(w.random.IntN(50))*time.Second)
			all = append(all, w.plan(at))
		}
	}
	return all
}

func (w *world) plan(at time.Time) plan {
	p := plan{at: at, shopper: w.shoppers[w.random.IntN(1+w.random.IntN(1+w.random.IntN(len(w.shoppers))))]}
	open := func(i int) int {
		if s := w.shops[i]; s.items[0].since.Before(at) {
			return s.popularity
		}
		return 0
	}
	total := 0
	for i := range w.shops {
		total += open(i)
	}
	p.shop = w.shops[w.weighted(total, open)]
	for range 1 + w.random.IntN(3)*w.random.IntN(2) {
		if l := w.line(p.shop, at); !p.has(l.item) {
			p.lines = append(p.lines, l)
		}
	}
	if w.random.IntN(100) < 4 {
		if cancelled := at.Add(time.Duration(10+w.random.IntN(1400)) * time.Minute); cancelled.Before(w.today) {
			p.cancelled = cancelled
			return p
		}
	}
	for _, l := range p.lines {
		l.item.sold += l.quantity
	}
	return p
}

func (w *world) line(s *shop, at time.Time) planLine {
	onSale := func(i int) int {
		if s.items[i].since.Before(at) {
			return s.items[i].popularity
		}
		return 0
	}
	total := 0
	for i := range s.items {
		total += onSale(i)
	}
	quantity := int64(1)
	if w.random.IntN(4) == 0 {
		quantity += int64(1 + w.random.IntN(3))
	}
	return planLine{s.items[w.weighted(total, onSale)], quantity}
}

func (p plan) has(i *item) bool {
	for _, l := range p.lines {
		if l.item == i {
			return true
		}
	}
	return false
}

// book makes the rows of a planned order.
func (w *world) book(p plan, number string, purchase uuid.UUID) (*order.Book, error) {
	recipient := p.shopper.recipient
	o := models.Order{
		BrandID: p.shop.brand.ID, ID: w.id(p.at), Number: number, Source: models.OrderFromShop, StorefrontID: p.shop.front.ID,
		PurchaseID: &purchase, ShopperID: &p.shopper.id, Currency: p.shop.front.Currency, SellerName: p.shop.brand.Name,
		BuyerCountry: &recipient.Country, BuyerRegion: &recipient.Region, Recipient: &recipient, PlacedAt: p.at, RecordedAt: p.at,
	}
	lines := make([]models.OrderLine, len(p.lines))
	for i, l := range p.lines {
		product := l.item.product
		texts := models.Texts[models.LineText]{}
		for language, text := range product.Texts {
			texts[language] = models.LineText{Title: text.Title}
		}
		lines[i] = models.OrderLine{
			ProductID: &product.ID, VariantID: &l.item.variant.ID, SKU: l.item.variant.SKU, DefaultLanguage: product.DefaultLanguage,
			Texts: texts, Options: l.item.variant.Options, Quantity: l.quantity,
			UnitPrice: decimal.New(l.item.price, -money.Currency(o.Currency).Digits()), HSCode: product.HSCode,
			OriginCountry: product.OriginCountry, OriginRegion: product.OriginRegion, CategoryPath: &l.item.category,
		}
	}
	b, err := order.NewBook(o, lines, nil, p.shop.front.Country, w.ids(p.at))
	if err != nil {
		return nil, err
	}
	return b, w.post(b, p)
}
