package plan

import (
	"slices"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/order"
)

// declared lists all types that are planned.
func declared() []*Type {
	return slices.Concat(products(), orders(), fulfilments(), brands(), reports(), blockers(), promotions(), deliveries(), ledgers(), purchases(), programmes(), []*Type{
		{Name: "Query", Fields: map[string]Field{
			"viewer": inside("Viewer"),
			"node":   nodeField(true),
			"nodes":  nodeField(false),
			"brand": named("Brand", globalid.Brand, "slug", func(s *statement, alias, slug string) {
				s.add(alias+".id = (select brand_id from brand_slugs where slug = ?)", slug)
			}),
			"brands": across(pages("Brand", brandsListed)),
			"storefront": across(named("Storefront", globalid.Storefront, "slug", func(s *statement, alias, slug string) {
				s.add("("+alias+".brand_id, "+alias+".id) = (select brand_id, storefront_id from storefront_slugs where slug = ?)", slug)
			})),
			"storefronts": across(pages("Storefront", storefrontsListed)),
			"category": named("Category", globalid.Category, "path", func(s *statement, alias, path string) {
				s.add(alias+".path = ?", path)
			}),
			"categories": categories,
			"product":    single("Product", productNamed),
			"products":   across(pages("Product", marketplace)),
			"order": across(named("Order", globalid.Order, "number", func(s *statement, alias, number string) {
				s.add("("+alias+".brand_id, "+alias+".id) in (select brand_id, order_id from order_numbers where number = ?)", order.ReadNumber(number))
			})),
			"orders":      across(pages("Order", ordersListed)),
			"purchase":    byID("Purchase", globalid.Purchase),
			"purchases":   pages("Purchase", purchasesListed),
			"salesReport": salesReport,
			"payout":      single("Payout", payoutNamed),

			"commissionPlans": pages("CommissionPlan", plansListed),

			"programme":       byID("Programme", globalid.Programme),
			"programmes":      pages("Programme", programmesListed),
			"reportExport":    byID("ReportExport", globalid.ReportExport),
			"reportExports":   pages("ReportExport", exportsListed),
			"reportSchedules": pages("ReportSchedule", schedulesListed),
		}},
		{Name: "Viewer", Fields: map[string]Field{
			"account":     single("Account", self),
			"permissions": func(*compiler, row, *call) (emitter, error) { return permissions{}, nil },
		}},
	})
}

func productNamed(s *statement, alias string, f *call) error {
	id, err := f.id(s.run, "id", globalid.Product)
	if err != nil {
		return err
	}
	slug, err := f.string(s.run, "brandSlug")
	if err != nil {
		return err
	}
	handle, err := f.string(s.run, "handle")
	switch {
	case err != nil:
		return err
	case id != nil && slug == nil && handle == nil:
		s.key(s.planner.types["Product"], alias, *id)
		return nil
	case id == nil && slug != nil && handle != nil:
		s.add(alias+".brand_id = (select brand_id from brand_slugs where slug = ?) and "+alias+".handle = ?", *slug, *handle)
		return nil
	}
	return errNotPlanned
}

func self(s *statement, alias string, _ *call) error {
	if id := s.actor.AccountID(); id != nil {
		s.add(alias+".id = ?", *id)
	} else {
		s.text("false")
	}
	return nil
}

// categories are the roots of the tree.
func categories(c *compiler, at row, f *call) (emitter, error) {
	to := row{newRecord(), c.types["Category"], c.alias(), &at}
	order := []string{"categories.position", "categories.id"}
	return c.list(at, to, f, func(s *statement) error {
		s.text("select categories.*" + sortColumns(order) +
			" from categories where categories.parent_id is null order by categories.position, categories.id limit 200")
		return nil
	}, order)
}

// permissions writes what the caller may do.
type permissions struct{}

func (permissions) emit(o *output, _ values) error {
	o.json = append(o.json, '[')
	for i, p := range o.actor.Permissions() {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		o.text(strconv.Quote(string(p)))
	}
	o.json = append(o.json, ']')
	return nil
}
