package difftest

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// Pool is what arguments are drawn from: rows that are there, and apart those
// of them that one role sees.
type Pool struct {
	all, seen map[string][]row
}

// row is one that arguments can name: by its id or, as one or two texts, by another name.
type row struct {
	texts []string
	brand uuid.UUID
}

// Names beside ids, which have the name of their type.
const (
	brandSlugs   = "brand slug"
	shopSlugs    = "storefront slug"
	paths        = "path"
	orderNumbers = "number"
	handles      = "brand slug and handle"
)

// source is where names are read: a table, its columns for brand, id and two
// texts, and the order of the rows.
type source struct{ table, brand, id, one, two, order string }

const nobody = "'00000000-0000-0000-0000-000000000000'::uuid"

func sources() map[string]source {
	list := map[string]source{
		string(globalid.Account):        {"accounts", nobody, "handle", "''", "''", "issuer = 'difftest' desc, id"},
		string(globalid.Brand):          {"brands", "id", "id", "''", "''", "id"},
		string(globalid.Category):       {"categories", nobody, "id", "''", "''", "id"},
		string(globalid.CommissionPlan): {"commission_plans", nobody, "id", "''", "''", "id"},
		string(globalid.Shopper):        {"orders", "brand_id", "shopper_id", "''", "''", "brand_id, id"},

		brandSlugs:   {"brands", "id", nobody, "slug", "''", "slug"},
		shopSlugs:    {"storefronts", "brand_id", nobody, "slug", "''", "slug"},
		paths:        {"categories", nobody, nobody, "path", "''", "path"},
		orderNumbers: {"orders", "brand_id", nobody, "number", "''", "number"},
		handles:      {"products", "brand_id", nobody, "(select slug from brands where id = brand_id)", "handle", "brand_id, handle"},
	}
	for t, table := range map[globalid.Type]string{
		globalid.Document: "brand_documents", globalid.Listing: "listings", globalid.Media: "media", globalid.Order: "orders",
		globalid.OrderLine: "order_lines", globalid.Product: "products", globalid.Storefront: "storefronts",
		globalid.Payout: "payouts", globalid.OrderRefund: "order_refunds", globalid.Promotion: "promotions", globalid.DeliveryOption: "delivery_options",
		globalid.Return: "returns", globalid.Shipment: "shipments", globalid.Variant: "variants", globalid.Warehouse: "warehouses",
	} {
		list[string(t)] = source{table, "brand_id", "id", "''", "''", "brand_id, id"}
	}
	for t, table := range map[globalid.Type]string{
		globalid.Purchase: "purchases", globalid.Payment: "payments", globalid.Programme: "programmes",
		globalid.ReportExport: "report_exports", globalid.ReportSchedule: "report_schedules",
	} {
		list[string(t)] = source{table, nobody, "id", "''", "''", "id"}
	}
	return list
}

// most that are kept of one kind.
const most = 700

// Read makes the pool of a role.
func Read(ctx context.Context, db *gorm.DB, actor *auth.Actor) (*Pool, error) {
	db = db.WithContext(database.AcrossBrands(ctx, database.Reconciliation))
	p := &Pool{all: map[string][]row{}, seen: map[string][]row{}}
	for kind, s := range sources() {
		query := db.Table(s.table).Select(fmt.Sprintf("%s as brand, %s as id, %s as one, %s as two", s.brand, s.id, s.one, s.two)).
			Where(s.id + " is not null").Order(s.order).Limit(most).Session(&gorm.Session{})
		var err error
		if p.all[kind], err = read(query, kind); err != nil {
			return nil, err
		}
		p.seen[kind] = p.all[kind]
		if _, scoped := auth.Scopes[s.table]; scoped {
			condition, args := auth.Where(actor, s.table, "", Now)
			if p.seen[kind], err = read(query.Where(condition, args...), kind); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

func read(query *gorm.DB, kind string) ([]row, error) {
	var found []struct {
		Brand, ID uuid.UUID
		One, Two  string
	}
	if err := query.Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read names, %s: %w", kind, err)
	}
	rows := make([]row, len(found))
	for i, f := range found {
		rows[i] = row{[]string{f.One, f.Two}, f.Brand}
		switch t := globalid.Type(kind); {
		case f.One != "":
		case t.OfBrand():
			rows[i].texts = []string{globalid.EncodeOf(t, f.Brand, f.ID)}
		default:
			rows[i].texts = []string{globalid.Encode(t, f.ID)}
		}
	}
	return rows, nil
}

// What free texts are about.
var (
	searches  = []string{"honey", "蜂蜜", "coffee", "denim jeans", "hon", "wool sock", "nothing like it", "", " ", "\"", "organic wheat", "木"}
	parts     = []string{"a", "valley", "Twin", "%", "Co.", "nobody", "_"}
	tags      = []string{"usa", "new", "farming", "none", ""}
	countries = []string{"US", "CN", "JP", "SG", "DE", "KW", "FR"}
	regions   = []string{"NE", "MI", "NY", "HI", "XX", "CA", "ME"}
	languages = []string{"en", "zh-CN", "zh", "zh-TW", "ja", "fr", "de", "en-GB", "zh-Hans-CN"}
	currency  = []string{"CNY", "USD", "SGD", "JPY", "KWD", "EUR"}
	zones     = []string{"Asia/Shanghai", "UTC", "America/Chicago"}
	amounts   = []string{"0", "12.50", "50", "88.8", "199.999", "500", "2000"}
	instants  = []string{"2025-06-01T00:00:00Z", "2026-01-01T00:00:00+08:00", "2026-06-01T00:00:00.123456Z", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"}
	days      = []string{"2025-06-01", "2025-12-31", "2026-06-30", "2026-11-11", "2026-12-31"}
)
