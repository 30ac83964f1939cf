// Package allowance keeps what persons have bought of the yearly allowance of
// cross-border retail import. It is a person's, known by an HMAC of the
// identity number, so that two accounts of one person share it; and it counts
// what all brands sold, without telling any of them.
package allowance

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ReturnWindow is how long after their release by customs goods may be sent
// back so that they no longer count, in China from 2016-04-08 (read at telfa.law).
const ReturnWindow = 30 * 24 * time.Hour

// Use is what a purchase takes of a person's allowance.
type Use struct {
	Person   []byte
	Purchase uuid.UUID
	Country  string
	// Limit is that of the rules of the day, in the currency of declarations.
	Limit  money.Money
	Orders []Order
	At     time.Time
	// Field is the path of the input that refusals name.
	Field string
}

// Order is what one order counts for.
type Order struct {
	models.Key
	AmountMinor int64
}

// Year is the calendar year of the country of destination.
func Year(country string, at time.Time) int32 {
	year, _ := strconv.Atoi(landedcost.Day(country, at)[:len("2006")])
	return int32(year)
}

// ReserveTx holds what a purchase counts for until it is paid. It reports
// problem.NotAllowed where the person may not buy so much this year, by which
// the transaction must be undone. However many reserve at once, the limit
// holds: the year is one row, changed by one conditional statement. It is
// locked after promotions and before stock.
func ReserveTx(tx *gorm.DB, u Use) error {
	sum, year := int64(0), Year(u.Country, u.At)
	for _, o := range u.Orders {
		sum += o.AmountMinor
	}
	if sum == 0 {
		return nil
	}
	done := tx.Exec(`
insert into allowance_years (person, country, year, currency, reserved_minor, taken_minor, limit_minor)
select @person, @country, cast(@year as integer), @currency, cast(@sum as bigint), 0, cast(@limit as bigint)
where cast(@sum as bigint) <= cast(@limit as bigint)
on conflict on constraint allowance_years_pk do update
set reserved_minor = allowance_years.reserved_minor + excluded.reserved_minor,
  limit_minor = greatest(allowance_years.limit_minor, excluded.limit_minor)
where allowance_years.reserved_minor + allowance_years.taken_minor + excluded.reserved_minor <= excluded.limit_minor
  and allowance_years.currency = excluded.currency`,
		map[string]any{"person": u.Person, "country": u.Country, "year": year, "currency": u.Limit.Currency, "sum": sum, "limit": u.Limit.Minor})
	if done.Error != nil {
		return fmt.Errorf("reserve of an allowance: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return problem.At(u.Field, problem.NotAllowed, fmt.Sprintf(
			"this is more than the person may still buy of the %s a year that customs allow: buy less, or wait for the next year or for what is being paid for", u.Limit))
	}
	writes := database.NewBatch(tx)
	for _, o := range u.Orders {
		writes.Insert(&models.AllowanceEntry{
			Person: u.Person, ID: uuid.Must(uuid.NewV7()), Country: u.Country, Year: year, PurchaseID: u.Purchase, BrandID: o.BrandID, OrderID: o.ID,
			Status: models.AllowanceReserved, AmountMinor: o.AmountMinor, ReservedAt: u.At,
		})
	}
	if err := writes.Send(); err != nil {
		return fmt.Errorf("write what is reserved: %w", err)
	}
	return nil
}

// Taking adds to a batch that a purchase is paid: what it held is taken.
func Taking(writes *database.Batch, purchase uuid.UUID, at time.Time) {
	writes.Exec(`
with ended as (
  update allowance_entries set status = 'TAKEN', ended_at = $2
  where purchase_id = $1 and status = 'RESERVED'
  returning person, country, year, amount_minor
)
update allowance_years y
set reserved_minor = y.reserved_minor - e.minor, taken_minor = y.taken_minor + e.minor
from (select person, country, year, sum(amount_minor)::bigint as minor from ended group by person, country, year) e
where (y.person, y.country, y.year) = (e.person, e.country, e.year)`, purchase, at)
}

// Releasing adds to a batch that a purchase ends without some orders, or
// without any where none are named: what they held is free again.
func Releasing(writes *database.Batch, purchase uuid.UUID, at time.Time, orders ...uuid.UUID) {
	writes.Exec(`
with ended as (
  update allowance_entries set status = 'RELEASED', ended_at = $2
  where purchase_id = $1 and status = 'RESERVED' and (cardinality(cast($3 as uuid[])) = 0 or order_id = any ($3))
  returning person, country, year, amount_minor
)
update allowance_years y
set reserved_minor = y.reserved_minor - e.minor
from (select person, country, year, sum(amount_minor)::bigint as minor from ended group by person, country, year) e
where (y.person, y.country, y.year) = (e.person, e.country, e.year)`, purchase, at, append([]uuid.UUID{}, orders...))
}

// Back is money that was given back of an order.
type Back struct {
	Order models.Key
	// Minor of the goods and the carriage that count no more, Of what they all cost.
	Minor, Of int64
	// Asked is when the goods were asked to be sent back, nil for goods that
	// never left.
	Asked *time.Time
}

// GiveBackTx lets goods count no more: those that were taken off an order
// before they left, or were asked to be sent back within the ReturnWindow of
// their release. Where nobody told of that, the window begins when they left.
// The order is locked. Of parts in any number, together exactly all is given back.
func GiveBackTx(tx *gorm.DB, b Back) error {
	if b.Minor <= 0 || b.Of <= 0 {
		return nil
	}
	err := tx.Exec(`
with before as (
  select person, id, given_back_minor
  from allowance_entries e
  where e.order_id = @order and e.brand_id = @brand and e.status = 'TAKEN' and (cast(@asked as timestamptz) is null or @asked <= coalesce(
    (select min(d.released_at) from declarations d where d.brand_id = @brand and d.order_id = @order),
    (select min(s.dispatched_at) from shipments s where s.brand_id = @brand and s.order_id = @order)
  ) + make_interval(secs => @window))
  for update
), after as (
  update allowance_entries e
  set back_minor = e.back_minor + @minor,
    given_back_minor = least(e.amount_minor, round(e.amount_minor::numeric * (e.back_minor + @minor) / @of)::bigint)
  from before b
  where (e.person, e.id) = (b.person, b.id)
  returning e.person, e.country, e.year, e.given_back_minor - b.given_back_minor as minor
)
update allowance_years y
set taken_minor = y.taken_minor - a.minor
from after a
where (y.person, y.country, y.year) = (a.person, a.country, a.year)`,
		map[string]any{
			"order": b.Order.ID, "brand": b.Order.BrandID, "asked": b.Asked, "minor": b.Minor, "of": b.Of, "window": ReturnWindow.Seconds(),
		}).Error
	if err != nil {
		return fmt.Errorf("give an allowance back: %w", err)
	}
	return nil
}
