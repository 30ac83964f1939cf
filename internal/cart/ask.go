package cart

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/delivery"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/offer"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

// question is what must be read to change and price a cart, in one round trip.
type question struct {
	carts  *[]models.Cart
	lines  *[]models.CartLine
	shops  *[]offer.Storefront
	offers *[]offer.Offer
	supply inventory.Supply
	after  *[]models.Cart

	promotions promotion.Candidates
	options    *[]models.DeliveryOption

	// terms are nil where no storefront charges duties and taxes.
	terms *doorprice.Terms
	// left is what the shopper may still buy this year, nil where it is not known.
	left *landedcost.Left
	at   time.Time
}

// further is what a change wants to know beyond what the cart holds.
type further struct {
	lines []LineInput
	codes []string
}

// ask reads the carts of which a condition on c is true, and what their lines
// and further goods cost now, with promotions and carriage. Locked, nobody else
// changes the carts until the transaction ends; the order of ids keeps two of
// them from a deadlock.
func ask(reads *database.Batch, actor *auth.Actor, which database.SQL, locked bool, more further, at time.Time) *question {
	lock := ""
	if locked {
		lock = " for update"
	}
	q := &question{at: at, carts: database.Read[models.Cart](reads, database.Text("select c.* from carts c where ? order by c.id"+lock, which))}
	q.lines = database.Read[models.CartLine](reads, database.Text(`
select l.*
from cart_lines l
join carts c on c.id = l.cart_id
where ?
order by l.added_at, l.id`, which))
	brands, shops, variants := make([]uuid.UUID, len(more.lines)), make([]uuid.UUID, len(more.lines)), make([]uuid.UUID, len(more.lines))
	for i, l := range more.lines {
		brands[i], shops[i], variants[i] = l.Storefront.BrandID, l.Storefront.ID, l.Variant.ID
	}
	wanted := database.Text(`
select l.brand_id, l.storefront_id, l.variant_id
from cart_lines l
join carts c on c.id = l.cart_id
where ?
union
select * from unnest(?::uuid[], ?::uuid[], ?::uuid[])`, which, brands, shops, variants)
	q.shops, q.offers = offer.AskStorefronts(reads, actor, wanted, at), offer.AskEach(reads, wanted, at)
	q.supply = inventory.AskEach(reads, wanted)
	q.promotions = promotion.Ask(reads, database.Text("select w.brand_id from (?) w", wanted),
		database.Text("select unnest(c.discount_codes) from carts c where ? union select unnest(?::text[])", which, []string(codes(more.codes))),
		actor.AccountID(), at)
	q.options = delivery.Ask(reads, wanted, database.Text(
		"select (d ->> 'optionId')::uuid from carts c cross join jsonb_array_elements(c.deliveries) d where ?", which))
	if !locked {
		q.after = database.Read[models.Cart](reads, database.Text("select c.* from carts c where ? order by c.id", which))
	}
	return q
}

// overtaken tells that the carts were changed while they were read without a lock.
func (q *question) overtaken() bool {
	return !slices.EqualFunc(*q.carts, *q.after, func(a, b models.Cart) bool { return a.ID == b.ID && a.Version == b.Version })
}

// goods are what the lines of a cart are sold for now.
type goods struct {
	shops  map[models.Key]*offer.Storefront
	offers map[place]*offer.Offer
	supply inventory.Supply
	// promotions may apply; options are those of each storefront, in its order.
	promotions []promotion.Promotion
	options    map[models.Key][]models.DeliveryOption
	terms      *doorprice.Terms
	left       *landedcost.Left
	at         time.Time
}

// place is a variant in a storefront: what a cart has one line of.
type place struct{ brand, storefront, variant uuid.UUID }

func placeOf(l *models.CartLine) place { return place{l.BrandID, l.StorefrontID, l.VariantID} }

func (q *question) goods(at time.Time) *goods {
	g := &goods{
		shops: map[models.Key]*offer.Storefront{}, offers: map[place]*offer.Offer{}, supply: q.supply,
		promotions: q.promotions.List(), options: map[models.Key][]models.DeliveryOption{}, terms: q.terms, left: q.left, at: at,
	}
	for _, o := range *q.options {
		shop := models.Key{BrandID: o.BrandID, ID: o.StorefrontID}
		g.options[shop] = append(g.options[shop], o)
	}
	for i := range *q.shops {
		s := &(*q.shops)[i]
		g.shops[models.Key{BrandID: s.BrandID, ID: s.ID}] = s
	}
	for i := range *q.offers {
		o := &(*q.offers)[i]
		g.offers[place{o.BrandID, o.StorefrontID, *o.VariantID}] = o
	}
	return g
}

// of gives the offer of a line, nil where it cannot be bought now.
func (g *goods) of(l *models.CartLine) *offer.Offer {
	if s := g.shops[l.Storefront()]; s == nil || !s.Sells() {
		return nil
	}
	return g.offers[placeOf(l)]
}

func reading(err error) error {
	if err != nil {
		return fmt.Errorf("read a cart: %w", err)
	}
	return nil
}
