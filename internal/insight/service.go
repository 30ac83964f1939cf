// Package insight reports what lies beside the sums of sales: what became of
// carts, who came back, where buyers live, how they paid, under which regime
// goods were brought in, how fast stock turns, and what statements add up to.
package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service reads with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now}
}

// Limits of a report.
const (
	// MaxRows is how many rows a report without pages may have.
	MaxRows = 2000
	maxPage = 1000
	maxList = 100
)

// Query asks for a report. Empty lists and nil values do not limit. What a
// report does not know, its query in the API does not offer.
type Query struct {
	// From and To are days of TimeZone, both included.
	From, To    *models.Date
	TimeZone    *time.Location
	Brands      []uuid.UUID
	Storefronts []uuid.UUID
	Warehouses  []uuid.UUID
	Currencies  []money.Currency

	// Period is that of a funnel's rows.
	Period report.Length
	// Side and Level are of geography.
	Side  Side
	Level Level
	// Goods is what a row of turnover is about.
	Goods Goods
	// ByBrand tells the brands of statements apart.
	ByBrand bool
	Reverse bool
	Page    paging.Args
}

func (q *Query) normalize() error {
	if q.TimeZone == nil {
		q.TimeZone = time.UTC
	}
	q.Page.Default, q.Page.Max = 100, maxPage
	if q.From != nil && q.To != nil && q.From.After(*q.To) {
		return &problem.BadInput{Argument: "where.to", Message: "must not lie before from"}
	}
	for _, l := range []struct {
		name string
		n    int
	}{{"brandId", len(q.Brands)}, {"storefrontId", len(q.Storefronts)}, {"warehouseId", len(q.Warehouses)}, {"currency", len(q.Currencies)}} {
		if l.n > maxList {
			return &problem.BadInput{Argument: "where." + l.name, Message: fmt.Sprintf("must have at most %d values", maxList)}
		}
	}
	return nil
}

// fewEnough refuses a report of too many rows, with the count it would make.
func fewEnough(rows int) error {
	if rows <= MaxRows {
		return nil
	}
	return &problem.BadInput{Argument: "where.from", Message: fmt.Sprintf("would make %d rows, %d are the most: ask for a shorter time", rows, MaxRows)}
}

// begin asks for the permission and completes a query.
func begin(ctx context.Context, q *Query) error {
	if err := auth.Require(ctx, auth.ReportRead); err != nil {
		return err
	}
	return q.normalize()
}

// snapshot reads all of a report as it was at one moment.
func (s *Service) snapshot(ctx context.Context, read func(tx *gorm.DB) error) error {
	ctx = database.AcrossBrands(ctx, database.OperatorReports)
	return database.Snapshot(ctx, s.db, read)
}

func scan[T any](tx *gorm.DB, what string, statement database.SQL) ([]*T, error) {
	rows := []*T{}
	if err := tx.Raw(statement.Text, statement.Args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return rows, nil
}

// once reads a page of a statement's rows g and what totals tell of all of them,
// of the same columns, without making them twice. Totals have 0 as their seq,
// rows their places from 1 on.
func once[T any](
	tx *gorm.DB, what string, statement, totals database.SQL, args paging.Args, narrow func(*gorm.DB, paging.Args) (*gorm.DB, error),
) ([]*T, error) {
	page, err := narrow(tx.Table("g").Select("g.*"), args)
	if err != nil {
		return nil, err
	}
	return scan[T](tx, what, database.Text(`
with g as materialized (?)
select l.*
from (
  select 0 as seq, t.*
  from (?) t
  union all
  select row_number() over (), p.*
  from (?) p
) l
order by l.seq`, statement, totals, page))
}

// scope are the rows of an alias that the caller may read and asks for: of
// brands whose reports it reads, of their storefronts where the rows have one.
func (s *Service) scope(ctx context.Context, q *Query, alias string) database.SQL {
	condition, args := auth.Where(auth.From(ctx), "sales_facts", alias, s.now())
	all := database.Conditions{{Text: condition, Args: args}}
	if len(q.Brands) > 0 {
		all.Add(alias+".brand_id in ?", q.Brands)
	}
	if len(q.Storefronts) > 0 {
		all.Add(alias+".storefront_id in ?", q.Storefronts)
	}
	return all.All()
}

// ofAll tells whether a report is about all brands.
func (s *Service) ofAll(ctx context.Context, q *Query) bool {
	condition, _ := auth.Where(auth.From(ctx), "sales_facts", "f", s.now())
	return condition == "true" && len(q.Brands)+len(q.Storefronts) == 0
}

// during is that a column lies within the days. The first condition of each
// uses an index, the second is exact where clocks skip or repeat midnight.
func (q *Query) during(column string) database.SQL {
	var all database.Conditions
	zone := q.TimeZone.String()
	if q.From != nil {
		all.Add(column+" >= ?::date and ("+column+" at time zone ?)::date >= ?::date", q.From.AddDays(-1).String(), zone, q.From.String())
	}
	if q.To != nil {
		all.Add(column+" < ?::date and ("+column+" at time zone ?)::date <= ?::date", q.To.AddDays(2).String(), zone, q.To.String())
	}
	return all.All()
}

func (q *Query) currency(column string) database.SQL {
	var all database.Conditions
	if len(q.Currencies) > 0 {
		all.Add(column+" in ?", q.Currencies)
	}
	return all.All()
}

// A buyer is told by its account, or in imported history by the seller's
// reference, for which order o is joined where fact f has no account; person is
// null where neither is known. References are looked for where there are any:
// most orders have none.
const (
	person  = "coalesce(f.shopper_id, cast(md5(o.brand_id::text || '/' || o.buyer_reference) as uuid))"
	ofBuyer = `left join orders o
    on o.brand_id = f.brand_id and o.id = case when f.shopper_id is null then f.order_id end and o.buyer_reference is not null`
)

// ofAllSales has what follows in tx read by several processes where it reads much,
// and grouped by hashes also where few groups are expected: sorts of a million
// rows by text take seconds.
func ofAllSales(tx *gorm.DB) error {
	err := tx.Exec(`
select set_config('enable_sort', 'off', true), set_config('parallel_setup_cost', '1000', true), set_config('parallel_tuple_cost', '0.01', true)`).Error
	if err != nil {
		return fmt.Errorf("plan for all sales: %w", err)
	}
	return nil
}
