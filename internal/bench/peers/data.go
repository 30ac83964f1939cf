package peers

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Data is what parameters are drawn from.
type Data struct {
	Amounts

	products []models.Key
	shops    []models.Key // the large ones
	// readers and buyers are people with tokens. They are not the same: what
	// buyers buy does not change what readers read.
	readers, buyers []person
	// analyst reads reports on all brands.
	analyst person
	baskets []basket
}

// person is a shopper with a token.
type person struct {
	id    uuid.UUID
	token string
}

// basket is what can be bought together.
type basket struct {
	Brand, Shop, First, Second uuid.UUID
	FirstPrice, SecondPrice    int64
}

const (
	// mostPeople have tokens; half of them read, half buy.
	mostPeople = 2000
	// mostBaskets are drawn once; most products are in none at full scale.
	mostBaskets = 20_000
)

// Read finds what parameters are drawn from, and signs tokens.
func (a Amounts) Read(ctx context.Context, db *database.DB, sign func(subject, name string) (string, error)) (*Data, error) {
	d := &Data{Amounts: a}
	for n := 1; n <= a.Products; n++ {
		g := a.good(n)
		d.products = append(d.products, models.Key{BrandID: g.BrandID, ID: g.ProductID})
	}
	for n := range a.Big {
		s := sellerOf(n)
		d.shops = append(d.shops, models.Key{BrandID: s.brand, ID: s.storefront})
	}
	people := min(mostPeople, a.Shoppers)
	for n := 1; n <= people; n++ {
		token, err := sign(subject(n), subject(n))
		if err != nil {
			return nil, err
		}
		p := person{shopper(n).ID, token}
		if n <= people/2 {
			d.readers = append(d.readers, p)
		} else {
			d.buyers = append(d.buyers, p)
		}
	}
	token, err := sign(analyst.Subject, analyst.Subject)
	if err != nil {
		return nil, err
	}
	d.analyst = person{analyst.ID, token}
	rows, err := db.Pool.Query(database.AcrossBrands(ctx, database.Reconciliation), `
select brand, shop, first, second, first_price, second_price
from (
  select brand_id as brand, storefront_id as shop, variant_id as first, amount_minor as first_price, chance,
    lead(variant_id) over neighbours as second, lead(amount_minor) over neighbours as second_price
  from prices
  cross join lateral (select md5(cast(variant_id as text)) as chance) drawn
  window neighbours as (partition by brand_id, storefront_id order by chance)
) pairs
where second is not null
order by chance
limit $1`, mostBaskets)
	if err != nil {
		return nil, fmt.Errorf("read baskets: %w", err)
	}
	d.baskets, err = pgx.CollectRows(rows, pgx.RowToStructByName[basket])
	if err == nil && len(d.baskets) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return nil, fmt.Errorf("read baskets: %w", err)
	}
	return d, nil
}

func one[T any](chance *rand.Rand, list []T) T { return list[chance.IntN(len(list))] }

// total is what a basket costs.
func (b basket) total(first, second int64) string {
	return money.New(b.FirstPrice*first+b.SecondPrice*second, "CNY").Amount()
}
