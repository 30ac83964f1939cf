package database_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
)

func TestGuardVerdicts(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		// Narrowed by brand, or not about a tenant.
		`select 1`:                           "",
		`select * from brands where id = $1`: "",
		`SELECT * FROM "products" WHERE "products"."brand_id" = $1 AND id = $2`:                                                      "",
		`select * from products where (brand_id, id) in (($1, $2), ($3, $4))`:                                                        "",
		`select * from products p where p.brand_id = any($1)`:                                                                        "",
		`select * from public.products where brand_id = $1`:                                                                          "",
		`select * from orders o join order_lines l using (brand_id, order_id) where o.brand_id = $1`:                                 "",
		`select * from orders o join order_lines l on l.brand_id = o.brand_id and l.order_id = o.id where o.brand_id = $1`:           "",
		`select b.name from products p join brands b on b.id = p.brand_id where p.brand_id = $1`:                                     "",
		`select * from unnest($1::uuid[], $2::uuid[]) as k(brand_id, id) join products p on p.brand_id = k.brand_id and p.id = k.id`: "",
		`with page as (select brand_id, id from products where brand_id = $1) select * from page join order_lines using (brand_id)`:  "",
		`select (select count(*) from order_lines l where l.brand_id = o.brand_id) from orders o where o.brand_id = $1`:              "",
		`select * from orders where placed_at is distinct from $1 and brand_id = $2 for update of orders`:                            "",
		`insert into products (brand_id, id) values ($1, $2) on conflict (brand_id, id) do update set title = excluded.title`:        "",
		`insert into order_lines (brand_id, id) select brand_id, id from orders where brand_id = $1`:                                 "",
		`update products set title = $1 where brand_id = $2 and id = $3 returning id`:                                                "",
		`delete from products where brand_id = $1`:                                                                                   "",
		`select * from order_lines_12 where brand_id = $1`:                                                                           "",
		`truncate products`: "",
		`select 'from products' as text, extract(year from now()) -- from products` + "\n" + `/* from orders */`: "",
		`select products, orders from brands`: "",
		`select array(select row(p.id) from products p where p.brand_id = b.id) from brands as b where b.id = $1`: "",

		// Open to other brands.
		`select * from products`:                                                                                    "products",
		`select * from products where id = $1`:                                                                      "products",
		`select brand_id, id from products where id = $1`:                                                           "products",
		`select brand_id from products order by brand_id`:                                                           "products",
		`select * from products where title = 'brand_id = 1'`:                                                       "products",
		`select * from "products" where id = $1 -- brand_id = $2`:                                                   "products",
		`SELECT * FROM Products WHERE id = $1`:                                                                      "products",
		`select * from brands b, products p where p.id = $1`:                                                        "products",
		`select * from public.products where id = $1`:                                                               "products",
		`select * from order_lines_12 where zone = $1`:                                                              "order_lines_12",
		`select * from brands where exists (select from orders where shopper_id = $1)`:                              "orders",
		`select * from orders o join order_lines l on l.order_id = o.id where o.brand_id = $1`:                      "orders",
		`select * from orders natural join order_lines where brand_id = $1`:                                         "orders",
		`select b.name from products p join brands b on b.id = p.brand_id where p.id = $1`:                          "products",
		`with o as (select * from orders where id = $1) select * from o where brand_id = $2`:                        "",
		`with o as (select * from orders where id = $1) select * from o`:                                            "orders",
		`insert into products (id, title) values ($1, $2)`:                                                          "products",
		`insert into products select * from orders where brand_id = $1`:                                             "products",
		`insert into order_lines (brand_id, id) select brand_id, id from orders where id = $1`:                      "orders",
		`update products set brand_id = $1 where id = $2`:                                                           "products",
		`delete from products where id = $1`:                                                                        "products",
		`merge into products p using orders o on p.id = o.id when matched then delete`:                              "products",
		`select * from brands b join lateral (select * from orders o where o.id = b.id limit 1) x on true`:          "orders",
		`select array(select row(p.id) from products p where p.brand_id = b.id) from brands as b where b.slug = $1`: "products",
		`copy products to stdout`:                                                                                   "products",
		`explain select * from products`:                                                                            "products",
		`(select id from products) union (select id from orders where brand_id = $1)`:                               "products",
	} {
		if got := database.Unscoped(sql, "products", "orders", "order_lines"); got != want {
			t.Errorf("%q is refused for %q, want %q", sql, got, want)
		}
	}
}

func TestGuardRefusesEveryWay(t *testing.T) {
	t.Parallel()
	const open = "select id from products where id = $1"
	id := uuid.New()
	ways := map[string]func(ctx context.Context, db *database.DB) error{
		"gorm query": func(ctx context.Context, db *database.DB) error {
			var rows []map[string]any
			return db.Gorm.WithContext(ctx).Table("products").Where("id = ?", id).Find(&rows).Error
		},
		"gorm raw": func(ctx context.Context, db *database.DB) error {
			return db.Gorm.WithContext(ctx).Raw(open, id).Scan(new(string)).Error
		},
		"gorm row": func(ctx context.Context, db *database.DB) error {
			return db.Gorm.WithContext(ctx).Raw(open, id).Row().Err()
		},
		"gorm exec": func(ctx context.Context, db *database.DB) error {
			return db.Gorm.WithContext(ctx).Exec("delete from products where id = ?", id).Error
		},
		"gorm transaction": func(ctx context.Context, db *database.DB) error {
			return database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
				return tx.Exec("delete from products where id = ?", id).Error
			})
		},
		"connection beneath a transaction": func(ctx context.Context, db *database.DB) error {
			return database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
				return database.Conn(tx, func(c *pgx.Conn) error {
					_, err := c.Exec(ctx, "delete from products where id = $1", id)
					return err
				})
			})
		},
		"pool query": func(ctx context.Context, db *database.DB) error {
			rows, err := db.Pool.Query(ctx, open, id)
			if err == nil {
				rows.Close()
				err = rows.Err()
			}
			return err
		},
		"pool row": func(ctx context.Context, db *database.DB) error {
			err := db.Pool.QueryRow(ctx, open, id).Scan(new(string))
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		},
		"batch": func(ctx context.Context, db *database.DB) error {
			b := &pgx.Batch{}
			b.Queue("select 1")
			b.Queue(open, id)
			return db.Pool.SendBatch(ctx, b).Close()
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reports recorder
			db := dbtest.Open(t, dbtest.DSN(t), database.Options{Guard: &database.Guard{Report: reports.add}})
			err := way(t.Context(), db)
			if !errors.Is(err, database.ErrAcrossBrands) {
				t.Fatalf("it went through: %v", err)
			}
			for _, want := range []string{"products", "where"} {
				if !strings.Contains(strings.ToLower(err.Error()), want) {
					t.Errorf("the failure does not show the statement: %v", err)
				}
			}
			if n := reports.len(); n != 1 {
				t.Errorf("reported %d times", n)
			}
			if err := way(database.AcrossBrands(t.Context(), database.Reconciliation), db); err != nil {
				t.Errorf("refused although its purpose was named: %v", err)
			}
			if err := db.Gorm.Exec("select 1").Error; err != nil {
				t.Errorf("the pool is broken: %v", err)
			}
		})
	}
}

func TestGuardOnCopy(t *testing.T) {
	t.Parallel()
	db := dbtest.Open(t, dbtest.DSN(t), database.Options{Guard: &database.Guard{}})
	account, brand := uuid.New(), uuid.New()
	_, err := db.Pool.Exec(t.Context(), `create table notes (brand_id uuid, id uuid, primary key (brand_id, id))`)
	if err != nil {
		t.Fatal(err)
	}
	db = dbtest.Open(t, db.Pool.Config().ConnString(), database.Options{Guard: &database.Guard{}})
	copyIn := func(columns ...string) error {
		_, err := db.Pool.CopyFrom(t.Context(), pgx.Identifier{"notes"}, columns,
			pgx.CopyFromRows([][]any{{account, brand}}))
		return err
	}
	if err := copyIn("id", "brand_id"); err != nil {
		t.Errorf("with the brand: %v", err)
	}
	if err := copyIn("id", "author"); !errors.Is(err, database.ErrAcrossBrands) {
		t.Errorf("without it: %v", err)
	}
}

// recorder keeps what a guard reports.
type recorder struct {
	mu   sync.Mutex
	errs []error
}

func (r *recorder) add(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
}

func (r *recorder) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.errs)
}
