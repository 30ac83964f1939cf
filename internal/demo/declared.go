package demo

import (
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// declaring is the brand with a second storefront in China that charges duties
// and taxes, by rules of which the made-up ones are labelled so.
const declaring = "hudson-botanica"

// declared is that storefront. It is nobody's first choice in its market, and
// has sold nothing yet.
func (w *world) declared(tx *gorm.DB, m *maker, first *shop, made []*productRows) error {
	if m.slug != declaring {
		return nil
	}
	random := rand.New(rand.NewPCG(uint64(w.today.Unix()), 0x6465636c61726564))
	id := func(at time.Time) uuid.UUID { return idOf(at, random) }
	front, regime := *first.front, landedcost.CBECDirect
	front.ID, front.Slug, front.IsPrimary, front.CustomsRegime = id(*front.OpenedAt), m.slug+"-direct", false, &regime
	front.Texts = models.Texts[models.StorefrontText]{
		"en": {Name: m.name + ", taxes included in what is shown", Description: "DEMONSTRATION: cross-border direct mail into China with duty, " +
			"consumption tax and VAT, by published rules where they are known and by made-up rates where they are not."},
		"zh-CN": {Name: m.name + "（含税演示店）", Description: "演示：跨境直邮，列明关税、消费税和增值税；已公布的规则按公布执行，其余税率为虚构。"},
	}
	var listings []models.Listing
	var prices []models.Price
	for n, r := range made {
		there := &productRows{product: r.product, variants: r.variants}
		w.list(m, m.goods[n], n, there, &front, id)
		listings, prices = append(listings, there.listings...), append(prices, there.prices...)
	}
	if err := copyAll(tx, one(front)); err != nil {
		return err
	}
	err := tx.Exec("insert into storefront_slugs (slug, brand_id, storefront_id) values (?, ?, ?)", front.Slug, front.BrandID, front.ID).Error
	if err != nil {
		return err
	}
	return copyAll(tx, rowsOf(listings), rowsOf(prices), rowsOf([]models.DeliveryOption{w.sending(&front, 0, id), w.sending(&front, 1, id)}))
}
