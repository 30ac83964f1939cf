package plan

import (
	"slices"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/paging"
)

func (p *page) emit(o *output, row values) error {
	from, before := len(o.stack), len(o.shown)
	shown, more, err := p.read(o, row)
	if err != nil {
		return err
	}
	o.json = append(o.json, '{')
	for i, f := range p.fields {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		o.text(f.key)
		switch f.name {
		case "nodes":
			err = p.each(o, shown, f.node.emit)
		case "edges":
			err = p.each(o, shown, func(o *output, row values) error { return p.edge(o, row, f.edge) })
		case "pageInfo":
			err = p.info(o, shown, more, f.edge)
		case "totalCount":
			o.json, err = appendInt(o.json, row[p.count])
		default:
			o.text(p.typename)
		}
		if err != nil {
			return err
		}
	}
	o.json = append(o.json, '}')
	o.stack, o.shown = o.stack[:from], o.shown[:before]
	return nil
}

// read gives the records of the page in the order in which they are shown, and
// whether there is more where it ends.
func (p *page) read(o *output, row values) (shown []values, more bool, err error) {
	all, err := arrayOf(row[p.list])
	if err != nil {
		return nil, false, err
	}
	window := o.pages[p.slot].window
	more = all.left > window.Size
	size := min(all.left, window.Size)
	o.shown = slices.Grow(o.shown, size)[:len(o.shown)+size]
	shown = o.shown[len(o.shown)-size:]
	for i := range shown {
		data, err := all.next()
		if err != nil {
			return nil, false, err
		}
		at := i
		if window.Backward {
			at = len(shown) - 1 - i
		}
		if shown[at], err = o.record(data); err != nil {
			return nil, false, err
		}
	}
	return shown, more, nil
}

func (p *page) each(o *output, shown []values, write func(*output, values) error) error {
	o.json = append(o.json, '[')
	for i, row := range shown {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		if err := write(o, row); err != nil {
			return err
		}
	}
	o.json = append(o.json, ']')
	return nil
}

func (p *page) edge(o *output, row values, fields []pageField) (err error) {
	o.json = append(o.json, '{')
	for i, f := range fields {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		o.text(f.key)
		switch f.name {
		case "cursor":
			err = p.cursor(o, row)
		case "node":
			err = f.node.emit(o, row)
		default:
			o.text(strconv.Quote(f.name))
		}
		if err != nil {
			return err
		}
	}
	o.json = append(o.json, '}')
	return nil
}

func (p *page) cursor(o *output, row values) (err error) {
	state := &o.pages[p.slot]
	text := paging.BeginCursor(o.cursor[:0], state.fingerprint)
	var buffer [64]byte
	for i, k := range state.keys {
		value := row[p.keys[i]]
		if k.Type != "text" {
			if value, err = appendKey(buffer[:0], value, k.Type); err != nil {
				return err
			}
		}
		text = paging.CursorValue(text, value)
	}
	o.cursor = text
	o.json = append(paging.EndCursor(append(o.json, '"'), text), '"')
	return nil
}

func (p *page) info(o *output, shown []values, more bool, fields []pageField) (err error) {
	state := &o.pages[p.slot]
	o.json = append(o.json, '{')
	for i, f := range fields {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		o.text(f.key)
		switch f.name {
		case "hasNextPage":
			o.json = strconv.AppendBool(o.json, more && !state.window.Backward || state.window.Backward && state.before)
		case "hasPreviousPage":
			o.json = strconv.AppendBool(o.json, more && state.window.Backward || !state.window.Backward && state.after)
		case "startCursor", "endCursor":
			if len(shown) == 0 {
				o.text("null")
				continue
			}
			at := 0
			if f.name == "endCursor" {
				at = len(shown) - 1
			}
			err = p.cursor(o, shown[at])
		default:
			o.text(`"PageInfo"`)
		}
		if err != nil {
			return err
		}
	}
	o.json = append(o.json, '}')
	return nil
}
