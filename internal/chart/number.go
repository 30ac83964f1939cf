package chart

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// steps of large numbers, in English and Chinese.
var (
	english = []step{{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "K"}}
	chinese = []step{{1e12, "万亿"}, {1e8, "亿"}, {1e4, "万"}}
)

type step struct {
	size float64
	sign string
}

// short writes a number of an axis whose values lie a certain step apart.
func (p *picture) short(v, apart float64) string {
	if p.percent {
		return decimals(v*100, apart*100) + " %"
	}
	steps := english
	if p.chinese {
		steps = chinese
	}
	for _, s := range steps {
		if math.Abs(v) >= s.size {
			return decimals(v/s.size, apart/s.size) + s.sign
		}
	}
	return decimals(v, apart)
}

// decimals writes as many as tell values apart, at most 3.
func decimals(v, apart float64) string {
	n := 0
	for n < 3 && apart > 0 && math.Abs(apart*math.Pow10(n)-math.Round(apart*math.Pow10(n))) > 1e-6 {
		n++
	}
	text := strconv.FormatFloat(v, 'f', n, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

// ticks are round values from below the least to above the most, zero among them.
func ticks(least, most float64, about int) []float64 {
	least, most = min(least, 0), max(most, 0)
	if least == most {
		most = 1
	}
	raw := (most - least) / float64(max(about, 2))
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	apart := unit * 10
	for _, m := range []float64{1, 2, 2.5, 5} {
		if unit*m >= raw*0.999 {
			apart = unit * m
			break
		}
	}
	var all []float64
	for i := math.Floor(least / apart); i <= math.Ceil(most/apart-1e-9); i++ {
		all = append(all, i*apart)
	}
	return all
}

// dayLabels write days as the periods that they begin.
func dayLabels(days []time.Time) []string {
	const day = 24 * time.Hour
	apart := 400 * day
	first := true
	for i := range days {
		first = first && days[i].Day() == 1
		if i > 0 {
			apart = min(apart, days[i].Sub(days[i-1]))
		}
	}
	if len(days) < 2 || !first {
		apart = day
	}
	labels := make([]string, len(days))
	for i, d := range days {
		switch {
		case apart >= 360*day:
			labels[i] = d.Format("2006")
		case apart >= 85*day:
			labels[i] = d.Format("2006") + " Q" + strconv.Itoa((int(d.Month())-1)/3+1)
		case apart >= 27*day:
			labels[i] = d.Format("2006-01")
		default:
			labels[i] = d.Format(time.DateOnly)
		}
	}
	return labels
}
