package chart

import (
	"math"
)

// canvas is what pictures are drawn on, in pixels from the upper left.
type canvas interface {
	rect(x, y, w, h float64, c string)
	line(points [][2]float64, width float64, dash []float64, c string)
	mark(x, y float64, shape int, c string)
	text(x, y float64, s string, size float64, a anchor, bold bool, c string)
}

type anchor int

const (
	start anchor = iota
	middle
	end
)

// Colours that people tell apart however they see colours (Okabe and Ito),
// without the yellow that is faint on white; dashes and marks differ, too.
var palette = []string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#8C8C8C"}

var dashes = [][]float64{nil, {7, 3}, {2, 3}, {9, 3, 2, 3}, nil, {7, 3}, {2, 3}, {9, 3, 2, 3}}

const (
	ink, faint, grid, paper = "#1F2933", "#52606D", "#D5DBE1", "#FFFFFF"

	margin, small, large = 14.0, 12.0, 16.0
	lineHeight           = 18.0
)

func (p *picture) draw(c canvas, width, height int) {
	w, h := float64(width), float64(height)
	c.rect(0, 0, w, h, paper)
	y := margin + large
	c.text(margin, y, fit(p.title, large, w-2*margin), large, start, true, ink)
	y += 8
	y = p.legend(c, y, w)
	bottom := h - margin
	if p.note != "" {
		c.text(margin, bottom, fit(p.note, small, w-2*margin), small, start, false, faint)
		bottom -= lineHeight
	}
	if len(p.panels) == 0 || len(p.places) == 0 {
		c.text(w/2, (y+bottom)/2, p.words.say(nothing), large, middle, false, faint)
		return
	}
	each := (bottom - y) / float64(len(p.panels))
	for i := range p.panels {
		top := y + float64(i)*each
		if p.times != nil {
			p.lines(c, &p.panels[i], margin, top, w-2*margin, each)
		} else {
			p.bars(c, &p.panels[i], margin, top, w-2*margin, each)
		}
	}
}

// names are those of the series over all panels.
func (p *picture) names() []string {
	var all []string
	seen := map[string]bool{}
	for _, span := range p.panels {
		for _, s := range span.series {
			if !seen[s.name] {
				seen[s.name] = true
				all = append(all, s.name)
			}
		}
	}
	return all
}

func (p *picture) colour(name string) int {
	for i, n := range p.names() {
		if n == name {
			return i % len(palette)
		}
	}
	return 0
}

// legend gives the names of the colours, and where it ends.
func (p *picture) legend(c canvas, y, w float64) float64 {
	names := p.names()
	if len(names) < 2 {
		return y
	}
	x := margin
	y += lineHeight
	for i, name := range names {
		name = fit(name, small, w/3)
		wide := 26 + measure(name, small) + 16
		if x > margin && x+wide > w-margin {
			x, y = margin, y+lineHeight
		}
		if p.times != nil {
			c.line([][2]float64{{x, y - 4}, {x + 20, y - 4}}, 2, dashes[i%len(dashes)], palette[i%len(palette)])
			c.mark(x+10, y-4, i, palette[i%len(palette)])
		} else {
			c.rect(x, y-10, 20, 11, palette[i%len(palette)])
		}
		c.text(x+26, y, name, small, start, false, ink)
		x += wide
	}
	return y + 6
}

func (s *panel) span() (least, most float64) {
	for _, line := range s.series {
		for _, pt := range line.points {
			least, most = min(least, pt.value), max(most, pt.value)
		}
	}
	return least, most
}

// unitOf is what values count, where their signs do not say it.
func (p *picture) unitOf(s *panel) string {
	if p.percent {
		return ""
	}
	return s.unit
}

// lines draws a panel over time.
func (p *picture) lines(c canvas, s *panel, x, y, w, h float64) {
	top, bottom := y+lineHeight+4, y+h-lineHeight-6
	least, most := s.span()
	values := ticks(least, most, int((bottom-top)/45))
	low, high := values[0], values[len(values)-1]
	apart := values[1] - values[0]
	wide := 0.0
	for _, v := range values {
		wide = max(wide, measure(p.short(v, apart), small))
	}
	left, right := x+wide+8, x+w-6
	c.text(x, y+lineHeight-6, p.unitOf(s), small, start, true, faint)
	up := func(v float64) float64 { return bottom - (v-low)/(high-low)*(bottom-top) }
	for _, v := range values {
		colour := grid
		if v == 0 {
			colour = faint
		}
		c.line([][2]float64{{left, up(v)}, {right, up(v)}}, 1, nil, colour)
		c.text(left-6, up(v)+4, p.short(v, apart), small, end, false, faint)
	}
	along := p.along(left+8, right-8)
	widest := 0.0
	for _, label := range p.places {
		widest = max(widest, measure(label, small))
	}
	every := max(1, int(math.Ceil((widest+14)*float64(len(p.places)-1)/(right-left-16))))
	free := math.Inf(-1)
	for i, label := range p.places {
		half := measure(label, small) / 2
		at := min(max(along(i), x+half), x+w-half)
		if i%every != 0 || at-half < free { // days may lie unevenly
			continue
		}
		free = at + half + 6
		c.line([][2]float64{{along(i), bottom}, {along(i), bottom + 4}}, 1, nil, faint)
		c.text(at, bottom+lineHeight, label, small, middle, false, faint)
	}
	for _, one := range s.series {
		colour := p.colour(one.name)
		points := make([][2]float64, len(one.points))
		for i, pt := range one.points {
			points[i] = [2]float64{along(pt.at), up(pt.value)}
		}
		c.line(points, 2, dashes[colour], palette[colour])
		if len(points) <= 60 {
			for _, pt := range points {
				c.mark(pt[0], pt[1], colour, palette[colour])
			}
		}
	}
}

// along places days as far apart as they are.
func (p *picture) along(left, right float64) func(int) float64 {
	first, last := p.times[0], p.times[len(p.times)-1]
	whole := last.Sub(first).Seconds()
	return func(i int) float64 {
		if whole == 0 {
			return (left + right) / 2
		}
		return left + p.times[i].Sub(first).Seconds()/whole*(right-left)
	}
}

// bars draws a panel of lying bars, beside their names.
func (p *picture) bars(c canvas, s *panel, x, y, w, h float64) {
	top, bottom := y+lineHeight+2, y+h-lineHeight-6
	wide := 0.0
	for _, name := range p.places {
		wide = max(wide, measure(name, small))
	}
	wide = min(wide, w*0.35)
	left, right := x+wide+8, x+w-46
	least, most := s.span()
	values := ticks(least, most, int((right-left)/90))
	low, high := values[0], values[len(values)-1]
	apart := values[1] - values[0]
	across := func(v float64) float64 { return left + (v-low)/(high-low)*(right-left) }
	c.text(left, y+lineHeight-6, p.unitOf(s), small, start, true, faint)
	for _, v := range values {
		colour := grid
		if v == 0 {
			colour = faint
		}
		c.line([][2]float64{{across(v), top}, {across(v), bottom}}, 1, nil, colour)
		c.text(across(v), bottom+lineHeight-2, p.short(v, apart), small, middle, false, faint)
	}
	slot := (bottom - top) / float64(len(p.places))
	thick := min(slot*0.78/float64(max(len(s.series), 1)), 28)
	size := min(small, max(slot*0.9, 7))
	for i, name := range p.places {
		centre := top + (float64(i)+0.5)*slot
		c.text(left-6, centre+size*0.36, fit(name, size, wide), size, end, false, ink)
		for j, one := range s.series {
			for _, pt := range one.points {
				if pt.at != i {
					continue
				}
				from, to := across(min(pt.value, 0)), across(max(pt.value, 0))
				above := centre + (float64(j)-float64(len(s.series))/2)*thick
				c.rect(from, above, max(to-from, 0.5), max(thick-1, 1), palette[p.colour(one.name)])
				if thick >= 9 {
					c.text(to+4, above+thick/2+3.5, p.short(pt.value, precise(pt.value)), min(small, thick), start, false, faint)
				}
			}
		}
	}
}

// precise is how exact the number beside a bar is: three digits.
func precise(v float64) float64 {
	if v == 0 {
		return 1
	}
	return math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
}
