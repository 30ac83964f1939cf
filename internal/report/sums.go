package report

// monthSums are what months come to, in the order of amounts.
type monthSums [7]int64

func (m *monthSums) add(more monthSums) {
	for i := range m {
		m[i] += more[i]
	}
}

// lineSums are what lines come to, converted, now and then.
type lineSums [2]monthSums

func (s *lineSums) add(more *lineSums) {
	s[0].add(more[0])
	s[1].add(more[1])
}

// convert adds the amounts of a line that are told.
func (s *lineSums) convert(told []int, l *line) {
	for i := range l.parts {
		p := &l.parts[i]
		for then, sums := range [...]*cellSums{p.now, p.was} {
			if sums == nil {
				continue
			}
			for _, amount := range told {
				s[then][amount] += p.rate.convert(sums[firstAmount+amount])
			}
		}
	}
}

// toldAmounts are places of those that the query tells.
func (q *Query) toldAmounts() (told []int) {
	for i, amount := range amounts {
		if q.tells(amount) {
			told = append(told, i)
		}
	}
	return told
}

// sum is what all rows come to, now or then, of what the query tells.
func (b *book) sum(q *Query, of []fraction, was bool) (monthSums, error) {
	if b.sums == nil {
		rates, err := b.ratesOf(of)
		if err != nil {
			return monthSums{}, err
		}
		told, all := q.toldAmounts(), &lineSums{}
		for _, some := range sideBySide(b, q, rates, func() *lineSums { return &lineSums{} }, func(some *lineSums, l *line) { some.convert(told, l) }) {
			all.add(some)
		}
		b.sums = all
	}
	if was {
		return b.sums[1], nil
	}
	return b.sums[0], nil
}
