package plan

import (
	"fmt"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// blockers are told by the domain, from facts that are columns of the row's record.
func blockers() []*Type {
	return []*Type{{Name: "Blocker", Fields: map[string]Field{
		"code":    textOf(func(b *models.Blocker) string { return b.Code }),
		"message": textOf(func(b *models.Blocker) string { return b.Message }),
	}}}
}

// told writes blockers that the domain tells from a row.
type told struct {
	tell  func(o *output, row values) ([]*models.Blocker, error)
	value emitter
}

func (t told) emit(o *output, row values) error {
	list, err := t.tell(o, row)
	if err != nil {
		return err
	}
	return onEach(o, list, t.value)
}

func (c *compiler) told(f *call, tell func(*output, values) ([]*models.Blocker, error)) (emitter, error) {
	fields, err := c.object(row{typ: c.types["Blocker"]}, f.sets)
	return told{tell, fields}, err
}

// approvalBlockers are those of a brand: see brand.Approval.
func approvalBlockers(c *compiler, at row, f *call) (emitter, error) {
	country := at.column("country")
	contact := at.sql(fmt.Sprintf("(%[1]s.contact_name is not null and %[1]s.contact_email is not null)", at.alias))
	confirmed := at.sql(at.alias + ".contact_confirmed_at is not null")
	payout := at.sql("exists (select 1 from payout_accounts where payout_accounts.brand_id = " + at.alias + ".id)")
	documents := at.sql("array(select row(kind, verdict) from brand_documents where brand_documents.brand_id = " + at.alias + ".id)")
	return c.told(f, func(o *output, row values) ([]*models.Blocker, error) {
		facts := brand.Approval{
			Country: string(row[country]), HasContact: truth(row[contact]), Confirmed: truth(row[confirmed]), HasPayout: truth(row[payout]),
			Verdicts: map[models.DocumentKind]models.DocumentVerdict{},
		}
		err := o.each(row[documents], 2, func(d values) error {
			facts.Verdicts[models.DocumentKind(d[0])] = models.DocumentVerdict(d[1])
			return nil
		})
		return facts.Blockers(), err
	})
}

// publication tells of a listing what its facts say: see catalog.Publication.
func publication(tell func(catalog.Publication) []*models.Blocker) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		place := at.sql(fmt.Sprintf("array(select row(p.status, p.texts -> s.languages[1] ->> 'title', p.texts -> 'en' ->> 'title',"+
			" s.languages[1], s.status, s.customs_regime, s.country, p.hs_code, p.origin_country)"+
			" from products as p, storefronts as s where p.brand_id = %[1]s.brand_id and p.id = %[1]s.product_id"+
			" and s.brand_id = %[1]s.brand_id and s.id = %[1]s.storefront_id)", at.alias))
		variants := at.sql(fmt.Sprintf("array(select row(array(select o.value ->> 'value' from jsonb_array_elements(v.options)"+
			" with ordinality as o (value, n) order by o.n), v.sku, exists (select 1 from prices where prices.brand_id = v.brand_id"+
			" and prices.variant_id = v.id and prices.storefront_id = %[1]s.storefront_id), v.weight_grams::text, v.net_unit) from variants as v"+
			" where v.brand_id = %[1]s.brand_id and v.product_id = %[1]s.product_id and v.archived_at is null order by v.position, v.id)", at.alias))
		return c.told(f, func(o *output, row values) ([]*models.Blocker, error) {
			var facts catalog.Publication
			err := o.each(row[place], 9, func(p values) (err error) {
				facts.Product = models.ProductStatus(p[0])
				facts.Titled = len(p[1]) > 0 || len(p[2]) > 0
				facts.Language, facts.Storefront = string(p[3]), models.StorefrontStatus(p[4])
				facts.HSCode, facts.Origin = string(p[7]), string(p[8])
				if facts.Regime = landedcost.Regime(p[5]); facts.Regime != "" {
					facts.Day, err = o.planner.customs.Day(o.planner.db.Gorm.WithContext(o.ctx), string(p[6]), o.now)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
			err = o.each(row[variants], 5, func(v values) error {
				options, err := texts(v[0])
				sold := catalog.Sold{Options: options, Priced: truth(v[2]), Unit: models.NetUnit(v[4])}
				if v[1] != nil {
					sold.SKU = new(string(v[1]))
				}
				if v[3] != nil && err == nil {
					sold.Grams, err = strconv.ParseInt(string(v[3]), 10, 64)
				}
				facts.Variants = append(facts.Variants, sold)
				return err
			})
			return tell(facts), err
		})
	}
}

// each reads the records of an array, of so many columns.
func (o *output) each(data []byte, columns int, read func(values) error) error {
	all, err := arrayOf(data)
	for err == nil && all.left > 0 {
		var item []byte
		if item, err = all.next(); err != nil {
			break
		}
		from := len(o.stack)
		var row values
		if row, err = o.record(item); err == nil && len(row) != columns {
			err = errForm
		}
		if err == nil {
			err = read(row)
		}
		o.stack = o.stack[:from]
	}
	return err
}

// texts reads a value of text[].
func texts(data []byte) (list []string, err error) {
	all, err := arrayOf(data)
	for err == nil && all.left > 0 {
		var text []byte
		text, err = all.next()
		list = append(list, string(text))
	}
	return list, err
}

func truth(v []byte) bool { return len(v) == 1 && v[0] != 0 }
