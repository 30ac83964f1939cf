package customs_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
)

const nomenclature = `section,hscode,description,parent,level
XX,95,"Toys, games and sports requisites",TOTAL,2
XX,9503,Tricycles and toys,95,4
XX,950300,"Tricycles, scooters and toys; puzzles of all kinds",9503,6
IV,22,"Beverages, spirits and vinegar",TOTAL,2
IV,2204,Wine of fresh grapes,22,4
IV,220421,"Wine; in containers of 2 litres or less",2204,6
TOTAL,99,Not specified,TOTAL,2
TOTAL,TOTAL,Total of all,TOTAL,5
`

const sections = "\ufeffsection,name\nXX,Miscellaneous manufactured articles\nIV,Prepared foodstuffs\n"

func (w *world) codes(text, sections string) (*customs.HSReport, error) {
	in := customs.HSImport{Codes: strings.NewReader(text)}
	if sections != "" {
		in.Sections = io.Reader(strings.NewReader(sections))
	}
	return w.rules.ImportHSCodes(w.ctx, in)
}

func TestImportHSCodes(t *testing.T) {
	t.Parallel()

	t.Run("again changes nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		if r, err := w.codes(nomenclature, sections); err != nil || r.Chapters != 3 || r.Headings != 2 || r.Subheadings != 2 || r.New != 7 {
			t.Fatalf("%+v %v", r, err)
		}
		if r, err := w.codes(nomenclature, sections); err != nil || r.New+r.Changed+r.Left != 0 {
			t.Errorf("%+v %v", r, err)
		}
		changed := strings.Replace(strings.Replace(nomenclature, "Wine of fresh grapes", "Wine", 1), "TOTAL,99,Not specified,TOTAL,2\n", "XX,94,Furniture,TOTAL,2\n", 1)
		if r, err := w.codes(changed, sections); err != nil || r.New != 1 || r.Changed != 1 || r.Left != 1 {
			t.Errorf("%+v %v", r, err)
		}
	})

	t.Run("tells every line that is wrong and loads none", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		for lines, want := range map[string]string{
			"XX,96,Various,TOTAL,2\nXX,96,Various,TOTAL,2": "10: 96 stands in line 9 already",
			"XX,96011,Ivory,9601,6":                        `9: "96011" is not a code of 2, 4 or 6 digits`,
			"XX,9601,Ivory,96,4":                           "9: 9601 is below 96, which is not in the file",
			"XX,9504,Games,22,4":                           `9: 9504 has the parent "22", not "95"`,
			"XX,9504,Games,95,6":                           `9: 9504 has 4 digits and the level "6"`,
			"XX,9504,,95,4":                                "9: 9504 has no description",
			"XXII,9504,Games,95,4":                         `9: 9504 is in the section "XXII", which is unknown`,
			"XX,9504,Games,95,4,more":                      "9: the row has 6 cells, the header 5",
		} {
			r, err := w.codes(strings.TrimSuffix(nomenclature, "TOTAL,TOTAL,Total of all,TOTAL,5\n")+lines+"\n", sections)
			if got := notes(r.Wrong); !errors.Is(err, customs.ErrWrong) || !strings.Contains(got, want) {
				t.Errorf("%s: %v %q, want %q", lines, err, got, want)
			}
		}
		for text, want := range map[string]string{"": "the file is empty", "a,b\n": "line 1: there is no column section", "section,hscode,description,parent,level\n": "the file has no code"} {
			if _, err := w.codes(text, ""); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", text, err)
			}
		}
		if r, err := w.codes(nomenclature, "section,name\nXX,A\nXX,B\nIV,\n"); !errors.Is(err, customs.ErrWrong) || r.Wrong.Count != 2 {
			t.Errorf("%v %s", err, notes(r.Wrong))
		}
		var n int64
		if w.db.Table("hs_codes").Count(&n); n != 0 {
			t.Errorf("%d codes were loaded", n)
		}
	})
}
