package report

import (
	"fmt"
	"slices"
	"strings"
)

// noID stands for a row that facts do not name.
const noID = "00000000-0000-0000-0000-000000000000"

// A dimension is read from columns of facts. It is never null, so that it
// sorts and pages like any other column: none stands where facts do not say.
type dimension struct {
	columns []string
	sql     string
	kind    string
	none    string
}

const noText = "''"

var dimensions = map[Dimension]dimension{
	Period:        {nil, "", "date", "'-infinity'"},
	Brand:         {[]string{"brand_id"}, "f.brand_id", "uuid", "'" + noID + "'"},
	Storefront:    {[]string{"brand_id", "storefront_id"}, "f.storefront_id", "uuid", "'" + noID + "'"},
	Product:       {[]string{"brand_id", "product_id"}, "coalesce(f.product_id, '" + noID + "')", "uuid", "'" + noID + "'"},
	Category:      {[]string{"category_path"}, "coalesce(f.category_path, '')", "text", noText},
	OriginCountry: {[]string{"origin_country"}, "coalesce(f.origin_country, '')", "text", noText},
	OriginRegion:  {[]string{"origin_country", "origin_region"}, "coalesce(f.origin_country || '-' || f.origin_region, '')", "text", noText},
	Market:        {[]string{"market"}, "f.market", "text", noText},
	BuyerCountry:  {[]string{"buyer_country"}, "coalesce(f.buyer_country, '')", "text", noText},
	BuyerRegion:   {[]string{"buyer_country", "buyer_region"}, "coalesce(f.buyer_country || '-' || f.buyer_region, '')", "text", noText},
	Source:        {[]string{"source"}, "f.source", "text", noText},
	Currency:      {[]string{"currency"}, "f.currency", "text", noText},
}

// expr is what a dimension of the query is, of a row f.
func (q *Query) expr(d Dimension) string {
	if d == Period {
		return q.begin("f.period")
	}
	return dimensions[d].sql
}

// finer is how fine the periods of rows must be told: day, month or not at all.
func (q *Query) finer() string {
	switch {
	case q.Convert != nil && q.Convert.Rate == TransactionDay, (q.has(Period) || q.byPeriod) && (q.Period == Day || q.Period == Week):
		return "day"
	case q.has(Period), q.byPeriod:
		return "month"
	}
	return ""
}

// begin is the day on which the query's period of a date begins, both in SQL.
func (q *Query) begin(date string) string {
	shift := q.YearStart - 1
	switch {
	case q.Period == Day, q.Period == Month && q.finer() == "month":
		return date
	case q.Period == Week:
		return fmt.Sprintf("%s - (extract(dow from %s)::int + %d) %% 7", date, date, 7-q.WeekStart.number())
	case q.Period != Month && shift > 0:
		return fmt.Sprintf("(date_trunc('%s', %s::timestamp - interval '%d months') + interval '%d months')::date", strings.ToLower(string(q.Period)), date, shift, shift)
	}
	return fmt.Sprintf("date_trunc('%s', %s::timestamp)::date", strings.ToLower(string(q.Period)), date)
}

// units of a period, as SQL has intervals.
var units = map[Length]string{Day: "1 day", Week: "7 days", Month: "1 month", Quarter: "3 months", Year: "1 year"}

// keys are the columns by which rows of the query differ, currency last.
func (q *Query) keys() []string {
	keys := make([]string, 0, len(q.GroupBy)+3)
	for i := range q.GroupBy {
		keys = append(keys, fmt.Sprintf("d%d", i+1))
	}
	if q.has(Storefront) || q.has(Product) {
		keys = append(keys, "brand_key")
	}
	if q.Top > 0 {
		keys = append(keys, "others")
	}
	return append(keys, "currency")
}

// groups are the keys beside the currency.
func (q *Query) groups() []string {
	keys := q.keys()
	return keys[:len(keys)-1]
}

// key is the column of a dimension of the query, in a grouped row.
func (q *Query) key(d Dimension) string { return fmt.Sprintf("d%d", slices.Index(q.GroupBy, d)+1) }

// dimensions are the columns of the query's dimensions, in a grouped row.
func (q *Query) dimensions() string {
	keys := q.keys()
	return strings.Join(keys[:len(q.GroupBy)], ", ")
}

// brandKey is the brand of a storefront or product.
func (q *Query) brandKey() string {
	if q.has(Storefront) {
		return "f.brand_id"
	}
	return "case when f.product_id is null then '" + noID + "' else f.brand_id end"
}

// sorted is the i-th dimension's column in the order of the rows.
func (d dimension) sorted(i int) string {
	if d.kind == "text" {
		return fmt.Sprintf(`d%d collate "C"`, i+1)
	}
	return fmt.Sprintf("d%d", i+1)
}
