package report

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// Sales of about so many orders are counted in a stretch, and in so many of these
// at most: facts that do not lie in the order of their time are read for each.
const (
	ordersAtOnce = 200_000
	maxStretches = 6
)

// spread is how orders lie in time.
type spread struct {
	// months of those that roll-ups have, in their order.
	months []sold
	// atOnce are the orders of a stretch.
	atOnce int64
}

// sold is a month with its orders.
type sold struct {
	StartsOn time.Time
	Orders   int64
}

// stretch is a part of a span: from and to are days of the report, since and
// until instants.
type stretch struct {
	from, to     *models.Date
	since, until *time.Time
}

// stretches are the parts of a span that orders are counted in, side by side:
// all sales of an order are of one instant, when it was placed.
func (s *source) stretches(of span) []stretch {
	orders := int64(0)
	for _, m := range s.spread.months {
		if m.within(of) {
			orders += m.Orders
		}
	}
	parts := min(orders/s.spread.atOnce, maxStretches)
	all := []stretch{{from: of.from}}
	soFar := int64(0)
	for _, m := range s.spread.months {
		if !m.within(of) {
			continue
		}
		if at := int64(len(all)); at < parts && soFar >= at*orders/parts {
			all[at-1].until = &m.StartsOn
			all = append(all, stretch{since: &m.StartsOn})
		}
		soFar += m.Orders
	}
	all[len(all)-1].to = of.to
	return all
}

func (m sold) within(of span) bool {
	return (of.from == nil || !m.StartsOn.Before(of.from.Time())) && (of.to == nil || !m.StartsOn.After(of.to.Time()))
}

// readSpread tells how orders lie in time.
func (s *source) readSpread(tx *gorm.DB) error {
	if !s.apart() || !s.state.Built {
		return nil
	}
	if err := tx.Raw(rollup.Sold(s.state)).Scan(&s.spread.months).Error; err != nil {
		return fmt.Errorf("find the months with orders: %w", err)
	}
	return nil
}
