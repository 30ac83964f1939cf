package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// head is how a month begins in one order: what its first rows are sorted by.
type head struct {
	columns []models.StringList
	// last of them, nil where the month has no other rows.
	last *groupedRow
}

// Of a month so many rows are remembered, a page and the row after it, and so
// many months: 36 of 25 reports. A head takes some 20 kB, all of them 20 MB.
const (
	headRows = 101
	maxHeads = 1000
)

// leaders is the table of a ranked page's keys, found among the remembered
// heads of months and the rows of those that change. Months of which the page
// shows more than their head are read as well.
func (s *source) leaders(tx *gorm.DB, st statement, c *cells) (clause, error) {
	heads, open, err := s.heads(tx, st, c)
	if err != nil {
		return clause{}, err
	}
	rows, err := s.first(tx, st, c, heads, open)
	if err != nil {
		return clause{}, err
	}
	most, err := s.Page.Rows()
	if err != nil {
		return clause{}, err
	}
	known, compare := len(heads), s.compare()
	for month, h := range heads {
		if h.last != nil && (len(rows) < most || compare(h.last, rows[len(rows)-1]) < 0) {
			delete(heads, month)
			open = append(open, month)
		}
	}
	if len(heads) < known {
		if rows, err = s.first(tx, st, c, heads, open); err != nil {
			return clause{}, err
		}
	}
	keys := s.sort().Columns[1 : 1+len(s.GroupBy)]
	return unnested("page as materialized (select * from %s p ("+s.dimensions()+"))", keys, columnsOf(rows, keys)), nil
}

// heads of the months that the tail tells nothing of, and the others.
func (s *source) heads(tx *gorm.DB, st statement, c *cells) (map[string]head, models.StringList, error) {
	months, err := c.months(tx)
	if err != nil {
		return nil, nil, err
	}
	// A page of the same end, that is as long.
	page := paging.Args{First: new(int32(headRows - 1))}
	if s.Page.Last != nil {
		page.First, page.Last = nil, page.First
	}
	heads, keys := map[string]head{}, map[string]monthKey{}
	var open, missing models.StringList
	for _, m := range months {
		if m.Open {
			open = append(open, m.Month)
			continue
		}
		key := s.cellsKey(c, st, m, c.keys, s.SortKey, s.upwards())
		if h, ok := s.known.heads.Get(key); ok {
			heads[m.Month] = h
		} else {
			missing, keys[m.Month] = append(missing, m.Month), key
		}
	}
	if len(missing) == 0 {
		return heads, open, nil
	}
	month := s.told(s.convert(c.of(clause{sql: "f.month = m.month"}), s.groups()))
	first, err := s.sort().Narrow(tx.Table("(?) g", tx.Raw(month.sql, month.args...)).Select("g.*"), page)
	if err != nil {
		return nil, nil, err
	}
	var rows []*groupedRow
	read := clause{"select m.seq, g.* from unnest(cast(? as date[])) with ordinality m (month, seq) cross join lateral (?) g", []any{missing, first}}
	if err := st.run(tx, &rows, read); err != nil {
		return nil, nil, err
	}
	of := make([][]*groupedRow, len(missing))
	for _, r := range rows {
		of[r.Seq-1] = append(of[r.Seq-1], r)
	}
	for i, month := range missing {
		h := head{columns: columnsOf(of[i], s.sort().Columns)}
		if len(of[i]) == headRows {
			h.last = slices.MaxFunc(of[i], s.compare())
		}
		heads[month] = h
		s.known.heads.Add(keys[month], h)
	}
	return heads, open, nil
}

// first rows of a page, in its order, among the heads of months and all rows of
// others: what the page shows of the heads' months it may have to read on.
func (s *source) first(tx *gorm.DB, st statement, c *cells, heads map[string]head, open models.StringList) (rows []*groupedRow, err error) {
	sorted := s.sort()
	names := strings.Join([]string{sortColumns[s.SortKey], s.dimensions(), "currency"}, ", ")
	columns := make([]models.StringList, len(sorted.Columns))
	for _, h := range heads {
		for i, column := range h.columns {
			columns[i] = append(columns[i], column...)
		}
	}
	live := s.told(s.convert(c.kept(among(open)), s.groups()).and(" union all ", s.convert(c.summed(among(open)), s.groups())))
	all := c.with.and(" select "+names+" from (", live).and(") g union all ", unnested("select * from %s h", sorted.Columns, columns))
	page, err := sorted.Narrow(tx.Table("(?) g", tx.Raw(all.sql, all.args...)).Select("g.*"), s.Page)
	if err != nil {
		return nil, err
	}
	err = st.run(tx, &rows, clause{"select p.* from (?) p", []any{page}})
	slices.SortFunc(rows, s.compare())
	return rows, err
}

// columnsOf rows are what they are sorted by, each as a text.
func columnsOf(rows []*groupedRow, by []paging.Column[groupedRow]) []models.StringList {
	columns := make([]models.StringList, len(by))
	for i, column := range by {
		columns[i] = make(models.StringList, len(rows))
		for j, r := range rows {
			columns[i][j] = fmt.Sprint(column.Value(r))
		}
	}
	return columns
}

// unnested is a statement about the columns, which are rows in place of its %s.
func unnested(statement string, by []paging.Column[groupedRow], columns []models.StringList) clause {
	casts, args := make([]string, len(by)), make([]any, len(by))
	for i, column := range by {
		casts[i], args[i] = "cast(? as "+column.Type+"[])", columns[i]
	}
	return clause{fmt.Sprintf(statement, "unnest("+strings.Join(casts, ", ")+")"), args}
}

// compare tells the order in which rows of the page are read, as the database
// has it: ids and days by their texts, texts by their bytes.
func (q *Query) compare() func(a, b *groupedRow) int {
	columns, upwards := q.sort().Columns, q.upwards()
	return func(a, b *groupedRow) int {
		if !upwards {
			a, b = b, a
		}
		for _, column := range columns {
			order := 0
			switch of := column.Value(a).(type) {
			case int64:
				order = cmp.Compare(of, column.Value(b).(int64)) //nolint:forcetypeassert // a column has one type
			case string:
				order = cmp.Compare(of, column.Value(b).(string)) //nolint:forcetypeassert // a column has one type
			}
			if order != 0 {
				return order
			}
		}
		return 0
	}
}

// upwards tells that the page is read from the smallest row on.
func (q *Query) upwards() bool { return q.Reverse == (q.Page.Last != nil) }
