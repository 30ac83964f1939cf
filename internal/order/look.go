package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/offer"
	"github.com/tradewind-commerce/tradewind/models"
)

// shelf is what baskets have in common that can be read for together: a
// storefront, and the condition under which their shoppers may see it.
type shelf struct {
	storefront models.Key
	seen       string
}

// look reads what is for sale of a basket, together with others that look at
// the same storefront, and what its key was answered with.
func (s *Service) look(db *gorm.DB, q *question) error {
	seen, args := auth.Where(q.basket.Shopper, "storefronts", "s", q.basket.At)
	if len(args) > 0 { // it is for this shopper alone
		t := &task[*question]{work: q}
		lookTogether(db, []*task[*question]{t})
		return t.err
	}
	return s.looks.do(db, []shelf{{q.basket.Storefront, seen}}, q)
}

// lookTogether reads once what baskets of a storefront need, after all of them came.
// Keys are asked for last.
func lookTogether(db *gorm.DB, all []*task[*question]) {
	var variants []uuid.UUID
	var at time.Time
	claims := make([]*idempotency.Claim, len(all))
	known := map[uuid.UUID]bool{}
	for i, t := range all {
		q := t.work
		if claims[i] = q.claim; q.basket.At.After(at) {
			at = q.basket.At
		}
		for _, w := range q.wanted {
			if v := w.variant; v.BrandID == q.basket.Storefront.BrandID && !known[v.ID] {
				known[v.ID], variants = true, append(variants, v.ID)
			}
		}
	}
	basket, reads := all[0].work.basket, database.NewBatch(db)
	shops := offer.AskStorefront(reads, basket.Shopper, basket.Storefront, at)
	offers := offer.Ask(reads, basket.Storefront, variants, at)
	supply := inventory.Ask(reads, basket.Storefront.BrandID, variants)
	idempotency.Ask(reads, claims...)
	err := reads.Send()
	if err != nil {
		err = fmt.Errorf("read what is for sale: %w", err)
	}
	for _, t := range all {
		t.err, t.work.shops, t.work.offers, t.work.supply = err, *shops, *offers, supply.Clone()
	}
}
