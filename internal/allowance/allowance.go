// Package allowance keeps what persons have bought of the yearly allowance of
// cross-border retail import: in value, and of goods whose weight the positive
// list bounds in grams. It is a person's, known by an HMAC of the
// identity number, so that two accounts of one person share it; and it counts
// what all brands sold, without telling any of them.
package allowance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Use is what a purchase takes of a person's allowance.
type Use struct {
	Person   []byte
	Purchase uuid.UUID
	Country  string
	Counts   []Count
	At       time.Time
	// Field is the path of the input that refusals name.
	Field string
}

// Count is what one order counts for, of one limit.
type Count struct {
	Order models.Key
	// Goods are those under this code of the positive list, whose weight is
	// bounded; all goods by their value where it is empty.
	Goods string
	// Unit is models.AllowanceGram, or the currency of declarations.
	Unit string
	// Limit is that of the rules of the day.
	Amount, Limit int64
	// ReturnDays are those within which it is given back, see Back.
	ReturnDays int
}

// Year is the calendar year of the country of destination.
func Year(country string, at time.Time) int32 {
	year, _ := strconv.Atoi(landedcost.Day(country, at)[:len("2006")])
	return int32(year)
}

// ReserveTx holds what a purchase counts for until it is paid. It reports
// problem.NotAllowed where the person may not buy so much this year, by which
// the transaction must be undone. However many reserve at once, the limits
// hold: each is one row of the year, changed by one conditional statement, the
// value first and weights in the order of their codes. They are locked after
// promotions and before stock.
func ReserveTx(tx *gorm.DB, u Use) error {
	year := Year(u.Country, u.At)
	var sums []Count
	writes := database.NewBatch(tx)
	for _, c := range u.Counts {
		if c.Amount == 0 {
			continue
		}
		at, known := slices.BinarySearchFunc(sums, c.Goods, func(s Count, goods string) int { return strings.Compare(s.Goods, goods) })
		if !known {
			sums = slices.Insert(sums, at, Count{Goods: c.Goods, Unit: c.Unit, Limit: c.Limit})
		}
		sums[at].Amount += c.Amount
		writes.Insert(&models.AllowanceEntry{
			Person: u.Person, ID: uuid.Must(uuid.NewV7()), Country: u.Country, Year: year, Goods: c.Goods, PurchaseID: u.Purchase,
			BrandID: c.Order.BrandID, OrderID: c.Order.ID, Status: models.AllowanceReserved, Amount: c.Amount, ReturnDays: int32(c.ReturnDays), ReservedAt: u.At,
		})
	}
	if len(sums) == 0 {
		return nil
	}
	if err := holdTx(tx, u, year, sums); err != nil {
		return err
	}
	if err := writes.Send(); err != nil {
		return fmt.Errorf("write what is reserved: %w", err)
	}
	return nil
}

// holdTx holds the sums, sorted by their goods, of a person's year.
func holdTx(tx *gorm.DB, u Use, year int32, sums []Count) error {
	goods, units := make([]string, len(sums)), make([]string, len(sums))
	amounts, limits := make([]int64, len(sums)), make([]int64, len(sums))
	for i, s := range sums {
		goods[i], units[i], amounts[i], limits[i] = s.Goods, s.Unit, s.Amount, s.Limit
	}
	hold := database.NewBatch(tx)
	held := database.Read[struct{ Goods string }](hold, database.Text(`
insert into allowance_years (person, country, year, goods, unit, reserved, taken, bound)
select ?::bytea, ?, ?::integer, w.goods, w.unit, w.amount, 0, w.bound
from unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) w (goods, unit, amount, bound)
where w.amount <= w.bound
order by w.goods
on conflict on constraint allowance_years_pk do update
set reserved = allowance_years.reserved + excluded.reserved, bound = greatest(allowance_years.bound, excluded.bound)
where allowance_years.reserved + allowance_years.taken + excluded.reserved <= excluded.bound and allowance_years.unit = excluded.unit
returning goods`, u.Person, u.Country, year, goods, units, amounts, limits))
	if err := hold.Send(); err != nil {
		return fmt.Errorf("reserve of an allowance: %w", err)
	}
	for _, s := range sums {
		if !slices.ContainsFunc(*held, func(h struct{ Goods string }) bool { return h.Goods == s.Goods }) {
			return problem.At(u.Field, problem.NotAllowed, fmt.Sprintf(
				"this is more than the person may still buy of the %s a year that customs allow: buy less, or wait for the next year or for what is being paid for", s.limit()))
		}
	}
	return nil
}

// limit says how much customs allow.
func (c Count) limit() string {
	if c.Goods == "" {
		return money.New(c.Limit, money.Currency(c.Unit)).String()
	}
	return fmt.Sprintf("%d g of goods under HS code %s", c.Limit, c.Goods)
}

// Taking adds to a batch that a purchase is paid: what it held is taken.
func Taking(writes *database.Batch, purchase uuid.UUID, at time.Time) {
	writes.Exec(`
with ended as (
  update allowance_entries set status = 'TAKEN', ended_at = $2
  where purchase_id = $1 and status = 'RESERVED'
  returning person, country, year, goods, amount
)
update allowance_years y
set reserved = y.reserved - e.amount, taken = y.taken + e.amount
from (select person, country, year, goods, sum(amount)::bigint as amount from ended group by person, country, year, goods) e
where (y.person, y.country, y.year, y.goods) = (e.person, e.country, e.year, e.goods)`, purchase, at)
}

// Releasing adds to a batch that a purchase ends without some orders, or
// without any where none are named: what they held is free again.
func Releasing(writes *database.Batch, purchase uuid.UUID, at time.Time, orders ...uuid.UUID) {
	writes.Exec(`
with ended as (
  update allowance_entries set status = 'RELEASED', ended_at = $2
  where purchase_id = $1 and status = 'RESERVED' and (cardinality(cast($3 as uuid[])) = 0 or order_id = any ($3))
  returning person, country, year, goods, amount
)
update allowance_years y
set reserved = y.reserved - e.amount
from (select person, country, year, goods, sum(amount)::bigint as amount from ended group by person, country, year, goods) e
where (y.person, y.country, y.year, y.goods) = (e.person, e.country, e.year, e.goods)`, purchase, at, append([]uuid.UUID{}, orders...))
}

// Back is money that was given back of an order.
type Back struct {
	Order models.Key
	// Minor of the goods and the carriage that count no more, Of what they all cost.
	Minor, Of int64
	// Pieces that count no more, by their lines.
	Pieces map[uuid.UUID]int64
	// Asked is when the goods were asked to be sent back, nil for goods that
	// never left.
	Asked *time.Time
}

// GiveBackTx lets goods count no more: those that were taken off an order
// before they left, or were asked to be sent back within so many days of their
// release as the rules of the order's day have it. Where nobody told of that,
// the days begin when they left. The order is locked. Of parts in any number,
// together exactly all is given back; of weights that of each piece.
func GiveBackTx(tx *gorm.DB, b Back) error {
	lines, pieces := make([]string, 0, len(b.Pieces)), make([]int64, 0, len(b.Pieces))
	for id, n := range b.Pieces {
		lines, pieces = append(lines, models.OrderLine{BrandID: b.Order.BrandID, ID: id}.GlobalID()), append(pieces, n)
	}
	if (b.Minor <= 0 || b.Of <= 0) && len(lines) == 0 {
		return nil
	}
	writes := database.NewBatch(tx)
	writes.Exec(`
with weights as (
  select l ->> 'ListedAs' as goods, sum(w.pieces * (l ->> 'WeightGrams')::bigint)::bigint as grams
  from order_landed_costs c
  cross join jsonb_array_elements(case jsonb_typeof(c.record -> 'Lines') when 'array' then c.record -> 'Lines' else '[]' end) l
  join unnest($1::text[], $2::bigint[]) w (line, pieces) on w.line = l ->> 'Ref'
  where c.brand_id = $3 and c.order_id = $4 and l ->> 'ListedAs' <> ''
  group by l ->> 'ListedAs'
), counted as (
  select '' as goods, $5::bigint as more, $6::bigint as whole
  where $5::bigint > 0 and $6::bigint > 0
  union all
  select goods, grams, null from weights where grams > 0
), before as (
  select e.person, e.id, e.given_back, c.more, coalesce(c.whole, e.amount) as whole
  from allowance_entries e
  join counted c on c.goods = e.goods
  where e.order_id = $4 and e.brand_id = $3 and e.status = 'TAKEN' and ($7::timestamptz is null or e.return_days > 0 and $7 <= coalesce(
    (select min(d.released_at) from declarations d where d.brand_id = $3 and d.order_id = $4),
    (select min(s.dispatched_at) from shipments s where s.brand_id = $3 and s.order_id = $4)
  ) + make_interval(hours => 24 * e.return_days))
  for update of e
), after as (
  update allowance_entries e
  set back = e.back + b.more, given_back = least(e.amount, round(e.amount::numeric * (e.back + b.more) / b.whole)::bigint)
  from before b
  where (e.person, e.id) = (b.person, b.id)
  returning e.person, e.country, e.year, e.goods, e.given_back - b.given_back as amount
)
update allowance_years y
set taken = y.taken - a.amount
from after a
where (y.person, y.country, y.year, y.goods) = (a.person, a.country, a.year, a.goods)`,
		lines, pieces, b.Order.BrandID, b.Order.ID, b.Minor, b.Of, b.Asked)
	if err := writes.Send(); err != nil {
		return fmt.Errorf("give an allowance back: %w", err)
	}
	return nil
}
