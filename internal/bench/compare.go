package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// fewClients send named reads at a time: so many that plans and resolvers wait
// for the same processors.
const fewClients = 4

// Comparison is what the reads of a storefront and a dashboard take by plans
// and by resolvers.
type Comparison struct {
	Clients int `json:"clients"`
	// Planned are how many of the reads plans answer; Ratio is the median of theirs.
	Planned int       `json:"planned"`
	Ratio   float64   `json:"ratio"`
	Reads   []ReadRow `json:"reads"`
}

// ReadRow is what was found of one read.
type ReadRow struct {
	Read    string `json:"read"`
	Role    string `json:"role"`
	Planned bool   `json:"planned"`
	// Ratio of the answers a second, with plans to without, in the same round;
	// the median of the rounds.
	Ratio       float64  `json:"ratio"`
	AnswerBytes int      `json:"answerBytes"`
	Plans       ReadCost `json:"plans"`
	Resolvers   ReadCost `json:"resolvers"`
}

// ReadCost is what a read takes one way.
type ReadCost struct {
	Statements int     `json:"statements"`
	Latency    Latency `json:"latency"`
}

// CompareReads sends each named read as its role to the API with plans and to
// the same without, and fails where the answers differ in a byte. Planned
// tells whether plans.Counted planned what it answered last.
func CompareReads(ctx context.Context, plans, resolvers Options, planned func() bool) (*Comparison, error) {
	with, without := &meter{plans, newClient()}, &meter{resolvers, newClient()}
	ground, err := Survey(ctx, with.ask)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	reads, err := Reads(ground)
	if err != nil {
		return nil, err
	}
	duels := make([]*duel, len(reads))
	for i, read := range reads {
		plans.Progress("comparing answers", i, len(reads))
		d := &duel{read: read}
		for j, m := range []*meter{with, without} {
			d.sides[j] = side{m, m.same(read.Name, read.Role, read.Query, read.Variables)}
		}
		if err := d.compare(ctx, planned); err != nil {
			return nil, fmt.Errorf("%s: %w", read.Name, err)
		}
		duels[i] = d
	}
	plans.Progress("comparing answers", len(reads), len(reads))
	total := (plans.Rounds + 1) * len(duels)
	for n := range total {
		d := duels[n%len(duels)]
		plans.Progress("measuring", n, total)
		if err := d.round(ctx, n/len(duels)); err != nil {
			return nil, fmt.Errorf("%s: %w", d.read.Name, err)
		}
	}
	plans.Progress("measuring", total, total)
	return compared(duels), nil
}

// duel is a read under way, on both sides: with plans, and without.
type duel struct {
	read    Read
	planned bool
	sides   [2]side
}

type side struct {
	*meter
	op *operation
}

// compare counts the statements of both sides, and holds one's answer to the other's.
func (d *duel) compare(ctx context.Context, planned func() bool) error {
	var answers [2]answer
	for i, s := range d.sides {
		if err := s.count(ctx, s.op); err != nil {
			return err
		}
		if err := serve(s.API, s.op.request(ctx), &answers[i]); err != nil {
			return err
		}
	}
	d.planned = planned()
	if !bytes.Equal(answers[0].body.Bytes(), answers[1].body.Bytes()) {
		return errors.New("plans and resolvers answer differently")
	}
	return nil
}

// round measures both sides once more, the one first and then the other. The
// first round warms up.
func (d *duel) round(ctx context.Context, n int) error {
	order := []side{d.sides[n%2], d.sides[1-n%2]}
	for _, s := range order {
		c, err := s.cell(ctx, s.op, fewClients)
		if err != nil {
			return err
		}
		if n > 0 {
			s.op.crowded = append(s.op.crowded, c)
		}
	}
	return nil
}

func (d *duel) row() ReadRow {
	with, without := d.sides[0].op, d.sides[1].op
	ratios := make([]float64, len(with.crowded))
	for i, c := range with.crowded {
		ratios[i] = c.perSecond() / without.crowded[i].perSecond()
	}
	row := ReadRow{
		Read: d.read.Name, Role: d.read.Role, Planned: d.planned, Ratio: Median(ratios), AnswerBytes: with.answerBytes,
		Plans:     ReadCost{with.statements, latency(with.crowded)},
		Resolvers: ReadCost{without.statements, latency(without.crowded)},
	}
	if row.Role == Visitor {
		row.Role = "visitor"
	}
	return row
}

func compared(duels []*duel) *Comparison {
	c := &Comparison{Clients: fewClients}
	var ratios []float64
	for _, d := range duels {
		row := d.row()
		c.Reads = append(c.Reads, row)
		if row.Planned {
			c.Planned, ratios = c.Planned+1, append(ratios, row.Ratio)
		}
	}
	if len(ratios) > 0 {
		c.Ratio = Median(ratios)
	}
	return c
}

// write shows the comparison as a table.
func (c *Comparison) write(w io.Writer) {
	clients := fmt.Sprintf("%d clients, median ms", c.Clients)
	lines := [][]string{
		{"", "", "", "statements", "", clients, "", "plans ×", "answer,"},
		{"read", "role", "planned", "plans", "resolvers", "plans", "resolvers", "resolvers", "bytes"},
	}
	for _, r := range c.Reads {
		planned := "no"
		if r.Planned {
			planned = "yes"
		}
		lines = append(lines, []string{
			r.Read, r.Role, planned, strconv.Itoa(r.Plans.Statements), strconv.Itoa(r.Resolvers.Statements),
			ms(r.Plans.Latency.Median), ms(r.Resolvers.Latency.Median), fmt.Sprintf("%.1f", r.Ratio), strconv.Itoa(r.AnswerBytes),
		})
	}
	writeLines(w, lines)
	fmt.Fprintf(w, "\n%d of %d reads are planned, with %.1f × the throughput of the resolvers (median)\n", c.Planned, len(c.Reads), c.Ratio)
}
