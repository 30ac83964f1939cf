package transfer

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

// knownOrder is an order of the storefront that has the number of one in the file.
type knownOrder struct {
	models.Order
	keys    map[string]bool
	ordinal int32
	// sold says that a line of it is a sale, origins where those are from.
	sold    bool
	origins sales.Origins
}

// known finds the orders that are there, with the keys of their lines.
func known(tx *gorm.DB, orders []*booking) error {
	type place struct {
		shop   uuid.UUID
		number string
	}
	brands, shops := make([][16]byte, 0, len(orders)), make([][16]byte, 0, len(orders))
	numbers := make([]string, 0, len(orders))
	for _, o := range orders {
		brands, shops = append(brands, o.brand.ID), append(shops, o.storefront.ID)
		numbers = append(numbers, o.number)
	}
	if err := byIndex(tx); err != nil {
		return err
	}
	var rows []models.Order
	err := tx.Raw(`
select o.*
from unnest(?::uuid[], ?::uuid[], ?::text[]) as w (brand_id, storefront_id, number)
join orders o on o.brand_id = w.brand_id and o.storefront_id = w.storefront_id and o.number = w.number`,
		database.Array(brands), database.Array(shops), database.Array(numbers)).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	there, byID := map[place]*knownOrder{}, map[uuid.UUID]*knownOrder{}
	brands, ids := brands[:0], make([][16]byte, 0, len(rows))
	for _, row := range rows {
		k := &knownOrder{Order: row, keys: map[string]bool{}, origins: sales.Origins{}}
		there[place{row.StorefrontID, row.Number}], byID[row.ID] = k, k
		brands, ids = append(brands, row.BrandID), append(ids, row.ID)
	}
	for _, o := range orders {
		o.known = there[place{o.storefront.ID, o.number}]
	}
	var lines []models.OrderLine
	err = tx.Raw(`
select l.order_id, l.ordinal, l.import_key, l.quantity, l.goods_minor, l.origin_country, l.origin_region
from unnest(?::uuid[], ?::uuid[]) as w (brand_id, order_id)
join order_lines l on l.brand_id = w.brand_id and l.order_id = w.order_id`, database.Array(brands), database.Array(ids)).Scan(&lines).Error
	for _, l := range lines {
		k := byID[l.OrderID]
		k.ordinal = max(k.ordinal, l.Ordinal)
		if l.Quantity >= 0 && l.GoodsMinor >= 0 {
			k.sold = true
			k.origins.Repeats(l.OriginCountry, l.OriginRegion)
		}
		if l.ImportKey != nil {
			k.keys[*l.ImportKey] = true
		}
	}
	return err
}

// byIndex has the rest of the transaction look some thousand rows up by their
// keys. An estimate of fewer than there are would have it read whole tables,
// which grow as the import goes on.
func byIndex(tx *gorm.DB) error {
	return tx.Exec(`
select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true)`).Error
}

// article is what a brand calls a variant.
type article struct {
	brand uuid.UUID
	sku   string
}

// soldGoods reads, in the form of lines, the variants that are sold in the
// orders: by their SKU, where only one variant of the brand has it. They stay
// until the transaction ends.
func soldGoods(tx *gorm.DB, orders []*booking) (map[article]models.OrderLine, error) {
	goods, twins := map[article]models.OrderLine{}, map[article]bool{}
	brands, skus, seen := models.StringList{}, models.StringList{}, map[article]bool{}
	for _, o := range orders {
		if !o.linkable {
			continue
		}
		for _, l := range o.lines {
			if a := (article{o.brand.ID, l.SKU}); l.SKU != "" && !seen[a] {
				seen[a] = true
				brands, skus = append(brands, o.brand.ID.String()), append(skus, l.SKU)
			}
		}
	}
	if len(skus) == 0 {
		return goods, nil
	}
	var rows []models.OrderLine
	err := tx.Raw(`
select v.brand_id, v.sku, v.id as variant_id, v.product_id, v.options, p.hs_code, p.origin_country, p.origin_region, c.path as category_path
from unnest(?::uuid[], ?::text[]) as w (brand_id, sku)
join variants v on v.brand_id = w.brand_id and v.sku = w.sku
join products p on p.brand_id = v.brand_id and p.id = v.product_id
left join categories c on c.id = p.category_id
for key share of v, p`, brands, skus).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find the goods: %w", err)
	}
	for _, row := range rows {
		a := article{row.BrandID, *row.SKU}
		_, again := goods[a]
		twins[a] = twins[a] || again
		goods[a] = row
	}
	for a, again := range twins {
		if again {
			delete(goods, a)
		}
	}
	return goods, nil
}
