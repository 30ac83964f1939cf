package peers

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed sql/fill.sql
var fillSQL string

var parts = regexp.MustCompile(`(?s)-- ([^\n]*)\n((?:insert|create)[^;]*);\n`)

// Fill writes the amounts into an empty database, all or nothing. Where they
// are there already it only takes away what measurements have written since.
// Sales are rolled up then.
// Progress is told of each step.
func (a Amounts) Fill(ctx context.Context, db *database.DB, progress func(step string, done, total int)) error {
	ctx = database.AcrossBrands(ctx, database.Reconciliation)
	gdb := db.Gorm.WithContext(ctx)
	there, err := a.filled(gdb)
	if err != nil {
		return err
	}
	if there {
		progress("tidying", 0, 1)
		err = tidy(ctx, gdb)
	} else {
		err = database.InTx(ctx, gdb, func(tx *gorm.DB) error { return a.write(tx, progress) })
	}
	if err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	if err := rollup.NewService(db.Gorm, time.Now().UTC).Rebuild(ctx, progress); err != nil {
		return fmt.Errorf("sum the sales: %w", err)
	}
	progress("vacuum analyze", 0, 1)
	if err := gdb.Exec("vacuum analyze").Error; err != nil {
		return err
	}
	progress("vacuum analyze", 1, 1)
	settle(ctx, db)
	return nil
}

// settle does what may be forbidden or lacking, and is of no more use than
// that measurements meet neither cold files nor the writes of filling.
func settle(ctx context.Context, db *database.DB) {
	_, _ = db.Pool.Exec(ctx, "checkpoint")
	if _, err := db.Pool.Exec(ctx, "create extension if not exists pg_prewarm"); err != nil {
		return
	}
	_, _ = db.Pool.Exec(ctx, `
select pg_prewarm(oid, 'read')
from pg_class
where relkind in ('r', 'i') and relnamespace = 'public'::regnamespace
  or oid in (select reltoastrelid from pg_class where relnamespace = 'public'::regnamespace)`)
}

// filling is what a database is filled with.
type filling struct {
	Amounts

	Layout int
}

// layout counts the kinds of fillings: one that is kept may be of an earlier
// kind, without the rows that operations need since.
const layout = 2

// filled tells whether the amounts are there. Others are refused.
func (a Amounts) filled(db *gorm.DB) (bool, error) {
	var there bool
	if err := db.Raw("select to_regclass('bench_amounts') is not null").Scan(&there).Error; err != nil || !there {
		return false, err
	}
	var text string
	if err := db.Raw("select amounts from bench_amounts").Scan(&text).Error; err != nil {
		return false, err
	}
	var found filling
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return false, err
	}
	if found.Amounts != a || found.Layout != layout {
		return false, fmt.Errorf("the database holds %+v, not %+v: choose another one for another scale", found, filling{a, layout})
	}
	return true, nil
}

// write fills tables without keys and indexes, which are made in one go
// afterwards: each row is still checked.
func (a Amounts) write(tx *gorm.DB, progress func(step string, done, total int)) error {
	makes, err := bench.Strip(tx)
	if err != nil {
		return fmt.Errorf("drop the indexes: %w", err)
	}
	if err := a.writePeople(tx, progress); err != nil {
		return err
	}
	if err := a.writeProducts(tx, progress); err != nil {
		return err
	}
	values := map[string]any{"variants": variants, "start": start, "shoppers": a.Shoppers, "products": a.Products, "orders": a.Orders,
		"plan": plan.ID, "rate": plan.Rate}
	steps := parts.FindAllStringSubmatch(fillSQL, -1)
	for i, step := range steps {
		progress("filling: "+step[1], i, len(steps))
		var args []any
		if strings.Contains(step[2], "@") {
			args = append(args, values)
		}
		if err := tx.Exec(step[2], args...).Error; err != nil {
			return fmt.Errorf("%s: %w", step[1], err)
		}
		if err := tx.Exec("analyze").Error; err != nil {
			return err
		}
	}
	for i, sql := range makes {
		progress("indexing", i, len(makes))
		if err := tx.Exec(sql).Error; err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	progress("indexing", len(makes), len(makes))
	amounts, err := json.Marshal(filling{a, layout})
	if err != nil {
		return err
	}
	if err := tx.Exec("create table bench_amounts (amounts text not null)").Error; err != nil {
		return err
	}
	return tx.Exec("insert into bench_amounts values (?)", string(amounts)).Error
}

func (a Amounts) writePeople(tx *gorm.DB, progress func(step string, done, total int)) error {
	progress("filling: brands and shoppers", 0, 1)
	brands, shops, stocks := make([]models.Brand, a.Brands), make([]models.Storefront, a.Brands), make([]models.Warehouse, a.Brands)
	for n := range a.Brands {
		s := sellerOf(n)
		brands[n], shops[n], stocks[n] = s.row(n), s.shop(), s.stock()
	}
	shoppers := make([]models.Account, a.Shoppers)
	for n := range shoppers {
		shoppers[n] = shopper(n + 1)
	}
	if err := database.Copy(tx, brands); err != nil {
		return err
	}
	if err := database.Copy(tx, shops); err != nil {
		return err
	}
	if err := database.Copy(tx, stocks); err != nil {
		return err
	}
	if err := database.Copy(tx, shoppers); err != nil {
		return err
	}
	if err := database.Copy(tx, []models.Account{analyst}); err != nil {
		return err
	}
	grant := models.PlatformGrant{AccountID: analyst.ID, Role: models.RoleReporting, GrantedAt: start}
	if err := database.Copy(tx, []models.PlatformGrant{grant}); err != nil {
		return err
	}
	// The commission of every order, as a marketplace takes it.
	if err := database.Copy(tx, []models.CommissionPlan{plan}); err != nil {
		return err
	}
	for _, sql := range []string{
		"insert into brand_slugs (slug, brand_id) select slug, id from brands",
		"insert into storefront_slugs (slug, brand_id, storefront_id) select slug, brand_id, id from storefronts",
	} {
		if err := tx.Exec(sql).Error; err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many products are made before they are written.
const atOnce = 10_000

func (a Amounts) writeProducts(tx *gorm.DB, progress func(step string, done, total int)) error {
	err := tx.Exec(`create temporary table bench_goods (n integer, seller integer, place integer, brand_id uuid, storefront_id uuid,
		warehouse_id uuid, product_id uuid) on commit drop`).Error
	if err != nil {
		return err
	}
	for from := 1; from <= a.Products; from += atOnce {
		progress("filling: products", from-1, a.Products)
		var list []good
		var products []models.Product
		for n := from; n < min(from+atOnce, a.Products+1); n++ {
			g := a.good(n)
			list, products = append(list, g), append(products, g.product())
		}
		if err := database.Copy(tx, list); err != nil {
			return err
		}
		if err := database.Copy(tx, products); err != nil {
			return err
		}
	}
	return tx.Exec("create temporary table bench_sellers on commit drop as select distinct seller, brand_id from bench_goods").Error
}

// tidy takes away what orders placed by measurements have written.
func tidy(ctx context.Context, db *gorm.DB) error {
	return database.InTx(ctx, db, func(tx *gorm.DB) error {
		for _, sql := range []string{
			"truncate ledger_entries, ledger_transactions, stock_adjustments, charges, order_events, outbox_events, payment_allocations, payments, purchases, idempotency_keys cascade",
			"delete from sales_facts where (brand_id, order_id) in (select brand_id, id from orders where purchase_id is not null)",
			"delete from order_numbers where (brand_id, order_id) in (select brand_id, id from orders where purchase_id is not null)",
			"delete from orders where purchase_id is not null",
		} {
			if err := tx.Exec(sql).Error; err != nil {
				return fmt.Errorf("tidy: %w", err)
			}
		}
		return nil
	})
}
