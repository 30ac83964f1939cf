package plan

import (
	"encoding/json"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

func promotions() []*Type {
	return []*Type{
		{Name: "Promotion", Model: models.Promotion{}, ID: globalid.Promotion, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{
			"storefront":      one("Storefront", "StorefrontID"),
			"title":           translated("title", ownLanguage, false),
			"status":          computed(promotionStatus),
			"percent":         expression("trim_scale(nullif(%s.basis_points, 0) / 100.0)"),
			"amount":          optionalSum("amount_minor"),
			"buyQuantity":     expression("nullif(%s.buy_quantity, 0)"),
			"getQuantity":     expression("nullif(%s.get_quantity, 0)"),
			"minimumAmount":   optionalSum("minimum_minor"),
			"minimumQuantity": expression("nullif(%s.minimum_quantity, 0)"),
			"uses": expression("(select count(*) from promotion_uses where promotion_uses.brand_id = %[1]s.brand_id" +
				" and promotion_uses.promotion_id = %[1]s.id)"),
			"codes": pages("PromotionCode", codesOfPromotion),
			"goods": inside("PromotionGoods"),
			"gets":  inside("PromotionGets", "nullif(%s.gets, 'null')"),
		}},
		{Name: "PromotionGoods", Fields: selected("goods")},
		{Name: "PromotionGets", Fields: selected("gets")},
		{Name: "PromotionCode", Model: models.PromotionCode{}, Fields: map[string]Field{
			"uses": expression("(select count(*) from promotion_uses where promotion_uses.brand_id = %[1]s.brand_id" +
				" and promotion_uses.promotion_id = %[1]s.promotion_id and promotion_uses.code = %[1]s.code)"),
		}},
	}
}

// selected are the goods that a column of a promotion names.
func selected(column string) map[string]Field {
	among := func(ids, key string) string {
		return ids + " in (select e.value::uuid from jsonb_array_elements_text(%s." + column + " -> '" + key + "') as e (value))"
	}
	return map[string]Field{
		"products": many(rows{typeName: "Product", on: "products.brand_id = %s.brand_id and " + among("products.id", "products"),
			where: scoped("products"), order: []string{"products.id"}}),
		"categories": many(rows{typeName: "Category", on: among("categories.id", "categories"), order: []string{"categories.id"}}),
	}
}

func promotionStatus(alias string) func(*statement) {
	text := "case when " + alias + ".ends_at <= ? then 'ENDED' when " + alias + ".starts_at > ? then 'SCHEDULED' else 'ACTIVE' end"
	return func(s *statement) { s.add(text, s.now, s.now) }
}

func promotionsOfBrand(s *statement, alias string, f *call, _ paging.Args) (selection, error) {
	statuses, err := enums[models.PromotionStatus](f, s.run, "status")
	return ofRow("promotions", "promotions.brand_id = %s.id", alias, promotion.Standing(statuses, s.now),
		promotion.Newest(statuses).Order()), err
}

var codeOrder = promotion.ByCode.Order()

func codesOfPromotion(_ *statement, alias string, _ *call, _ paging.Args) (selection, error) {
	return selection{from: database.SQL{Text: "promotion_codes"}, alias: alias, order: codeOrder,
		on: "promotion_codes.brand_id = %s.brand_id and promotion_codes.promotion_id = %s.id"}, nil
}

func deliveries() []*Type {
	return []*Type{
		{Name: "DeliveryOption", Model: models.DeliveryOption{}, ID: globalid.DeliveryOption, Key: ofBrandKey, Tenant: "brand_id",
			Fields: map[string]Field{
				"title": translated("title", ownLanguage, false),
				"rates": deliveryRates,
			}},
		{Name: "DeliveryRate", Fields: map[string]Field{
			"countries":   textsOf(func(r *models.DeliveryRate) []string { return r.Countries }),
			"regions":     textsOf(func(r *models.DeliveryRate) []string { return r.Regions }),
			"base":        moneyOf(func(r *models.DeliveryRate) money.Money { return r.Base }),
			"weights":     partsOf("DeliveryWeight", func(r *models.DeliveryRate) []*models.DeliveryWeight { return r.Weights }),
			"extraAmount": optionalMoneyOf(func(r *models.DeliveryRate) *money.Money { return r.ExtraAmount }),
			"extraGrams":  optionalBigIntOf(func(r *models.DeliveryRate) *int64 { return r.ExtraGrams }),
			"freeFrom":    optionalMoneyOf(func(r *models.DeliveryRate) *money.Money { return r.FreeFrom }),
		}},
		{Name: "DeliveryWeight", Fields: map[string]Field{
			"upToGrams": bigIntOf(func(w *models.DeliveryWeight) int64 { return w.UpToGrams }),
			"amount":    moneyOf(func(w *models.DeliveryWeight) money.Money { return w.Amount }),
		}},
	}
}

// deliveryRates are few, and nested deeper than records of them would pay.
func deliveryRates(c *compiler, at row, f *call) (emitter, error) {
	zones, currency := at.sql(at.alias+".zones::text"), at.column("currency")
	fields, err := c.object(row{typ: c.types["DeliveryRate"]}, f.sets)
	return rates{zones, currency, fields}, err
}

type rates struct {
	zones, currency int
	fields          emitter
}

func (r rates) emit(o *output, row values) error {
	option := models.DeliveryOption{Currency: string(row[r.currency])}
	if err := json.Unmarshal(row[r.zones], &option.Zones); err != nil {
		return err
	}
	return onEach(o, option.Rates(), r.fields)
}

func textsOf[T any](texts func(T) []string) Field {
	return scalarOf(func(dst []byte, value T) []byte {
		dst = append(dst, '[')
		for i, text := range texts(value) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, text)
		}
		return append(dst, ']')
	})
}

func optionalMoneyOf[T any](sum func(T) *money.Money) Field {
	return partOf("Money", func(value T) (m money.Money, ok bool) {
		if p := sum(value); p != nil {
			return *p, true
		}
		return m, false
	})
}

func optionalBigIntOf[T any](n func(T) *int64) Field {
	return scalarOf(func(dst []byte, value T) []byte {
		if p := n(value); p != nil {
			return append(strconv.AppendInt(append(dst, '"'), *p, 10), '"')
		}
		return append(dst, "null"...)
	})
}
