//go:build realdata

package customs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
)

func TestRealNomenclature(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("REALDATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	open := func(name string) *os.File {
		f, err := os.Open(filepath.Join(dir, "hs-codes", name))
		if err != nil {
			t.Fatalf("set REALDATA to the folder of the real data: %v", err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	w := newWorld(t, dbtest.New(t).Gorm)
	for i, want := range []int{6939, 0} {
		r, err := w.rules.ImportHSCodes(w.ctx, customs.HSImport{Codes: open("harmonized-system.csv"), Sections: open("sections.csv")})
		if err != nil || r.New != want || r.Changed+r.Left != 0 || r.Chapters != 97 || r.Headings != 1229 || r.Subheadings != 5613 {
			t.Fatalf("%d: %+v %v %s", i, r, err, notes(r.Wrong))
		}
	}
}
