package resolvers

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// nodeReader reads the rows of one type that the caller may see.
type nodeReader func(context.Context, []globalid.ID) ([]api.Node, error)

// nodeReaders says how `node` and `nodes` find each type that has an id.
func (r *Resolver) nodeReaders() map[globalid.Type]nodeReader {
	return map[globalid.Type]nodeReader{
		globalid.Account:        byRow(r.Identity.ByHandles),
		globalid.Brand:          byRow(r.Brands.ByIDs),
		globalid.Document:       byKey(r.Brands.DocumentsByKeys),
		globalid.Category:       byRow(r.Categories.ByIDs),
		globalid.Storefront:     byKey(r.Storefronts.ByKeys),
		globalid.Product:        byKey(r.Catalog.ProductsByKeys),
		globalid.Variant:        byKey(r.Catalog.VariantsByKeys),
		globalid.Media:          byKey(r.Catalog.MediaByKeys),
		globalid.Listing:        byKey(r.Catalog.ListingsByKeys),
		globalid.Warehouse:      byKey(r.Inventory.WarehousesByKeys),
		globalid.CommissionPlan: byRow(r.Ledger.PlansByIDs),
		globalid.OrderRefund:    byKey(r.Orders.RefundsByKeys),
		globalid.Payout:         byKey(r.Ledger.PayoutsByKeys),
		globalid.Promotion:      byKey(r.Promotions.ByKeys),
		globalid.DeliveryOption: byKey(r.Deliveries.ByKeys),
		globalid.Order:          byKey(r.Orders.ByKeys),
		globalid.OrderLine:      byKey(r.Orders.LinesByKeys),
		globalid.Shipment:       byKey(r.Fulfilment.ByKeys),
		globalid.Return:         byKey(r.Returns.ByKeys),
		globalid.Shopper:        byRow(r.Orders.ShoppersByIDs),
		globalid.Purchase:       byRow(r.Checkout.ByIDs),
		globalid.Payment:        byRow(r.Payments.ByIDs),
		globalid.Programme:      byRow(r.Programmes.ByIDs),
		globalid.ReportExport:   byRow(r.Exports.ByIDs),
		globalid.ReportSchedule: byRow(r.Exports.SchedulesByIDs),
	}
}

// nodes reads rows of any types, one statement for each type, in the order of
// their ids, with nil for each that is not there.
func (r *Resolver) nodes(ctx context.Context, argument func(int) string, list []string) ([]api.Node, error) {
	wanted := map[globalid.Type][]globalid.ID{}
	seen := map[string]bool{}
	for i, text := range list {
		id, err := globalid.Parse(text)
		if err != nil {
			return nil, &problem.BadInput{Argument: argument(i), Message: err.Error()}
		}
		if !seen[text] {
			seen[text], wanted[id.Type] = true, append(wanted[id.Type], id)
		}
	}
	found := map[string]api.Node{}
	for t, read := range r.nodeReaders() {
		if len(wanted[t]) == 0 {
			continue
		}
		rows, err := read(ctx, wanted[t])
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[row.GlobalID()] = row
		}
	}
	nodes := make([]api.Node, len(list))
	for i, text := range list {
		nodes[i] = found[text]
	}
	return nodes, nil
}

func idAt(i int) string { return "ids." + strconv.Itoa(i) }

func tooManyIDs(n int) error {
	if n <= paging.MaxSize {
		return nil
	}
	return &problem.BadInput{Argument: "ids", Message: "give at most " + strconv.Itoa(paging.MaxSize) + " ids"}
}

// node is a row with an id.
type node[T any] interface {
	*T
	api.Node
}

// byRow makes a reader of rows that are known by their own id.
func byRow[T any, P node[T]](read func(context.Context, []uuid.UUID) ([]*T, error)) nodeReader {
	return func(ctx context.Context, list []globalid.ID) ([]api.Node, error) {
		keys := make([]uuid.UUID, len(list))
		for i, id := range list {
			keys[i] = id.Row
		}
		rows, err := read(ctx, keys)
		return asNodes[T, P](ctx, rows), err
	}
}

// byKey makes a reader of rows that are known by brand and id.
func byKey[T any, P node[T]](read func(context.Context, []models.Key) ([]*T, error)) nodeReader {
	return func(ctx context.Context, list []globalid.ID) ([]api.Node, error) {
		keys := make([]models.Key, len(list))
		for i, id := range list {
			keys[i] = filter.Key(id)
		}
		rows, err := read(ctx, keys)
		return asNodes[T, P](ctx, rows), err
	}
}

func asNodes[T any, P node[T]](ctx context.Context, rows []*T) []api.Node {
	nodes := make([]api.Node, len(rows))
	for i, row := range loaders.Together(ctx, rows) {
		nodes[i] = P(row)
	}
	return nodes
}
