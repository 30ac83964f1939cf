// Package demo fills an empty database with a small marketplace: thirty
// American makers, their goods in English and Chinese, and a year and a half
// of orders. The same day gives the same rows, ids included.
package demo

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

const (
	orderCount   = 20_000
	shopperCount = 3_000
	months       = 18
)

// world is what was made so far, as later steps need it.
type world struct {
	random *rand.Rand
	// booked makes the ids of the ledger's rows.
	booked *rand.Rand
	// offered makes those of promotions and delivery options.
	offered *rand.Rand
	terms   models.CommissionPlan
	// today is midnight UTC: the orders end there. opened is when the
	// marketplace began.
	today, opened time.Time

	makers   []*maker
	category map[string]*models.Category
	shops    []*shop
	shoppers []*shopper
}

// shop is a storefront with what it sells.
type shop struct {
	brand      *models.Brand
	front      *models.Storefront
	warehouse  *models.Warehouse
	popularity int
	items      []*item
}

// item is a variant on sale, and how many pieces the orders leave sold.
type item struct {
	product    *models.Product
	variant    *models.Variant
	category   string
	price      int64
	popularity int
	since      time.Time
	sold       int64
}

func newWorld(today time.Time) *world {
	today = today.UTC().Truncate(24 * time.Hour)
	return &world{
		random:  rand.New(rand.NewPCG(uint64(today.Unix()), 0x7261646577696e64)),
		booked:  rand.New(rand.NewPCG(uint64(today.Unix()), 0x6c6564676572)),
		offered: rand.New(rand.NewPCG(uint64(today.Unix()), 0x6f66666572)),
		today:   today, opened: today.AddDate(0, -months-3, 0),
		category: map[string]*models.Category{},
	}
}

// id makes a UUIDv7 of a time from the world's own chance.
func (w *world) id(at time.Time) uuid.UUID { return idOf(at, w.random) }

func idOf(at time.Time, random *rand.Rand) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|random.Uint64()&0xffff)
	binary.BigEndian.PutUint64(id[8:], random.Uint64())
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// handle is that of a demonstration account, which nobody needs to keep apart.
func handle(id uuid.UUID) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, id[:]) }

// ids makes ids of one time.
func (w *world) ids(at time.Time) func() uuid.UUID {
	return func() uuid.UUID { return w.id(at) }
}

// weighted picks an index in proportion to the weights.
func (w *world) weighted(total int, weights func(int) int) int {
	n := w.random.IntN(total)
	for i := 0; ; i++ {
		if n -= weights(i); n < 0 {
			return i
		}
	}
}
