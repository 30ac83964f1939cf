package insight_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

func column1(t *testing.T, db *gorm.DB, sql string, args ...any) (values []string) {
	t.Helper()
	if err := db.Raw(sql, args...).Scan(&values).Error; err != nil {
		t.Fatal(err)
	}
	return values
}

// The names of views and columns are a promise: this list only grows.
var views = map[string]string{
	"brands":                "brand_id slug name status country region census_region industry size jobs_before jobs_now applied_on joined_on",
	"storefronts":           "brand_id storefront_id slug name country currency status customs_regime opened_on closed_on",
	"products":              "brand_id product_id handle title status category_path origin_country origin_region hs_code created_on",
	"sales_daily":           "day brand_id storefront_id market currency source orders units units_returned gross discounts refunds net shipping duties taxes fees commission payout",
	"product_sales_monthly": "month brand_id storefront_id product_id category_path origin_country origin_region market currency source units units_returned gross discounts refunds net shipping commission payout",
	"orders": "brand_id order_id storefront_id source kind status payment_status fulfilment_status return_status dispute currency goods discount shipping taxes total " +
		"refunded commission buyer_country customs_regime placed_at cancelled_at",
	"payouts":         "brand_id payout_id status currency amount paid_currency paid rate rated_on created_at returned_at",
	"ledger_daily":    "day brand_id account kind currency entries amount",
	"stock":           "brand_id product_id variant_id sku warehouse_id warehouse warehouse_kind on_hand reserved available",
	"exchange_rates":  "day currency units_for_one_euro source",
	"programmes":      "programme_id name first_day last_day time_zone currency business_goal job_goal sales_goal jobs_per_business origin_countries sizes rates_on archived_on",
	"programme_daily": "programme_id day joined closed businesses businesses_attesting jobs_attested jobs_assumed currency sales sales_to_date",
}

func TestViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := database.AcrossBrands(t.Context(), database.OperatorReports)
	db := w.db.WithContext(ctx)

	t.Run("have_names_that_stay_and_nothing_about_persons", func(t *testing.T) {
		got := column1(t, db, `
select c.relname || ': ' || string_agg(a.attname, ' ' order by a.attnum)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v' and obj_description(c.oid) is not null
group by c.relname`)
		var want []string
		for name, columns := range views {
			want = append(want, name+": "+columns)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("views are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, line := range got {
			for _, word := range []string{"shopper", "buyer_region", "buyer_reference", "recipient", "contact", "email", "phone", "holder", "digits", "number", "actor", "account_id"} {
				if strings.Contains(line, word) {
					t.Errorf("%s tells of persons: %s", line, word)
				}
			}
		}
	})

	t.Run("are_all_that_the_role_reads", func(t *testing.T) {
		err := db.Connection(func(as *gorm.DB) error {
			as = as.Session(&gorm.Session{})
			if err := as.Exec("set role reporting").Error; err != nil {
				return err
			}
			defer as.Exec("reset role")
			for name := range views {
				if err := as.Exec("select * from reporting." + name + " limit 1").Error; err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			for _, no := range []string{
				"select 1 from public.orders", "select 1 from accounts", "select 1 from sales_facts", "select 1 from consumers", "select 1 from payout_accounts",
				"delete from reporting.exchange_rates", "insert into reporting.exchange_rates values (current_date, 'XXX', 1, 'x')",
				"update reporting.brands set name = 'x'", "create table reporting.t (x int)", "create table t (x int)", "select reporting.open_to_role()",
			} {
				if err := as.Exec(no).Error; err == nil || !strings.Contains(err.Error(), "permission denied") && !strings.Contains(err.Error(), "42501") {
					t.Errorf("%s: %v", no, err)
				}
			}
			readable := column1(t, as, `
select n.nspname || '.' || c.relname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'reporting') and has_table_privilege('reporting', c.oid, 'select')`)
			if len(readable) > 0 {
				t.Errorf("reads %v, too", readable)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})

	t.Run("sum_to_the_report", func(t *testing.T) {
		reporter := auth.With(t.Context(), fixture.Reporter(t, w.db))
		same := func(what string) {
			t.Helper()
			r, err := report.NewService(w.db, time.Now).Sales(reporter, report.Query{})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, total := range r.Totals {
				want = append(want, fmt.Sprintf("%s %d %d %d %s %s %s %s", total.Currency, total.Orders, total.Units, total.UnitsReturned, total.Gross().Amount(),
					total.Net().Amount(), total.Commission().Amount(), total.Payout().Amount()))
			}
			got := column1(t, db, `
select concat_ws(' ', currency, sum(orders), sum(units), sum(units_returned), sum(gross), sum(net), sum(commission), sum(payout)) from reporting.sales_daily group by currency order by currency`)
			if !slices.Equal(got, want) {
				t.Errorf("%s: days are %v, the report %v", what, got, want)
			}
			got = column1(t, db, `
select concat_ws(' ', currency, sum(units), sum(gross), sum(net), sum(payout)) from reporting.product_sales_monthly group by currency order by currency`)
			for i, total := range r.Totals {
				if is := fmt.Sprintf("%s %d %s %s %s", total.Currency, total.Units, total.Gross().Amount(), total.Net().Amount(), total.Payout().Amount()); got[i] != is {
					t.Errorf("%s: products are %v, the report %v", what, got[i], is)
				}
			}
		}
		same("before roll-ups")
		rolls := rollup.NewService(w.db, time.Now)
		if err := rolls.Rebuild(t.Context(), func(string, int, int) {}); err != nil {
			t.Fatal(err)
		}
		same("from roll-ups")
		if plan := strings.Join(column1(t, db, "explain select sum(net) from reporting.sales_daily"), "\n"); !strings.Contains(plan, "sales_by_storefront_days") {
			t.Error(plan)
		}
	})

	t.Run("tell_amounts_in_the_decimals_of_each_currency", func(t *testing.T) {
		n := 0
		for _, row := range column1(t, db, `
select code || ' ' || reporting.amount(123456, code)
from (select chr(a) || chr(b) || chr(c) as code from generate_series(65, 90) a, generate_series(65, 90) b, generate_series(65, 90) c) codes`) {
			code, amount, _ := strings.Cut(row, " ")
			currency, err := money.ParseCurrency(code)
			if err != nil {
				continue
			}
			if n++; money.New(123456, currency).Amount() != amount {
				t.Errorf("%s is %s, want %s", code, amount, money.New(123456, currency).Amount())
			}
		}
		if n < 150 {
			t.Errorf("%d currencies", n)
		}
	})
}

// Databases of one cluster share the role: they may be migrated at once, and by
// users who may not make roles.
func TestRoleOfTheViewsIsShared(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 4 {
		db := dbtest.New(t).Gorm
		all.Go(func() {
			if got := column1(t, db, "select reporting.open_to_role()"); got[0] != "granted" {
				t.Error(got)
			}
		})
	}
	all.Wait()
	db := dbtest.New(t).Gorm
	err := db.Transaction(func(tx *gorm.DB) error {
		role := "r" + strings.ReplaceAll(fixture.ID().String(), "-", "")
		for _, sql := range []string{
			"create role " + role + "_special nologin", "grant usage on schema reporting to " + role + "_special", "grant execute on all functions in schema reporting to " + role + "_special",
			"set local role " + role + "_special",
		} {
			if err := tx.Exec(sql).Error; err != nil {
				return err
			}
		}
		if got := column1(t, tx, "select reporting.open_to_role(?)", role); !strings.Contains(got[0], "may not make one") {
			t.Error(got)
		}
		if err := tx.Exec("reset role").Error; err != nil {
			return err
		}
		if got := column1(t, tx, "select reporting.open_to_role(?)", role); got[0] != "granted" {
			t.Error(got)
		}
		if err := tx.Exec("alter role " + role + " login").Error; err != nil {
			return err
		}
		if got := column1(t, tx, "select reporting.open_to_role(?)", role); !strings.Contains(got[0], "signs in") {
			t.Error(got)
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		t.Fatal(err)
	}
}

var errUndone = errors.New("undone")
