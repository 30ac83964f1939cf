package transfer

import (
	"errors"
	"hash/maphash"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

// ends says at which line of the file each order is complete, by the hash of
// its number: orders of one hash end together, which does no harm.
type ends struct {
	seed maphash.Seed
	last map[uint64]int
	// aliases are slugs that are now others.
	aliases map[slugs]slugs
	// places are where orders go, in the order of the file.
	places []slugs
	seen   map[slugs]bool
}

func newEnds(aliases map[slugs]slugs) *ends {
	return &ends{seed: maphash.MakeSeed(), last: map[uint64]int{}, aliases: aliases, seen: map[slugs]bool{}}
}

// recount is a survey that knows which slugs are the same storefront's.
func recount(file *salescsv.File, aliases map[slugs]slugs) (*ends, error) {
	e := newEnds(aliases)
	err := file.Each(func(l *salescsv.Line) error {
		e.end(l)
		return nil
	}, func(csvfile.Note) {})
	return e, err
}

func (e *ends) end(l *salescsv.Line) {
	e.last[e.hash(l)] = l.Row
	if at := e.at(l); !e.seen[at] {
		at = slugs{strings.Clone(at.brand), strings.Clone(at.storefront)} // of a row that need not be kept
		e.seen[at], e.places = true, append(e.places, at)
	}
}

// at is where an order goes, by slugs of today where they are known.
func (e *ends) at(l *salescsv.Line) slugs {
	at := slugs{l.Brand, l.Storefront}
	if now, ok := e.aliases[at]; ok {
		return now
	}
	return at
}

func (e *ends) hash(l *salescsv.Line) uint64 {
	var h maphash.Hash
	h.SetSeed(e.seed)
	at := e.at(l)
	for _, part := range [3]string{at.brand, at.storefront, l.Order} {
		_, _ = h.WriteString(part)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

func (w *salesWriter) read(file *salescsv.File, e *ends, to *lanes) error {
	open := map[uint64][]*fileOrder{}
	waiting := 0
	err := file.Each(func(l *salescsv.Line) error {
		hash, at := e.hash(l), e.at(l)
		o := find(open[hash], at, l.Order)
		if o == nil {
			o = &fileOrder{at: at, number: l.Order}
			open[hash] = append(open[hash], o)
		}
		o.lines = append(o.lines, l)
		if waiting++; waiting > maxOpenLines {
			return ErrScattered
		}
		if l.Row < e.last[hash] {
			return nil
		}
		for _, o := range open[hash] {
			waiting -= len(o.lines)
		}
		ready, err := w.prepare(open[hash])
		delete(open, hash)
		if err != nil {
			return err
		}
		return to.add(ready)
	}, func(csvfile.Note) {})
	if err == nil && len(open) > 0 {
		err = errors.New("the file has changed while it was read; import it again")
	}
	return err
}

func find(orders []*fileOrder, at slugs, number string) *fileOrder {
	for _, o := range orders {
		if o.at == at && o.number == number {
			return o
		}
	}
	return nil
}
