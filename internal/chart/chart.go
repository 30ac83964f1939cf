// Package chart draws tables as SVG and PNG: lines over time, bars for all
// else, one panel for each currency.
package chart

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a chart.
const (
	MinSize, MaxSize             = 200, 1600
	DefaultWidth, DefaultHeight  = 800, 450
	maxRows                      = 20_000
	maxSeries, maxBars, maxSpans = 8, 30, 3
)

// Options of a chart.
type Options struct {
	// Width and Height are pixels; PNG has twice as many, for sharp screens.
	Width, Height int
	// Measure is the column that is drawn; net, or else the first there is.
	Measure string
	// Language of what charts say by themselves, as a BCP 47 tag: Chinese, which
	// counts in 万 and 亿, or else English.
	Language string
}

// point is the value of a series at a place of the first dimension.
type point struct {
	at    int
	value float64
}

// series is one line, or the bars of one colour.
type series struct {
	name   string
	points []point
}

// panel is what has one axis of values.
type panel struct {
	unit   string
	series []series
}

// picture is a table as it is to be drawn.
type picture struct {
	title  string
	places []string
	// times are set where the places are days, in order.
	times  []time.Time
	panels []panel
	// percent says that values are shares.
	percent bool
	// chinese numbers count in 万 and 亿.
	chinese bool
	words   words
	note    string
}

// SVG draws a table. It reports problem.BadInput where it cannot be one picture.
func SVG(w io.Writer, t *table.Table, o Options) error {
	p, err := read(t, &o)
	if err != nil {
		return err
	}
	s := newSVG(o.Width, o.Height, p.title, p.summary())
	p.draw(s, o.Width, o.Height)
	return s.write(w)
}

// PNG draws a table as SVG does.
func PNG(w io.Writer, t *table.Table, o Options) error {
	p, err := read(t, &o)
	if err != nil {
		return err
	}
	b := newBitmap(o.Width, o.Height)
	p.draw(b, o.Width, o.Height)
	return b.write(w)
}

func bad(argument, message string) error {
	return &problem.BadInput{Argument: argument, Message: message}
}

// Check reports what of the options cannot be, seen from a table that is not read.
func Check(t *table.Table, o Options) error {
	_, err := prepared(t, &o)
	return err
}

// prepared fills the options and finds the column that is drawn.
func prepared(t *table.Table, o *Options) (measure int, err error) {
	if o.Width == 0 {
		o.Width = DefaultWidth
	}
	if o.Height == 0 {
		o.Height = DefaultHeight
	}
	for name, n := range map[string]int{"width": o.Width, "height": o.Height} {
		if n < MinSize || n > MaxSize {
			return 0, bad(name, fmt.Sprintf("must be between %d and %d pixels", MinSize, MaxSize))
		}
	}
	var measures []string
	for _, c := range t.Columns {
		if !c.Dimension && c.Kind != table.Text && c.Kind != table.Date && c.Kind != table.Time && c.Kind != table.Boolean {
			measures = append(measures, c.Name)
		}
	}
	switch {
	case o.Measure != "" && slices.Contains(measures, o.Measure):
	case o.Measure != "":
		return 0, bad("measure", "is none of "+strings.Join(measures, ", "))
	case slices.Contains(measures, "net"):
		o.Measure = "net"
	case len(measures) > 0:
		o.Measure = measures[0]
	default:
		return 0, bad("measure", "the report has nothing to draw")
	}
	return t.Column(o.Measure), nil
}

// gathered are values by unit, series and place, in the order they came.
type gathered struct {
	words                words
	units, names, places []string
	days                 map[string]time.Time
	values               map[[3]string]decimal.Decimal
}

func (g *gathered) add(unit, name, place string, v decimal.Decimal) {
	if !slices.Contains(g.units, unit) {
		g.units = append(g.units, unit)
	}
	key := [3]string{unit, name, place}
	g.values[key] = g.values[key].Add(v)
}

func read(t *table.Table, o *Options) (*picture, error) {
	measure, err := prepared(t, o)
	if err != nil {
		return nil, err
	}
	column := &t.Columns[measure]
	var dimensions []int
	for i, c := range t.Columns {
		if c.Dimension {
			dimensions = append(dimensions, i)
		}
	}
	g := &gathered{words: wordsOf(o.Language), days: map[string]time.Time{}, values: map[[3]string]decimal.Decimal{}}
	placed, named := map[string]bool{}, map[string]bool{}
	n := 0
	for row, err := range t.Rows {
		if err != nil {
			return nil, err
		}
		if n++; n > maxRows {
			return nil, bad("arguments", fmt.Sprintf("give more than %d rows: ask for fewer, or longer periods", maxRows))
		}
		v, unit := number(row[measure])
		place, name := "", ""
		for i, d := range dimensions {
			text, day := label(row[d])
			if text == others { // the report has summed some already
				text = g.words.say(others)
			}
			switch {
			case i == 0:
				if place = text; !day.IsZero() {
					g.days[place] = day
				}
			case name == "":
				name = text
			default:
				name += " · " + text
			}
		}
		if !placed[place] {
			placed[place], g.places = true, append(g.places, place)
		}
		if !named[name] {
			named[name], g.names = true, append(g.names, name)
		}
		if v != nil {
			g.add(unit, name, place, *v)
		}
	}
	p := &picture{words: g.words, chinese: g.words != nil, percent: column.Kind == table.Percent}
	about, drawn := p.words.title(t.Title), p.words.say(column.Title)
	if len(dimensions) > 0 {
		p.title = fmt.Sprintf(p.words.say(drawnBy), about, drawn, strings.ToLower(p.words.say(t.Columns[dimensions[0]].Title)))
	} else {
		p.title = fmt.Sprintf(p.words.say(drawnAlone), about, drawn)
	}
	return p, p.arrange(g, column)
}

// number is a measure's value with its unit, nil for none.
func number(v any) (*decimal.Decimal, string) {
	switch v := v.(type) {
	case int64:
		return new(decimal.NewFromInt(v)), ""
	case decimal.Decimal:
		return &v, ""
	case money.Money:
		return new(v.Decimal()), string(v.Currency)
	}
	return nil, ""
}

// label is a dimension's value as people read it, with its day where it is one.
func label(v any) (string, time.Time) {
	switch v := v.(type) {
	case nil:
		return "—", time.Time{}
	case models.Date:
		return v.String(), v.Time()
	case time.Time:
		return v.UTC().Format(time.DateTime), v
	default:
		return fmt.Sprint(v), time.Time{}
	}
}

// arrange makes panels of what was gathered.
func (p *picture) arrange(g *gathered, column *table.Column) error {
	additive, zero := column.Sums, column.Sums || column.Kind == table.Integer
	if len(g.units) > maxSpans {
		slices.Sort(g.units)
		return bad("arguments", fmt.Sprintf("give amounts in %d currencies (%s): a chart shows at most %d, filter by currency",
			len(g.units), strings.Join(g.units, ", "), maxSpans))
	}
	overTime := len(g.days) > 0 && len(g.days) >= len(g.places)-1 // all but a place for none
	if overTime {
		g.places = slices.SortedFunc(maps.Keys(g.days), func(a, b string) int { return g.days[a].Compare(g.days[b]) })
		for _, place := range g.places {
			p.times = append(p.times, g.days[place])
		}
		p.places = dayLabels(p.times)
	} else {
		g.fold(&g.places, 2, maxBars, additive, &p.note)
		p.places = g.places
	}
	g.fold(&g.names, 1, maxSeries, additive, &p.note)
	for _, unit := range g.units {
		span := panel{unit: unit}
		for _, name := range g.names {
			s := series{name: name}
			some := false
			for i, place := range g.places {
				v, ok := g.values[[3]string{unit, name, place}]
				some = some || ok
				if ok || zero {
					s.points = append(s.points, point{i, v.InexactFloat64()})
				}
			}
			if some {
				span.series = append(span.series, s)
			}
		}
		p.panels = append(p.panels, span)
	}
	return nil
}

// fold keeps the largest of names, and sums the others where that can be.
// Where it cannot, a note says that they are left out.
func (g *gathered) fold(names *[]string, part, most int, additive bool, note *string) {
	if len(*names) <= most {
		return
	}
	sizes := map[string]decimal.Decimal{}
	for key, v := range g.values {
		sizes[key[part]] = sizes[key[part]].Add(v.Abs())
	}
	bySize := slices.Clone(*names)
	slices.SortStableFunc(bySize, func(a, b string) int { return sizes[b].Cmp(sizes[a]) })
	keep := most
	if additive {
		keep--
	}
	last, summed := fmt.Sprintf(g.words.say(othersOf), len(bySize)-keep), g.words.say(others)
	if i := slices.Index(bySize, summed); additive && i >= 0 {
		bySize, last = append(slices.Delete(bySize, i, i+1), summed), summed
	}
	rest := bySize[keep:]
	*names = slices.DeleteFunc(*names, func(name string) bool { return slices.Contains(rest, name) })
	if !additive {
		*note = fmt.Sprintf(g.words.say(largest), keep, len(bySize))
		return
	}
	*names = append(*names, last)
	folded := map[[3]string]decimal.Decimal{}
	for key, v := range g.values {
		if slices.Contains(rest, key[part]) {
			delete(g.values, key)
			key[part] = last
			folded[key] = folded[key].Add(v)
		}
	}
	maps.Copy(g.values, folded)
}

// summary tells a picture to those who do not see it.
func (p *picture) summary() string {
	var b strings.Builder
	for _, span := range p.panels {
		fmt.Fprintf(&b, p.words.say(extent), len(span.series), or(span.unit, p.words.say(units)), len(p.places))
	}
	return strings.TrimSpace(b.String() + p.note)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
