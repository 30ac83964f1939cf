package programme

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// TableQuery asks for one of Tables; Period, From and To are those of a series.
type TableQuery struct {
	Query

	Period   *report.Length
	From, To *models.Date
}

// form is a table of a progress.
type form struct {
	title   string
	parts   Part
	columns []table.Column
	rows    func(*Progress, *TableQuery) ([]table.Row, error)
}

// SeriesTable is the one that takes the arguments of a series.
const SeriesTable = "programme_series"

// currency is the column of the amounts' currency.
const currency = "currency"

func column(name, title string, kind table.Kind) table.Column {
	c := table.Column{Name: name, Title: title, Kind: kind}
	if kind == table.Money {
		c.Currency = currency
	}
	return c
}

func dimension(name, title string, kind table.Kind) table.Column {
	return table.Column{Name: name, Title: title, Kind: kind, Dimension: true}
}

var inCurrency = column(currency, "Currency", table.Text)

var forms = map[string]form{
	"programme_measures": {"Measures", 0, []table.Column{
		dimension("measure", "Measure", table.Text), inCurrency,
		column("goal", "Goal", table.Decimal), column("value", "Reached", table.Decimal), column("share", "Share", table.Percent),
		column("planned", "Planned by now", table.Decimal), column("required_per_day", "Required a day", table.Decimal),
		column("actual_per_day", "Actual a day", table.Decimal), column("method", "Method", table.Text), column("weeks", "Weeks looked back on", table.Integer),
		column("projected_on", "Projected for", table.Date), column("projected", "Projected", table.Decimal),
		column("projected_low", "At least", table.Decimal), column("projected_high", "At most", table.Decimal), column("confidence", "Confidence", table.Percent),
	}, (*Progress).measureRows},
	"programme_milestones": {"Milestones", 0, []table.Column{
		dimension("measure", "Measure", table.Text), dimension("percent", "Percent of the goal", table.Integer), inCurrency,
		column("target", "Target", table.Decimal), column("planned_on", "Planned", table.Date),
		column("reached_on", "Reached", table.Date), column("projected_on", "Expected", table.Date),
	}, (*Progress).milestoneRows},
	SeriesTable: {"Progress", 0, []table.Column{
		dimension("period", "From", table.Date), column("to", "To", table.Date), column("joined", "Joined", table.Integer), column("closed", "Closed", table.Integer),
		column("businesses", "Businesses", table.Integer), column("jobs_attested", "Jobs attested", table.Integer), column("jobs_assumed", "Jobs assumed", table.Integer),
		inCurrency, column("sales", "Sales", table.Money), column("sales_to_date", "Sales to date", table.Money),
	}, (*Progress).seriesRows},
	"programme_regions":        cellForm("Regions", "region", Cells, func(r *Progress) []*Cell { return r.Regions }),
	"programme_census_regions": cellForm("Census regions", "census_region", Cells, func(r *Progress) []*Cell { return r.CensusRegions }),
	"programme_industries":     cellForm("Industries", "industry", Cells, func(r *Progress) []*Cell { return r.Industries }),
	"programme_categories":     cellForm("Categories", "category", Categories, func(r *Progress) []*Cell { return r.Categories }),
	"programme_cohorts": {"Cohorts", Cells, []table.Column{
		dimension("quarter", "Joined in the quarter from", table.Date), column("merged", "Quarters put together", table.Integer),
		column("joined", "Joined", table.Integer), column("businesses", "Businesses", table.Integer), column("still_selling", "Still selling", table.Integer),
		inCurrency, column("sales", "Sales", table.Money), column("sales_per_business", "Sales by business", table.Money),
	}, (*Progress).cohortRows},
}

// Tables are the names of those that a progress is given out as.
func Tables() []string { return slices.Sorted(maps.Keys(forms)) }

func cellForm(title, name string, parts Part, cells func(*Progress) []*Cell) form {
	one := sentence(strings.ToUpper(name))
	return form{title, parts, []table.Column{
		dimension(name, one, table.Text), column(name+"_key", one+" key", table.Text), column("merged", "Put together", table.Integer),
		column("joined", "Joined", table.Integer), column("businesses", "Businesses", table.Integer),
		column("businesses_attesting", "Businesses that told of jobs", table.Integer), column("jobs_attested", "Jobs attested", table.Integer),
		column("jobs_assumed", "Jobs assumed", table.Integer), inCurrency, column("sales", "Sales", table.Money),
	}, func(r *Progress, _ *TableQuery) ([]table.Row, error) { return r.cellRows(cells(r)), nil }}
}

// Table is a part of Progress as a table. It is counted at once: there are few
// rows, and what is to be known of them names the rates.
func (s *Service) Table(ctx context.Context, name string, q TableQuery) (*table.Table, error) {
	f, ok := forms[name]
	if !ok {
		return nil, fmt.Errorf("programme: there is no table %q", name)
	}
	q.Parts = f.parts
	r, err := s.Progress(ctx, q.Query)
	if refused := problem.From(err); len(refused) > 0 {
		argument := "programmeId"
		if refused[0].Code == problem.RateUnknown {
			argument = "ratesOn"
		}
		return nil, &problem.BadInput{Argument: argument, Message: refused[0].Message}
	}
	if err != nil {
		return nil, err
	}
	rows, err := f.rows(r, &q)
	if err != nil {
		return nil, err
	}
	return &table.Table{
		Title: r.Programme.Name + ": " + f.title, Columns: f.columns, Rows: table.Of(rows...), Zone: r.TimeZone, About: r.about(),
	}, nil
}

func (r *Progress) about() []table.Note {
	p := r.Programme
	notes := []table.Note{
		{Name: "Programme", Text: fmt.Sprintf("%s, %s to %s", p.Name, p.From(), p.To())},
		{Name: "As of", Text: r.AsOf.String()},
	}
	for _, rate := range r.Rates {
		notes = append(notes, table.Note{Name: "Rate", Text: fmt.Sprintf("1 %s = %s %s, of %s, %s", rate.Base, rate.Value, rate.Quote, rate.Date, rate.Source)})
	}
	if r.SmallestCell > 0 {
		notes = append(notes, table.Note{Name: "Small cells", Text: fmt.Sprintf("Sums of fewer than %d businesses or orders are put together or left out", r.SmallestCell)})
	}
	return notes
}

// some is a value that a cell of a table may lack.
func some[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

func (r *Progress) unit(kind Kind) any {
	if kind == Sales {
		return string(r.Currency)
	}
	return nil
}

func (r *Progress) measureRows(*TableQuery) ([]table.Row, error) {
	var rows []table.Row
	for _, m := range r.Measures {
		row := table.Row{
			sentence(string(m.Kind)), r.unit(m.Kind), some(m.Goal), some(m.Value), some(m.Share), some(m.Planned), some(m.RequiredPerDay), some(m.ActualPerDay),
		}
		if j := m.Projection; j != nil {
			row = append(row, string(j.Method), int64(j.Weeks), j.On, j.Value, j.Low, j.High, j.Confidence)
		} else {
			row = append(row, nil, nil, nil, nil, nil, nil, nil)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r *Progress) milestoneRows(*TableQuery) ([]table.Row, error) {
	var rows []table.Row
	for _, m := range r.Measures {
		for _, s := range m.Milestones {
			rows = append(rows, table.Row{
				sentence(string(m.Kind)), int64(s.Percent), r.unit(m.Kind), s.Target, s.PlannedOn, some(s.ReachedOn), some(s.ProjectedOn),
			})
		}
	}
	return rows, nil
}

func (r *Progress) seriesRows(q *TableQuery) ([]table.Row, error) {
	points, err := r.Series(q.Period, q.From, q.To)
	rows := make([]table.Row, len(points))
	for i, p := range points {
		rows[i] = table.Row{
			p.From, p.To, p.Joined, p.Closed, p.Businesses, some(p.JobsAttested), p.JobsAssumed, string(r.Currency), some(p.Sales), some(p.SalesToDate),
		}
	}
	return rows, err
}

func (r *Progress) cellRows(cells []*Cell) []table.Row {
	rows := make([]table.Row, len(cells))
	for i, c := range cells {
		rows[i] = table.Row{
			c.Label, some(c.Key), int64(c.Merged), c.Joined, c.Businesses, some(c.BusinessesAttesting), some(c.JobsAttested), some(c.JobsAssumed),
			string(r.Currency), some(c.Sales),
		}
	}
	return rows
}

func (r *Progress) cohortRows(*TableQuery) ([]table.Row, error) {
	rows := make([]table.Row, len(r.Cohorts))
	for i, c := range r.Cohorts {
		rows[i] = table.Row{
			some(c.Quarter), int64(c.Merged), c.Joined, c.Businesses, c.StillSelling, string(r.Currency), some(c.Sales), some(c.SalesPerBusiness),
		}
	}
	return rows, nil
}
