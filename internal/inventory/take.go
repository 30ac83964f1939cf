package inventory

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Line asks for pieces of a variant. Several lines may name the same one.
type Line struct {
	VariantID uuid.UUID
	Quantity  int64
	// Field is the path of the input that a refusal names; may be empty.
	Field string
}

// Supply is what there was of some variants when it was read.
type Supply struct{ levels *[]held }

// held is what can be taken of a variant in an active warehouse; there is a
// row without one where there is none.
type held struct {
	VariantID   uuid.UUID
	Name        string
	TrackStock  bool
	WarehouseID *uuid.UUID
	Free        int64
	Priority    int32
	// Country of the warehouse, and Home, in which all active ones of the brand
	// lie; nil where they lie in several.
	Country *string
	Home    *string
}

// Ask adds the question for a brand's supply of variants to a batch. No lock
// is taken.
func Ask(reads *database.Batch, brand uuid.UUID, variants []uuid.UUID) Supply {
	return Supply{database.Read[held](reads, supply(database.Text("v.brand_id = ? and v.id in ?", brand, variants)))}
}

// AskEach is Ask for variants of any brands: wanted gives rows of brand_id and
// variant_id, each variant's as often as it likes.
func AskEach(reads *database.Batch, wanted database.SQL) Supply {
	return Supply{database.Read[held](reads, database.Text(`
select g.*
from (select distinct brand_id, variant_id from (?) each) w
cross join lateral (? offset 0) g`, wanted, supply(database.Text("v.brand_id = w.brand_id and v.id = w.variant_id"))))}
}

func supply(variants database.SQL) database.SQL {
	return database.Text(`
select v.id as variant_id, coalesce(v.sku, 'this variant') as name, v.track_stock, l.warehouse_id,
  coalesce(l.free, 0) as free, coalesce(l.priority, 0) as priority, l.country, `+Home+` as home
from variants v
left join lateral (
  select l.warehouse_id, l.on_hand - l.reserved as free, w.priority, w.country
  from stock_levels l
  join warehouses w on w.brand_id = l.brand_id and w.id = l.warehouse_id
  where l.brand_id = v.brand_id and l.variant_id = v.id and w.active
  offset 0
) l on true
where ?
order by l.priority, l.warehouse_id`, variants)
}

// Home is the country in which all active warehouses of the brand of v lie;
// null where they lie in several.
const Home = `(select min(h.country) from warehouses h where h.brand_id = v.brand_id and h.active having count(distinct h.country) = 1)`

// Clone is a copy of its own to take from.
func (s Supply) Clone() Supply {
	levels := slices.Clone(*s.levels)
	return Supply{&levels}
}

// Left tells how many pieces of a variant could be taken; tracked is false
// where there are always as many as are wanted.
func (s Supply) Left(variant uuid.UUID) (pieces int64, tracked bool) {
	for _, l := range *s.levels {
		if l.VariantID == variant {
			pieces, tracked = pieces+max(l.Free, 0), l.TrackStock
		}
	}
	return pieces, tracked
}

// Take takes the pieces of an order from the brand's active warehouses, the
// lowest priority number first, one variant from several where it must: all of
// them, or OUT_OF_STOCK at the first line of each variant that is short. What
// is not tracked moves nothing. The moves may fail, since the supply is not
// locked: see Short. What one order takes is not there for the next.
func (s Supply) Take(lines []Line) ([]Move, error) {
	byVariant := map[uuid.UUID][]*held{}
	for i := range *s.levels {
		l := &(*s.levels)[i]
		byVariant[l.VariantID] = append(byVariant[l.VariantID], l)
	}
	wanted, err := sums(lines)
	if err != nil {
		return nil, err
	}
	var short problem.List
	var moves []Move
	for _, w := range wanted {
		from := byVariant[w.variant]
		if len(from) == 0 {
			return nil, fmt.Errorf("take stock of variant %s, which the brand does not have", w.variant)
		}
		if !from[0].TrackStock {
			continue
		}
		left := w.quantity
		for _, l := range from {
			if n := min(left, l.Free); n > 0 {
				moves = append(moves, Move{w.variant, *l.WarehouseID, -n})
				left, l.Free = left-n, l.Free-n
			}
		}
		if left > 0 {
			p := problem.New(problem.OutOfStock, fmt.Sprintf("fewer than %d pieces of %s are left", w.quantity, from[0].Name))
			if w.field != "" {
				p = problem.At(w.field, p.Code, p.Message)
			}
			short = append(short, p)
		}
	}
	return moves, short.Err()
}

// From tells the country that Take would send the pieces from; empty where they
// come from several, or nobody knows. Pieces that are short, or not tracked,
// come from Home. It takes them: what comes next is sent from what is left.
func (s Supply) From(lines []Line) string {
	var from []string
	send := func(country *string) {
		if country == nil {
			from = append(from, "") // nobody knows
		} else {
			from = append(from, *country)
		}
	}
	for _, w := range lines {
		left, home := w.Quantity, (*string)(nil)
		for i := range *s.levels {
			l := &(*s.levels)[i]
			if l.VariantID != w.VariantID {
				continue
			}
			home = l.Home
			if n := min(left, l.Free); l.TrackStock && n > 0 {
				send(l.Country)
				left, l.Free = left-n, l.Free-n
			}
		}
		if left > 0 {
			send(home)
		}
	}
	if from = slices.Compact(from); len(from) != 1 {
		return ""
	}
	return from[0]
}

// want is the sum of the lines of one variant.
type want struct {
	variant  uuid.UUID
	quantity int64
	field    string
}

// sums adds up the lines of each variant, in the order of the variants' ids.
func sums(lines []Line) ([]*want, error) {
	var all []*want
	byVariant := map[uuid.UUID]*want{}
	for _, l := range lines {
		if l.Quantity <= 0 || l.Quantity > MaxPieces {
			return nil, fmt.Errorf("a line of %d pieces", l.Quantity)
		}
		w := byVariant[l.VariantID]
		if w == nil {
			w = &want{variant: l.VariantID, field: l.Field}
			byVariant[l.VariantID], all = w, append(all, w)
		}
		w.quantity += l.Quantity
	}
	slices.SortFunc(all, func(a, b *want) int { return bytes.Compare(a.variant[:], b.variant[:]) })
	return all, nil
}
