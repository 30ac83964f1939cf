package salescsv

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// Errors of files whose columns do not fit.
var (
	ErrNoColumn     = errors.New("a column is missing")
	ErrTwoColumns   = errors.New("a column stands twice")
	ErrTwoRows      = errors.New("a key stands twice")
	ErrJoinTooLarge = fmt.Errorf("the joined files hold more than %d MiB in the columns that are used", maxJoined>>20)
)

// place is a column: of the imported file (0) or of a joined one (from 1).
type place struct{ file, column int }

// table is what is known of a file's columns.
type table struct {
	name   string
	header []string
	// key is the column a join compares: it says nothing that the file it is
	// joined to does not.
	key int
}

// searched is how many rows at most stand above a header.
const searched = 10

// each gives every row below the header.
func each(s Source, o csvfile.Options, header int, take func(csvfile.Row) error) error {
	in, err := s.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	rows, err := csvfile.NewReader(in, o)
	for err == nil {
		var row csvfile.Row
		switch row, err = rows.Read(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil || row.Line < header:
		case row.Line == header:
			rows.Expect(len(row.Cells))
		default:
			if err := take(row); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%s: %w", s.Name, err)
}

// findHeader takes, of a file's first rows, the one that has most of the
// wanted columns: some programs write a caption above it.
func findHeader(s Source, o csvfile.Options, wanted []string) (best csvfile.Row, err error) {
	in, err := s.Open()
	if err != nil {
		return best, err
	}
	defer func() { _ = in.Close() }()
	rows, err := csvfile.NewReader(in, o)
	if err != nil {
		return best, fmt.Errorf("%s: %w", s.Name, err)
	}
	most := -1
	for range searched {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return best, fmt.Errorf("%s: %w", s.Name, err)
		}
		found := 0
		for _, name := range wanted {
			if _, ok, err := column(row.Cells, name); ok || err != nil {
				found++
			}
		}
		if row.Damage == "" && found > most {
			best, most = row, found
		}
	}
	if most < 0 {
		return best, fmt.Errorf("%s: %w", s.Name, csvfile.ErrEmpty)
	}
	return best, nil
}

// column finds a column by its name, however cased.
func column(header []string, name string) (at int, found bool, err error) {
	for i, text := range header {
		if !strings.EqualFold(strings.TrimSpace(text), name) {
			continue
		}
		if found {
			return 0, false, fmt.Errorf("%w: %s is column %d and column %d", ErrTwoColumns, cell.Show(name), at+1, i+1)
		}
		at, found = i, true
	}
	return at, found, nil
}

// find looks a column up in all files. Where several have it, "file.csv:name"
// says which.
func find(tables []*table, name string) (place, error) {
	var found []place
	var in []string
	for i, t := range tables {
		wanted := name
		if rest, ok := strings.CutPrefix(name, t.name+":"); ok {
			wanted = rest
		}
		at, ok, err := column(t.header, wanted)
		if err != nil {
			return place{}, fmt.Errorf("%s: %w", t.name, err)
		}
		if ok && at != t.key {
			found, in = append(found, place{i, at}), append(in, t.name)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return place{}, fmt.Errorf("%w: there is no %s; %s has %s", ErrNoColumn, cell.Show(name),
			tables[0].name, cell.Show(strings.Join(tables[0].header, ",")))
	}
	return place{}, fmt.Errorf("%w: %s is in %s; write %s:%s", ErrTwoColumns, cell.Show(name), strings.Join(in, " and "), in[0], name)
}
