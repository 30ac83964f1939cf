package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// History is the sales of a marketplace over months: orders of two or three
// lines in five currencies, by shoppers who come back, and refunds of some of
// them up to half a year later. It is imported history, as check wants it.
type History struct {
	Orders int
	// Brands of a third of which sell in two countries. Where some are Hot,
	// these take four fifths of all orders.
	Brands, Hot int
	Months      int
	// Lean leaves out lines, charges and refunds, and keeps what reports read:
	// orders and facts. Check tells that they are missing.
	Lean bool
}

const (
	// goodsPerBrand is how many products a brand sells.
	goodsPerBrand = 10
	// ordersPerShopper is how often one buys on average; some do it once, some often.
	ordersPerShopper = 8
	// chunk is how many orders are written in one transaction.
	chunk = 100_000
)

// HistoryEnds is the first moment of which a history tells nothing.
var HistoryEnds = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

//go:embed history.sql
var historySQL string

var historyParts = regexp.MustCompile(`(?s)-- ([^\n]*)\n((?:insert|create|with)[^;]*);\n`)

// Fill writes the history into a database that holds nothing else, in
// transactions of many orders. One that was cut off is gone on with. Keys and
// indexes are made in one go at the end: each row is still checked.
func (h History) Fill(ctx context.Context, db *database.DB, progress func(step string, done, total int)) error {
	if h.Orders < 1 || h.Brands < 1 || h.Hot < 0 || h.Hot > h.Brands || h.Months < 1 || h.Months > 120 {
		return fmt.Errorf("not a history: %+v", h)
	}
	ctx = database.AcrossBrands(ctx, database.Reconciliation)
	gdb := db.Gorm.WithContext(ctx)
	s, err := h.begin(ctx, gdb)
	if err != nil {
		return fmt.Errorf("begin the history: %w", err)
	}
	for s.Done < h.Orders {
		progress("orders", s.Done, h.Orders)
		to := min(s.Done+chunk, h.Orders)
		err := database.InTx(ctx, gdb, func(tx *gorm.DB) error {
			if err := tx.Exec("set local synchronous_commit = off").Error; err != nil {
				return err
			}
			if err := h.run(tx, "chunk", s.Done+1, to); err != nil {
				return err
			}
			return tx.Exec("update bench_history set done = ?", to).Error
		})
		if err != nil {
			return fmt.Errorf("write orders from %d: %w", s.Done+1, err)
		}
		s.Done = to
	}
	progress("orders", h.Orders, h.Orders)
	return s.finish(ctx, gdb, progress)
}

// state of a history that is being written.
type state struct {
	Done  int
	Makes models.StringList // what is yet to be made: keys and indexes
}

// begin makes what orders are of, or reads how far they have come.
func (h History) begin(ctx context.Context, db *gorm.DB) (s state, err error) {
	var there bool
	if err := db.Raw("select to_regclass('bench_history') is not null").Scan(&there).Error; err != nil {
		return s, err
	}
	text, err := json.Marshal(h)
	if err != nil {
		return s, err
	}
	if there {
		var found struct {
			History string
			Done    int
			Makes   models.StringList
		}
		if err := db.Raw("select * from bench_history").Scan(&found).Error; err != nil {
			return s, err
		}
		if found.History != string(text) {
			return s, fmt.Errorf("the database holds %s, not %s: choose another one", found.History, text)
		}
		return state{found.Done, found.Makes}, nil
	}
	err = database.InTx(ctx, db, func(tx *gorm.DB) error {
		var used bool
		if err := tx.Raw("select exists (select from brands)").Scan(&used).Error; err != nil {
			return err
		}
		if used {
			return errors.New("the database holds something else: choose another one")
		}
		if s.Makes, err = Strip(tx); err != nil {
			return err
		}
		if err := h.run(tx, "", 0, 0); err != nil {
			return err
		}
		if err := tx.Exec("create table bench_history (history text not null, done bigint not null, makes text[] not null)").Error; err != nil {
			return err
		}
		return tx.Exec("insert into bench_history values (?, 0, ?)", string(text), s.Makes).Error
	})
	return s, err
}

// run does the parts that make the world, or those of a chunk of orders.
func (h History) run(tx *gorm.DB, which string, from, to int) error {
	sql := h.values(from, to).Replace(historySQL)
	for _, part := range historyParts.FindAllStringSubmatch(sql, -1) {
		name := part[1]
		if strings.HasPrefix(name, "chunk") != (which == "chunk") || h.Lean && strings.HasPrefix(name, "chunk in full") {
			continue
		}
		if err := tx.Exec(part[2]).Error; err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if which == "chunk" {
		return nil
	}
	return tx.Exec("analyze").Error
}

func (h History) values(from, to int) *strings.Replacer {
	var codes, census []string
	for _, s := range models.USStates {
		codes, census = append(codes, s.Code), append(census, string(s.Census))
	}
	at := func(t time.Time) string { return "timestamptz '" + t.Format(time.RFC3339) + "'" }
	list := func(l []string) string { return "'{" + strings.Join(l, ",") + "}'" }
	return strings.NewReplacer(
		"@start", at(HistoryEnds.AddDate(0, -h.Months, 0)), "@until", at(HistoryEnds), "@states", list(codes), "@census", list(census),
		"@brands", strconv.Itoa(h.Brands), "@hot", strconv.Itoa(h.Hot), "@goods", strconv.Itoa(goodsPerBrand), "@orders", strconv.Itoa(h.Orders),
		"@shoppers", strconv.Itoa(max(1, h.Orders/ordersPerShopper)), "@lean", strconv.FormatBool(h.Lean),
		"@from", strconv.Itoa(from), "@to", strconv.Itoa(to),
	)
}

// finish makes keys and indexes, and takes away what only filling needs.
func (s state) finish(ctx context.Context, db *gorm.DB, progress func(step string, done, total int)) error {
	for i, sql := range s.Makes {
		progress("indexing", i, len(s.Makes))
		err := database.InTx(ctx, db, func(tx *gorm.DB) error {
			if err := tx.Exec(sql).Error; err != nil {
				return err
			}
			return tx.Exec("update bench_history set makes = makes[2:]").Error
		})
		if err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	progress("indexing", len(s.Makes), len(s.Makes))
	for _, sql := range []string{
		"drop table if exists bench_late, bench_goods, bench_shops",
		"drop function if exists bench_id, bench_chance",
		"vacuum analyze",
	} {
		if err := db.Exec(sql).Error; err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
