package customs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// HSImport is a nomenclature to bring in.
type HSImport struct {
	// Codes has the columns section, hscode, description, parent and level.
	Codes io.Reader
	// Sections has section and name; nil where nobody names them.
	Sections io.Reader
	Progress func(step string, done, total int)
}

// HSReport tells what an import found and did.
type HSReport struct {
	Chapters, Headings, Subheadings int
	// New, Changed and Left were not there, were there otherwise, and are in the
	// file no longer.
	New, Changed, Left int
	// Wrong notes lines of the file of codes, and those of the sections with its name.
	Wrong csvfile.Notes
}

// total names the row that stands for all goods, and the section of what is in none.
const total = "TOTAL"

var hsForm = regexp.MustCompile(`^([0-9]{2}){1,3}$`)

// hsFile is a nomenclature as it was read.
type hsFile struct {
	sections map[string]string
	codes    []models.HSCode
	lines    map[string]int
	wrong    *csvfile.Notes
}

// ImportHSCodes brings in a whole nomenclature, or nothing of it. It takes the
// place of what was there. Again changes nothing.
func (s *Service) ImportHSCodes(ctx context.Context, in HSImport) (*HSReport, error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	if in.Progress == nil {
		in.Progress = func(string, int, int) {}
	}
	report := &HSReport{}
	f := &hsFile{sections: map[string]string{}, lines: map[string]int{}, wrong: &report.Wrong}
	if in.Sections != nil {
		if err := f.readSections(in.Sections); err != nil {
			return report, fmt.Errorf("sections: %w", err)
		}
	}
	if err := f.readCodes(in.Codes, func(n int) { in.Progress("reading", n, 0) }); err != nil {
		return report, err
	}
	f.tree()
	if report.Wrong.Count > 0 {
		return report, ErrWrong
	}
	if len(f.codes) == 0 {
		return report, errors.New("the file has no code")
	}
	for _, code := range f.codes {
		switch len(code.Code) {
		case 2:
			report.Chapters++
		case 4:
			report.Headings++
		default:
			report.Subheadings++
		}
	}
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error { return f.write(tx, report) })
	if err == nil {
		in.Progress("writing", len(f.codes), len(f.codes))
	}
	s.books.forget()
	return report, err
}

// columns finds named columns in the first line.
func columns(r *csvfile.Reader, names ...string) ([]int, error) {
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, csvfile.ErrEmpty
	}
	if err != nil {
		return nil, err
	}
	at := make([]int, len(names))
	for i, name := range names {
		at[i] = slices.IndexFunc(header.Cells, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), name) })
		if at[i] < 0 {
			return nil, fmt.Errorf("line %d: there is no column %s", header.Line, name)
		}
	}
	r.Expect(len(header.Cells))
	return at, nil
}

// rows reads the rows of a file as the values of the columns.
func rows(in io.Reader, names []string, each func(line int, cells []string), damaged func(line int, why string)) error {
	r, err := csvfile.NewReader(in, csvfile.Options{Separator: ','})
	if err != nil {
		return err
	}
	at, err := columns(r, names...)
	if err != nil {
		return err
	}
	for {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case row.Damage != "":
			damaged(row.Line, row.Damage)
			continue
		}
		cells := make([]string, len(at))
		for i, n := range at {
			cells[i] = cell.Line(row.Cells[n])
		}
		each(row.Line, cells)
	}
}

func (f *hsFile) readSections(in io.Reader) error {
	note := func(line int, text string) { f.wrong.Add(csvfile.Note{File: "sections", Line: line, Text: text}) }
	return rows(in, []string{"section", "name"}, func(line int, cells []string) {
		switch _, twice := f.sections[cells[0]]; {
		case cells[0] == "" || cells[1] == "":
			note(line, "a section has a number and a name")
		case twice:
			note(line, cell.Show(cells[0])+" stands in the file already")
		}
		f.sections[cells[0]] = cells[1]
	}, note)
}

func (f *hsFile) note(line int, format string, args ...any) {
	f.wrong.Add(csvfile.Note{Line: line, Text: fmt.Sprintf(format, args...)})
}

func (f *hsFile) readCodes(in io.Reader, progress func(int)) error {
	n := 0
	return rows(in, []string{"section", "hscode", "description", "parent", "level"}, func(line int, cells []string) {
		n++
		progress(n)
		f.code(line, cells[0], cells[1], cells[2], cells[3], cells[4])
	}, func(line int, why string) { f.note(line, "%s", why) })
}

func (f *hsFile) code(line int, section, code, description, parent, level string) {
	if code == total {
		return
	}
	switch before, twice := f.lines[code]; {
	case !hsForm.MatchString(code):
		f.note(line, "%s is not a code of 2, 4 or 6 digits", cell.Show(code))
		return
	case twice:
		f.note(line, "%s stands in line %d already", code, before)
		return
	}
	f.lines[code] = line
	if level != fmt.Sprint(len(code)) {
		f.note(line, "%s has %d digits and the level %s", code, len(code), cell.Show(level))
	}
	up := code[:len(code)-2]
	if parent != up && (up != "" || parent != total) {
		f.note(line, "%s has the parent %s, not %s", code, cell.Show(parent), cell.Show(up))
	}
	if description == "" || len(description) > 2000 {
		f.note(line, "%s has no description of at most 2,000 characters", code)
	}
	row := models.HSCode{Code: code, Description: description}
	if up != "" {
		row.Parent = &up
	}
	if section != "" && section != total {
		row.Section = &section
		if name, known := f.sections[section]; known {
			row.SectionName = &name
		} else if len(f.sections) > 0 {
			f.note(line, "%s is in the section %s, which is unknown", code, cell.Show(section))
		}
	}
	f.codes = append(f.codes, row)
}

// tree notes codes whose parent is not in the file.
func (f *hsFile) tree() {
	for _, c := range f.codes {
		if c.Parent != nil && f.lines[*c.Parent] == 0 {
			f.note(f.lines[c.Code], "%s is below %s, which is not in the file", c.Code, *c.Parent)
		}
	}
	slices.SortStableFunc(f.wrong.First, func(a, b csvfile.Note) int { return a.Line - b.Line })
}

func (f *hsFile) write(tx *gorm.DB, report *HSReport) error {
	report.New, report.Changed, report.Left = 0, 0, 0
	if err := changing(tx); err != nil {
		return err
	}
	there, err := database.Find[models.HSCode](tx, "HS codes")
	if err != nil {
		return err
	}
	known := make(map[string]*models.HSCode, len(there))
	for _, c := range there {
		known[c.Code] = c
	}
	var fresh, changed []models.HSCode
	for _, c := range f.codes {
		old := known[c.Code]
		delete(known, c.Code)
		switch {
		case old == nil:
			fresh = append(fresh, c)
		case said(old) != said(&c):
			changed = append(changed, c)
		}
	}
	report.New, report.Changed, report.Left = len(fresh), len(changed), len(known)
	if err := database.Copy(tx, fresh); err != nil {
		return err
	}
	if len(changed) > 0 {
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(changed, 1000).Error; err != nil {
			return fmt.Errorf("change HS codes: %w", err)
		}
	}
	// Those below others leave first.
	gone := slices.SortedFunc(maps.Keys(known), func(a, b string) int { return len(b) - len(a) })
	for len(gone) > 0 {
		n := slices.IndexFunc(gone, func(code string) bool { return len(code) != len(gone[0]) })
		if n < 0 {
			n = len(gone)
		}
		if err := tx.Where("code in ?", gone[:n]).Delete(&models.HSCode{}).Error; err != nil {
			return fmt.Errorf("remove HS codes: %w", err)
		}
		gone = gone[n:]
	}
	return nil
}

func said(c *models.HSCode) [3]string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return [3]string{c.Description, text(c.Section), text(c.SectionName)}
}
