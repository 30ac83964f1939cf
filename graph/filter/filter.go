// Package filter translates the conditions of lists from the API to the domain,
// for resolvers and plans alike. A bad id is problem.BadInput at its path.
package filter

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

// ID reads an id of a query's argument, at its path: a bad one is
// problem.BadInput.
func ID(path string, t globalid.Type, id string) (globalid.ID, error) {
	parsed, err := globalid.ParseAs(t, id)
	if err != nil {
		return globalid.ID{}, &problem.BadInput{Argument: path, Message: err.Error()}
	}
	return parsed, nil
}

// Key is the key of a brand's row that an id names.
func Key(id globalid.ID) models.Key { return models.Key{BrandID: id.Brand, ID: id.Row} }

// Products reads a filter of the marketplace's products.
func Products(where *api.ProductWhere) (search.Filter, error) {
	if where == nil {
		return search.Filter{}, nil
	}
	f := search.Filter{
		OriginCountries: where.OriginCountry.Value(), OriginRegions: where.OriginRegion.Value(), Available: where.Available.Value(),
	}
	if price := where.Price.Value(); price != nil {
		f.Price = &search.Span{Min: price.Min.Value(), Max: price.Max.Value()}
	}
	if id := where.StorefrontID.Value(); id != nil {
		parsed, err := ID("where.storefrontId", globalid.Storefront, *id)
		if err != nil {
			return f, err
		}
		key := Key(parsed)
		f.Storefront = &key
	}
	var err error
	if f.Category, err = category(where.CategoryID.Value()); err != nil {
		return f, err
	}
	if brands := where.BrandID.Value(); brands != nil {
		f.Brands = make([]uuid.UUID, len(brands))
		for i, id := range brands {
			parsed, err := ID(fmt.Sprintf("where.brandId.%d", i), globalid.Brand, id)
			if err != nil {
				return f, err
			}
			f.Brands[i] = parsed.Row
		}
	}
	return f, nil
}

func category(id *string) (*uuid.UUID, error) {
	if id == nil {
		return nil, nil
	}
	parsed, err := ID("where.categoryId", globalid.Category, *id)
	if err != nil {
		return nil, err
	}
	return &parsed.Row, nil
}

func Orders(in *api.OrderWhere) (order.Where, error) {
	if in == nil {
		return order.Where{}, nil
	}
	out := order.Where{
		Status: in.Status.Value(), Payment: in.PaymentStatus.Value(), Fulfilment: in.FulfilmentStatus.Value(), Returns: in.ReturnStatus.Value(),
		Refunds: in.RefundStatus.Value(), Dispute: in.Dispute.Value(),
		Source: in.Source.Value(), Number: in.Number.Value(),
	}
	if span := in.PlacedAt.Value(); span != nil {
		out.From, out.To = span.From.Value(), span.To.Value()
	}
	if id := in.StorefrontID.Value(); id != nil {
		parsed, err := ID("where.storefrontId", globalid.Storefront, *id)
		if err != nil {
			return out, err
		}
		key := Key(parsed)
		out.Storefront = &key
	}
	return out, nil
}

func Brands(where *api.BrandWhere) brand.Filter {
	if where == nil {
		return brand.Filter{}
	}
	f := brand.Filter{
		Status: where.Status.Value(), Country: where.Country.Value(),
		Region: where.Region.Value(), CensusRegion: where.CensusRegion.Value(), Industry: where.Industry.Value(),
		Size: where.Size.Value(),
	}
	if name := where.Name.Value(); name != nil {
		f.Name = *name
	}
	f.JobsBeforeMin, f.JobsBeforeMax = ends(where.JobsBefore.Value())
	f.JobsNowMin, f.JobsNowMax = ends(where.JobsNow.Value())
	if joined := where.JoinedAt.Value(); joined != nil {
		f.JoinedFrom, f.JoinedTo = joined.From.Value(), joined.To.Value()
	}
	return f
}

func ends(r *api.IntRange) (smallest, largest *int32) {
	if r == nil {
		return nil, nil
	}
	return r.Min.Value(), r.Max.Value()
}

func Storefronts(where *api.StorefrontWhere) (storefront.Filter, error) {
	if where == nil {
		return storefront.Filter{}, nil
	}
	f := storefront.Filter{Country: where.Country.Value(), Status: where.Status.Value()}
	if currencies := where.Currency.Value(); currencies != nil {
		f.Currency = make([]string, len(currencies))
		for i, c := range currencies {
			f.Currency[i] = string(c)
		}
	}
	if text := where.BrandID.Value(); text != nil {
		id, err := ID("where.brandId", globalid.Brand, *text)
		if err != nil {
			return f, err
		}
		f.BrandID = &id.Row
	}
	return f, nil
}

// BrandProducts says which products of a brand.
func BrandProducts(where *api.BrandProductWhere) (f search.BrandFilter, err error) {
	if where == nil {
		return f, nil
	}
	f.Statuses, f.Tag = where.Status.Value(), where.Tag.Value()
	f.Category, err = category(where.CategoryID.Value())
	return f, err
}
