package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestExportCommand(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.DSN(t), Dir: dbtest.Folder(t)}
	db := dbtest.Open(t, o.Database, database.Options{})
	_, err := demo.Load(t.Context(), db.Gorm, demo.Options{Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Orders: 400})
	must(t, err)

	byMonth := []string{"export", "sales", "--group-by", "period,brand", "--time-zone", "Asia/Shanghai"}
	r := servertest.Run(t, o, byMonth...)
	rows, err := csv.NewReader(strings.NewReader(r.Out)).ReadAll()
	must(t, err)
	const heading = "period,brand,brand_id,currency,orders,units,units_returned,gross,discounts,refunds,net,shipping,duties,taxes,commission,payout,average_order,return_rate,share,rank,cumulative_net"
	if r.Code != 0 || len(rows) < 50 || strings.Join(rows[0], ",") != heading {
		t.Fatalf("%d, %d rows, %s", r.Code, len(rows), r.Err)
	}
	dir := dbtest.Folder(t)
	for _, name := range []string{"sales.xlsx", "sales.parquet", "sales.jsonl", "sales.csv"} {
		file := filepath.Join(dir, name)
		if r := servertest.Run(t, o, append(byMonth, "--output", file)...); r.Code != 0 || r.Out != "" || !strings.Contains(r.Err, "rows: ") {
			t.Fatalf("%+v", r)
		}
		if n := rowsOf(t, file); n != len(rows)-1 {
			t.Errorf("%s has %d rows, standard output has %d", name, n, len(rows)-1)
		}
	}
	t.Run("takes_what_the_query_takes", func(t *testing.T) {
		r := servertest.Run(t, o, "export", "sales", "--brand", "adobe-silver", "--group-by", "brand", "--bom",
			"--arguments", `{"where":{"market":["CN"]},"groupBy":["MARKET"]}`)
		if r.Code != 0 || !strings.HasPrefix(r.Out, "\ufeffbrand,brand_id,currency") || strings.Count(r.Out, "\r\n") != 2 {
			t.Errorf("%+v", r)
		}
		r = servertest.Run(t, o, "export", "report", "sales", "--format", "jsonl", "--language", "zh-CN", "--arguments", `{"groupBy":["MARKET"]}`)
		if r.Code != 0 || !strings.HasPrefix(r.Out, `{"market":"中国","market_code":"CN"`) {
			t.Errorf("%+v", r)
		}
	})
	t.Run("writes_headings_where_nothing_was_sold", func(t *testing.T) {
		nothing := dbtest.Folder(t)
		for _, name := range []string{"none.xlsx", "none.parquet", "none.jsonl", "none.csv"} {
			file := filepath.Join(nothing, name)
			r := servertest.Run(t, o, append(byMonth, "--from", "1999-01-01", "--to", "1999-12-31", "--output", file)...)
			if n := rowsOf(t, file); r.Code != 0 || n != 0 {
				t.Errorf("%s has %d rows: %+v", name, n, r)
			}
		}
	})
	t.Run("writes_programmes", func(t *testing.T) {
		var p models.Programme
		must(t, db.Gorm.Take(&p).Error)
		r := servertest.Run(t, o, "export", "report", "programme_series", "--arguments",
			`{"programmeId":"`+p.GlobalID()+`","asOf":"2026-11-22","period":"QUARTER"}`)
		if r.Code != 0 || !strings.HasPrefix(r.Out, "period,to,joined,closed,businesses,jobs_attested,jobs_assumed,currency,sales,sales_to_date\r\n2025-02-22,2025-03-31,") ||
			strings.Count(r.Out, "\r\n") != 9 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("writes_every_report", func(t *testing.T) {
		for name, heading := range map[string]string{
			"funnel": "starts_on,carts,", "cohorts": "cohort,months_after,", "geography": "place,country,", "payments": "method,currency,",
			"regimes": "market,regime,", "turnover": "name,id,opening,", "statements": "month,brand,",
		} {
			r := servertest.Run(t, o, "export", "report", name)
			if r.Code != 0 || !strings.HasPrefix(r.Out, heading) || name != "funnel" && strings.Count(r.Out, "\r\n") < 2 {
				t.Errorf("%s: %d %s\n%.300s", name, r.Code, r.Err, r.Out)
			}
		}
		r := servertest.Run(t, o, "export", "report", "geography", "--arguments", `{"level":"COUNTRY","side":"ORIGIN","where":{"currency":["CNY"],"from":"2026-01-01"},"timeZone":"Asia/Shanghai"}`)
		if r.Code != 0 || !strings.Contains(r.Out, "United States,US,") {
			t.Errorf("%+v", r)
		}
		failsWith(t, servertest.Run(t, o, "export", "report", "turnover", "--arguments", `{"where":{"brandId":["x"]}}`), "where.brandId.0")
	})
	t.Run("writes_tariff_scenarios", func(t *testing.T) {
		scenario := `{"groupBy":["STOREFRONT","HS_CHAPTER"],"sortKey":"CHANGE","reverse":true,"input":{"name":"45 %","country":"CN","withinLimits":true,` +
			`"overrides":[{"originCountry":"US","hsPrefix":["33"],"tax":"DUTY","rate":"0.45"}]}}`
		r := servertest.Run(t, o, "export", "report", "tariff_scenario", "--arguments", scenario)
		rows, err := csv.NewReader(strings.NewReader(r.Out)).ReadAll()
		if err != nil || r.Code != 0 || len(rows) != 3 || rows[1][3] != "33" || rows[1][5] != "9" || rows[2][3] != "34" || rows[2][13] != "0.00" {
			t.Errorf("%v, %v, %s", rows, err, r.Err)
		}
		failsWith(t, servertest.Run(t, o, "export", "report", "tariff_scenario", "--arguments", strings.Replace(scenario, `"33"`, `"33049"`, 1)),
			"input.overrides.0.hsPrefix.0")
	})
	t.Run("refuses_what_it_cannot_do", func(t *testing.T) {
		for says, args := range map[string][]string{
			`there is no brand "nobody"`:      {"sales", "--brand", "nobody"},
			"arguments.groupBy[0]":            {"sales", "--group-by", "moon"},
			"report: is none of cohorts,":     {"report", "weather"},
			"must end with .csv":              {"sales", "--output", filepath.Join(dir, "sales.xls")},
			"--arguments must be a JSON":      {"sales", "--arguments", "[]"},
			"where.to: must not lie before":   {"sales", "--from", "2017-02-01", "--to", "2017-01-01"},
			"no such file or directory":       {"sales", "--output", filepath.Join(dir, "no/sales.csv")},
			"arguments.brand: is no argument": {"report", "sales", "--arguments", `{"brand":"x"}`},
		} {
			failsWith(t, servertest.Run(t, o, append([]string{"export"}, args...)...), says)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 4 {
			t.Errorf("%v, %v", left, err)
		}
	})
}

// rowsOf counts a file's rows with what people read it with.
func rowsOf(t *testing.T, file string) int {
	t.Helper()
	f, err := os.Open(file)
	must(t, err)
	defer f.Close()
	switch filepath.Ext(file) {
	case ".xlsx":
		book, err := excelize.OpenReader(f)
		must(t, err)
		rows, err := book.GetRows("Sales")
		must(t, err)
		return len(rows) - 1
	case ".parquet":
		info, err := f.Stat()
		must(t, err)
		whole, err := parquet.OpenFile(f, info.Size())
		must(t, err)
		return int(whole.NumRows())
	case ".csv":
		rows, err := csv.NewReader(f).ReadAll()
		must(t, err)
		return len(rows) - 1
	}
	n := 0
	for d := json.NewDecoder(f); d.More(); n++ {
		must(t, d.Decode(&map[string]any{}))
	}
	return n
}
