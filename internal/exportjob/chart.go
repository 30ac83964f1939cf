package exportjob

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/chart"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// ChartPath is before the tokens of charts.
const ChartPath = "/charts/"

const (
	chartPurpose = "chart"
	// maxChartURL is how long a link may be, so that it fits in an e-mail.
	maxChartURL = 1900
	// chartsAtOnce bounds the memory of charts that are drawn.
	chartsAtOnce = 4
)

// Chart is a report to be drawn as it is when it is looked at.
type Chart struct {
	service *Service
	wanted  chartWanted
}

// chartWanted is all that a link says: whoever has it sees what its account may see.
type chartWanted struct {
	Account   uuid.UUID       `json:"a"`
	Report    string          `json:"r"`
	Arguments json.RawMessage `json:"g,omitempty"`
	Measure   string          `json:"m,omitempty"`
	Width     int             `json:"w,omitempty"`
	Height    int             `json:"h,omitempty"`
	Language  string          `json:"l,omitempty"`
}

func (w *chartWanted) options() chart.Options {
	return chart.Options{Width: w.Width, Height: w.Height, Measure: w.Measure, Language: w.Language}
}

// ChartFormat is how a chart is written.
type ChartFormat string

// Formats of charts.
const (
	ChartSVG ChartFormat = "SVG"
	ChartPNG ChartFormat = "PNG"
)

// Chart prepares the chart of a report for the caller, in the language of the
// context. It reports problem.BadInput where there can be none.
func (s *Service) Chart(ctx context.Context, report string, arguments json.RawMessage, o chart.Options) (*Chart, error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	if languages := market.From(ctx).Languages; len(languages) > 0 {
		o.Language = languages[0]
	}
	t, err := s.sources.Open(ctx, report, arguments)
	if err != nil {
		return nil, err
	}
	if err := chart.Check(t, o); err != nil {
		return nil, err
	}
	return &Chart{s, chartWanted{account, report, arguments, o.Measure, o.Width, o.Height, o.Language}}, nil
}

// SVG draws it.
func (c *Chart) SVG(ctx context.Context) (string, error) {
	var out bytes.Buffer
	err := c.service.draw(ctx, &c.wanted, ChartSVG, &out)
	return out.String(), err
}

// Link leads to it, as a picture that is drawn anew each time.
func (c *Chart) Link(f ChartFormat) (*Link, error) {
	if c.service.place.Links == nil {
		return nil, &problem.BadInput{Argument: "format", Message: "links are not set up on this server"}
	}
	text, err := json.Marshal(c.wanted)
	if err != nil {
		return nil, err
	}
	var small bytes.Buffer
	w, _ := flate.NewWriter(&small, flate.BestCompression) // the level is good
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	expires := c.service.now().Add(c.service.place.Keep).Truncate(time.Second)
	url := c.service.place.URL + ChartPath + c.service.place.Links.Sign(chartPurpose, small.Bytes(), expires) + extension(f)
	if len(url) > maxChartURL {
		return nil, &problem.BadInput{Argument: "arguments", Message: "are too long for a link: name fewer ids"}
	}
	return &Link{url, expires}, nil
}

func extension(f ChartFormat) string {
	if f == ChartPNG {
		return ".png"
	}
	return ".svg"
}

// Draw writes the chart of a link's token. It reports link.ErrBad, and no
// reason, where the link is not good any more or never was.
func (s *Service) Draw(ctx context.Context, token string, f ChartFormat, w io.Writer) error {
	if s.place.Links == nil {
		return link.ErrBad
	}
	payload, err := s.place.Links.Open(chartPurpose, token, s.now())
	if err != nil {
		return link.ErrBad
	}
	var wanted chartWanted
	if err := json.NewDecoder(flate.NewReader(bytes.NewReader(payload))).Decode(&wanted); err != nil {
		return link.ErrBad
	}
	asked, _, err := s.rights(ctx, wanted.Account)
	if err != nil {
		return err
	}
	err = s.draw(asked, &wanted, f, w)
	if _, ok := errors.AsType[*problem.Denied](err); ok {
		return link.ErrBad
	}
	return err
}

// slots of charts being drawn.
var slots = make(chan struct{}, chartsAtOnce)

func (s *Service) draw(ctx context.Context, wanted *chartWanted, f ChartFormat, w io.Writer) error {
	if err := auth.Require(ctx, auth.ReportRead); err != nil {
		return err
	}
	if wanted.Language != "" {
		ctx = market.With(ctx, market.Context{Country: market.DefaultCountry, Languages: []string{wanted.Language}})
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	t, err := s.sources.Open(ctx, wanted.Report, wanted.Arguments)
	if err != nil {
		return err
	}
	paint := chart.SVG
	if f == ChartPNG {
		paint = chart.PNG
	}
	if err := paint(w, t, wanted.options()); err != nil {
		return fmt.Errorf("draw %s: %w", wanted.Report, err)
	}
	return nil
}
