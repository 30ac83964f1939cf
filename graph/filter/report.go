package filter

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/report"
)

// Number reads one that has bounds above 0: nil is 0, for none, and 0 is out of
// bounds.
func Number(n *int32) int {
	switch {
	case n == nil:
		return 0
	case *n == 0:
		return -1
	}
	return int(*n)
}

// SalesConversion reads how amounts are converted; nil is not at all.
func SalesConversion(in *api.SalesConversionInput) *report.Conversion {
	if in == nil {
		return nil
	}
	c := &report.Conversion{Rate: report.TransactionDay, Day: in.Day.Value()}
	if to := in.To.Value(); to != nil {
		c.To = *to
	}
	if brand := in.ToBrand.Value(); brand != nil {
		c.Brand = *brand
	}
	if rate := in.Rate.Value(); rate != nil {
		c.Rate = *rate
	}
	return c
}

// Sales says which sales a report is about.
func Sales(where *api.SalesReportWhere) (q report.Query, err error) {
	if where == nil {
		return q, nil
	}
	q = report.Query{
		From: where.From.Value(), To: where.To.Value(), CategoryPath: where.CategoryPath.Value(), Source: where.Source.Value(),
		Markets: where.Market.Value(), OriginCountries: where.OriginCountry.Value(), OriginRegions: where.OriginRegion.Value(),
		BuyerCountries: where.BuyerCountry.Value(), BuyerRegions: where.BuyerRegion.Value(), Currencies: where.Currency.Value(),
		RecordedBefore: where.RecordedBefore.Value(),
	}
	for _, list := range []struct {
		name string
		t    globalid.Type
		ids  graphql.Omittable[[]string]
		rows *[]uuid.UUID
	}{
		{"brandId", globalid.Brand, where.BrandID, &q.Brands},
		{"storefrontId", globalid.Storefront, where.StorefrontID, &q.Storefronts},
		{"productId", globalid.Product, where.ProductID, &q.Products},
	} {
		for i, id := range list.ids.Value() {
			parsed, err := ID(fmt.Sprintf("where.%s.%d", list.name, i), list.t, id)
			if err != nil {
				return q, err
			}
			*list.rows = append(*list.rows, parsed.Row)
		}
	}
	return q, nil
}
