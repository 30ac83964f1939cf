package bench

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"maps"
	"path"
	"strings"
)

// documents are reads as a storefront and a merchant's dashboard send them.
//
//go:embed operations/*.graphql
var documents embed.FS

// Roles that send reads; a Visitor has not signed in.
const (
	Visitor   = ""
	Shopper   = "shopper"
	Merchant  = "merchant"
	Reporting = "reporting"
)

// Read is a named operation with variables for the data that is there.
type Read struct {
	Name, Role string
	Query      string
	Variables  map[string]any
}

// Ground is what reads are about: a merchant's brand, what it sells in China,
// and an order of the shopper.
type Ground struct {
	Brand, BrandSlug          string
	Storefront, StoreSlug     string
	Product, Handle           string
	Category, Path            string
	Variants                  []string
	Order                     string // of the brand, for the merchant
	ShoppersOrder, OrderID    string // number and id, for the shopper
	Words                     string
	NextProducts, PriorOrders string // cursors
}

// Ask sends an operation as a role and reads its data.
type Ask func(ctx context.Context, role, query string, variables map[string]any, data any) error

const (
	staffQuery = `{ viewer { account { memberships { brand { id slug name orders(first: 5) { edges { cursor node { id shopper { id } } } } } } } } }`
	goodsQuery = `query($brand: ID!) @inContext(country: CN) {
  products(where: { brandId: [$brand] }, first: 20) {
    nodes { id handle title category { id path } listing { storefront { id slug } } variants(first: 3) { nodes { id } } }
  }
}`
	boughtQuery = `{ orders(first: 1) { nodes { id number } } }`
	nextQuery   = `query($category: ID!) @inContext(country: CN) {
  products(first: 2, sortKey: NEWEST, where: { categoryId: $category }) { pageInfo { endCursor } }
}`
)

// Survey finds the ground that reads need, over the API itself.
func Survey(ctx context.Context, ask Ask) (g Ground, err error) {
	var staff struct {
		Viewer struct {
			Account struct {
				Memberships []struct {
					Brand struct {
						ID, Slug, Name string
						Orders         struct {
							Edges []struct {
								Cursor string
								Node   struct {
									ID      string
									Shopper *struct{ ID string }
								}
							}
						}
					}
				}
			}
		}
	}
	if err := ask(ctx, Merchant, staffQuery, nil, &staff); err != nil {
		return g, err
	}
	if len(staff.Viewer.Account.Memberships) == 0 {
		return g, errors.New("the merchant has no brand")
	}
	brand := staff.Viewer.Account.Memberships[0].Brand
	g.Brand, g.BrandSlug = brand.ID, brand.Slug
	for _, e := range brand.Orders.Edges {
		if g.PriorOrders = e.Cursor; e.Node.Shopper != nil && g.Order == "" {
			g.Order = e.Node.ID
		}
	}
	if err := g.goods(ctx, ask); err != nil {
		return g, err
	}
	var bought struct {
		Orders struct{ Nodes []struct{ ID, Number string } }
	}
	if err := ask(ctx, Shopper, boughtQuery, nil, &bought); err != nil {
		return g, err
	}
	if g.Order == "" || len(bought.Orders.Nodes) == 0 {
		return g, errors.New("the merchant or the shopper has no orders")
	}
	g.ShoppersOrder, g.OrderID = bought.Orders.Nodes[0].Number, bought.Orders.Nodes[0].ID
	return g, nil
}

func (g *Ground) goods(ctx context.Context, ask Ask) error {
	var found struct {
		Products struct {
			Nodes []struct {
				ID, Handle, Title string
				Category          *struct{ ID, Path string }
				Listing           *struct{ Storefront struct{ ID, Slug string } }
				Variants          struct{ Nodes []struct{ ID string } }
			}
		}
	}
	if err := ask(ctx, Visitor, goodsQuery, map[string]any{"brand": g.Brand}, &found); err != nil {
		return err
	}
	for _, p := range found.Products.Nodes {
		for _, v := range p.Variants.Nodes {
			g.Variants = append(g.Variants, v.ID)
		}
		if p.Category == nil || p.Listing == nil || g.Product != "" {
			continue
		}
		g.Product, g.Handle, g.Category, g.Path = p.ID, p.Handle, p.Category.ID, p.Category.Path
		g.Storefront, g.StoreSlug = p.Listing.Storefront.ID, p.Listing.Storefront.Slug
		g.Words, _, _ = strings.Cut(p.Title, " ")
	}
	if g.Product == "" {
		return errors.New("the merchant sells nothing of a category in China")
	}
	g.Variants = g.Variants[:min(len(g.Variants), 12)]
	var next struct {
		Products struct{ PageInfo struct{ EndCursor string } }
	}
	err := ask(ctx, Visitor, nextQuery, map[string]any{"category": g.Category}, &next)
	g.NextProducts = next.Products.PageInfo.EndCursor
	return err
}

// Reads gives every document, once or with several sets of variables.
func Reads(g Ground) ([]Read, error) {
	type with = map[string]any
	filter := with{"status": []any{"PLACED"}, "source": "SHOP"}
	table := with{"brand": g.Brand, "withCategory": true, "withPrice": true, "withStock": false}
	all := with{
		"orders": true, "products": true, "market": true, "brands": true, "storefronts": true, "categories": true,
		"brand": g.Brand, "words": g.Words, "number": g.ShoppersOrder,
	}
	some := merge(all, with{"market": false, "brands": false, "categories": false})
	sets := []struct {
		document, name, role string
		variables            with
	}{
		{"storefront-home", "", Visitor, with{"slug": g.StoreSlug, "country": "CN", "language": "zh-CN"}},
		{"category-page", "", Visitor, with{"category": g.Category, "path": g.Path, "first": 24, "language": "zh-CN"}},
		{"category-page", "category-page, next", Visitor, with{"category": g.Category, "path": g.Path, "first": 24, "after": g.NextProducts}},
		{"category-page", "category-page, last", Visitor, with{"category": g.Category, "path": g.Path, "last": 12, "sort": "TITLE", "available": true}},
		{"product-page", "", Visitor, with{"brand": g.BrandSlug, "handle": g.Handle, "language": "zh-CN"}},
		{"product-variants", "", Visitor, with{"id": g.Product, "storefront": g.Storefront, "first": 10}},
		{"related-products", "", Visitor, with{"category": g.Category, "brand": g.Brand, "language": "en"}},
		{"search", "", Visitor, with{"words": g.Words, "language": "zh-CN"}},
		{"search", "search, filtered", Visitor, with{
			"words": g.Words, "sort": "PRICE", "currency": "CNY", "where": with{"available": true, "price": with{"min": "1", "max": "5000"}},
		}},
		{"predictive-search", "", Visitor, with{"words": g.Words, "name": g.BrandSlug[:2], "language": "en"}},
		{"categories", "", Visitor, with{"language": "zh-CN"}},
		{"brand-page", "", Visitor, with{"slug": g.BrandSlug, "language": "en"}},
		{"makers", "", Visitor, with{"regions": []any{"MIDWEST", "SOUTH"}}},
		{"market-storefronts", "", Visitor, with{"country": "CN", "language": "zh-CN"}},
		{"storefront-listings", "", Visitor, with{"id": g.Storefront, "language": "en"}},
		{"basket", "", Visitor, with{"variants": list(g.Variants), "storefront": g.Storefront, "language": "zh-CN"}},
		{"my-orders", "", Shopper, with{"language": "zh-CN"}},
		{"my-order", "", Shopper, with{"number": g.ShoppersOrder, "language": "zh-CN"}},
		{"order-confirmation", "", Shopper, with{"id": g.OrderID}},
		{"account", "", Shopper, nil},
		{"dashboard-home", "", Merchant, with{"brand": g.Brand, "from": "2026-01-01", "timeZone": "Asia/Shanghai"}},
		{"brand-products", "", Merchant, merge(table, with{"first": 50})},
		{"brand-products", "brand-products, all columns", Merchant, merge(table, with{
			"last": 20, "withStock": true, "withTimes": true, "sort": "UPDATED_AT", "where": with{"status": []any{"ACTIVE", "DRAFT"}},
		})},
		{"product-detail", "", Merchant, with{"id": g.Product}},
		{"variant-stock", "", Merchant, with{"id": g.Variants[0]}},
		{"warehouses", "", Merchant, with{"brand": g.Brand}},
		{"brand-orders", "", Merchant, with{"brand": g.Brand, "first": 50}},
		{"brand-orders", "brand-orders, filtered", Merchant, with{"brand": g.Brand, "last": 20, "where": filter, "withRecipient": false}},
		{"brand-orders", "brand-orders, next", Merchant, with{"brand": g.Brand, "first": 20, "after": g.PriorOrders}},
		{"order-detail", "", Merchant, with{"id": g.Order}},
		{"customer", "", Merchant, with{"order": g.Order}},
		{"brand-settings", "", Merchant, with{"brand": g.Brand}},
		{"global-search", "", Merchant, all},
		{"global-search", "global-search, own", Merchant, some},
		{"sales-by-month", "", Merchant, with{"brand": g.Brand, "timeZone": "Asia/Shanghai"}},
		{"best-sellers", "", Merchant, with{"brand": g.Brand, "language": "en"}},
		{"market-report", "", Reporting, with{"from": "2026-01-01", "markets": []any{"CN"}}},
		{"brands-by-jobs", "", Reporting, with{"where": with{"country": []any{"US"}}}},
	}
	reads := make([]Read, len(sets))
	for i, s := range sets {
		text, err := documents.ReadFile(path.Join("operations", s.document+".graphql"))
		if err != nil {
			return nil, err
		}
		reads[i] = Read{Name: s.name, Role: s.role, Query: string(text), Variables: s.variables}
		if s.name == "" {
			reads[i].Name = s.document
		}
	}
	return reads, nil
}

// Documents are the names of all documents of reads.
func Documents() ([]string, error) {
	files, err := fs.Glob(documents, "operations/*.graphql")
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".graphql")
	}
	return files, err
}

func merge(a, b map[string]any) map[string]any {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}

func list(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}
