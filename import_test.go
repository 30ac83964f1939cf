package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/models"
)

// Every command of the guide that has its output below it is run, in order.
func TestImportingGuide(t *testing.T) {
	t.Parallel()
	root, err := servertest.Root()
	must(t, err)
	guide, err := os.ReadFile(filepath.Join(root, "docs/guides/importing.md"))
	must(t, err)
	examples := regexp.MustCompile("(?s)```sh\n(.*?)```\n\n```text\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(examples) != 3 {
		t.Fatalf("%d examples", len(examples))
	}
	dsn := dbtest.DSN(t)
	db := dbtest.Open(t, dsn, database.Options{})
	run := func(example []string) servertest.Result {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(example[1], "go run .", servertest.Binary(t), 1))
		cmd.Dir, cmd.Env = root, []string{"PATH=" + os.Getenv("PATH"), "DATABASE_URL=" + dsn}
		return servertest.RunCommand(t, cmd)
	}
	for _, example := range examples {
		r := run(example)
		if diff := cmp.Diff(example[2], r.Out); r.Code != 0 || diff != "" {
			t.Errorf("exit code %d %s\n(-guide +told):\n%s", r.Code, r.Err, diff)
		}
	}
	if r := servertest.Run(t, servertest.Options{Database: dsn}, "check"); r.Code != 0 {
		t.Errorf("check: %s", r.Out)
	}
	before := dbtest.Contents(t, db)
	for _, example := range examples {
		if r := run(example); r.Code != 0 {
			t.Errorf("again: exit code %d %s", r.Code, r.Err)
		}
	}
	if diff := cmp.Diff(before, dbtest.Contents(t, db)); diff != "" {
		t.Errorf("the second time changes something:\n%s", diff)
	}
}

func TestImportCommandTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	db := dbtest.Open(t, dsn, database.Options{})
	brand := fixture.Brand(t, db.Gorm, "acme")
	fixture.Storefront(t, db.Gorm, brand, "acme-cn", func(s *models.Storefront) { s.Currency = "EUR" })
	dir := dbtest.Folder(t)
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	sales := write("sales.csv", "o,s,q,t,p\n1,A,1,2026-01-01,5\n")
	products := write("products.csv", "Handle,Title,Price\njar,Jar,5\n")
	bad := write("bad.csv", "o,s,q,t,p\n1,A,x,2026-01-01,5\n")
	rates := write("rates.csv", "Date,USD,\n2017-01-10,1.0567,\n2017-01-10,1.0516,\n")
	columns := "--columns=order=o,sku=s,quantity=q,time=t,unit-price=p"
	into := []string{"--brand=acme", "--storefront=acme-cn", "--currency=EUR"}
	before := dbtest.Contents(t, db)
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{append([]string{"import", "sales", sales, columns}, "--brand=acme", "--storefront=acme-cn", "--currency=EUX"), 1, []string{"EUX", "unknown currency"}},
		{append([]string{"import", "sales", sales, columns}, "--brand=acme", "--storefront=acme-cn", "--currency=USD"), 1, []string{"sells in EUR, not in USD"}},
		{append([]string{"import", "sales", sales, columns}, "--brand=nobody", "--storefront=acme-cn", "--currency=EUR"), 1, []string{`unknown brand "nobody"`, "--create"}},
		{append([]string{"import", "sales", sales, "--columns=order=o,sku=s,time=when,unit-price=p"}, into...), 1, []string{"the column for time", `"when"`, "o,s,q,t,p"}},
		{append([]string{"import", "sales", sales, "--columns=order=o,sku=s"}, into...), 1, []string{"--columns", "no column is named for time"}},
		{append([]string{"import", "sales", sales, columns, "--time-zone=Mars/Phobos"}, into...), 1, []string{"Mars/Phobos", "unknown zone"}},
		{append([]string{"import", "sales", sales, columns, "--time-form=DMY"}, into...), 1, []string{"--time-form", "DD/MM/YYYY"}},
		{append([]string{"import", "sales", sales, columns, "--join=nowhere.csv:o"}, into...), 1, []string{"nowhere.csv"}},
		{append([]string{"import", "sales", sales, columns, "--country=Atlantis"}, into...), 1, []string{"Atlantis", "unknown country"}},
		{append([]string{"import", "sales", bad, columns}, into...), 1, []string{"bad.csv: nothing could be imported"}},
		{append([]string{"import", "sales", dir, columns}, into...), 1, []string{"is a folder"}},
		{append([]string{"import", "sales", dir + "/none.csv", columns}, into...), 1, []string{"none.csv", "no such file"}},
		{append([]string{"import", "products", sales}, into...), 1, []string{"sales.csv: this is no Shopify product CSV"}},
		{append([]string{"import", "products", products, "--language=!"}, into...), 1, []string{"--language"}},
		{[]string{"import", "rates", rates}, 1, []string{"rates.csv: nothing was imported: the file is wrong"}},
		{[]string{"import", "rates", sales}, 1, []string{"sales.csv: line 1: the first column must be Date"}},
		{[]string{"import", "rates", dir + "/none.csv"}, 1, []string{"none.csv", "no such file"}},
		{append([]string{"import", "products"}, into...), 2, []string{"<file>"}},
		{append([]string{"import", "products", products}, into[:2]...), 2, []string{"--currency"}},
	} {
		r := servertest.Run(t, servertest.Options{Database: dsn}, c.args...)
		if r.Code != c.code || !strings.HasPrefix(lastLine(r.Err), "tradewind: ") {
			t.Errorf("%q: exit code %d\n%s", c.args, r.Code, r.Err)
		}
		says(t, lastLine(r.Err), c.says...)
		if strings.Contains(r.Err, "SQLSTATE") {
			t.Errorf("%q tells internals: %s", c.args, r.Err)
		}
	}
	if diff := cmp.Diff(before, dbtest.Contents(t, db)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}

	t.Run("and_goes_on_with_the_next_file", func(t *testing.T) {
		r := servertest.Run(t, servertest.Options{Database: dsn}, append([]string{"import", "products", sales, products}, into...)...)
		if r.Code != 1 || !strings.Contains(r.Out, "1 new, 0 changed") {
			t.Errorf("exit code %d\n%s%s", r.Code, r.Out, r.Err)
		}
	})
}

func TestImportRates(t *testing.T) {
	t.Parallel()
	dsn, dir := dbtest.DSN(t), dbtest.Folder(t)
	content := []byte("Date,USD,CYP,\n2017-01-10,1.0567,N/A,\n2017-01-09,1.0516,0.58,\n")
	plain, archive, many := filepath.Join(dir, "rates.csv"), filepath.Join(dir, "rates.zip"), filepath.Join(dir, "many.zip")
	must(t, os.WriteFile(plain, content, 0o600))
	for path, files := range map[string]int{archive: 1, many: 2} {
		var zipped bytes.Buffer
		w := zip.NewWriter(&zipped)
		for i := range files {
			part, err := w.Create(fmt.Sprintf("rates-%d.csv", i))
			must(t, err)
			_, err = part.Write(content)
			must(t, err)
		}
		must(t, w.Close())
		must(t, os.WriteFile(path, zipped.Bytes(), 0o600))
	}
	o := servertest.Options{Database: dsn}
	first := servertest.Run(t, o, "import", "rates", plain)
	if first.Code != 0 {
		t.Fatal(first.Err)
	}
	says(t, first.Out, "days        2  from 2017-01-09 to 2017-01-10", "rates       3  1 cells say that there is none", "new         3", "changed     0")
	says(t, first.Err, "writing: 3 of 3 (100 %)")
	says(t, servertest.Run(t, o, "import", "rates", archive).Out, "new         0", "changed     0")
	if r := servertest.Run(t, o, "import", "rates", many); r.Code != 1 || !strings.Contains(r.Err, "holds 2 files") {
		t.Errorf("exit code %d: %s", r.Code, r.Err)
	}
	must(t, os.WriteFile(plain, append(content, "2017-01-06,1.06,0.59,\n2017-01-09,x,y,\n2017-01-05,1.05,,\n2017-01-04,1.05,\n"...), 0o600))
	r := servertest.Run(t, o, "import", "rates", plain)
	says(t, r.Out, "lines that are wrong: 3", "line 5: 2017-01-09 stands in line 3 already", "line 6: CYP: there is no figure; a missing one is written N/A",
		"line 7: the row has 2 cells, the header 3")
	var kept int64
	must(t, dbtest.Open(t, dsn, database.Options{}).Gorm.Raw("select count(*) from exchange_rates").Scan(&kept).Error)
	if r.Code != 1 || kept != 3 {
		t.Errorf("exit code %d, %d rates are there", r.Code, kept)
	}
}

func TestImportCustoms(t *testing.T) {
	t.Parallel()
	dsn, dir := dbtest.DSN(t), dbtest.Folder(t)
	o := servertest.Options{Database: dsn}
	codes, sections, bad := filepath.Join(dir, "codes.csv"), filepath.Join(dir, "sections.csv"), filepath.Join(dir, "bad.yaml")
	must(t, os.WriteFile(codes, []byte("section,hscode,description,parent,level\nXX,95,Toys,TOTAL,2\nXX,9503,Tricycles,95,4\n"), 0o600))
	must(t, os.WriteFile(sections, []byte("section,name\nXX,Various\n"), 0o600))
	must(t, os.WriteFile(bad, []byte("set: bad\nversion: 0\n"), 0o600))
	// One line is wrong, and nothing of the others is loaded.
	half, five := filepath.Join(dir, "half.yaml"), filepath.Join(dir, "five.csv")
	must(t, os.WriteFile(half, []byte("set: half\nversion: 1\ntitle: Half\ncountry: CN\ncurrency: CNY\nsources:\n  law: {title: A law, confidence: ASSUMED}\nrates:\n"+
		"  - {kind: DUTY, hs: \"95\", rate: 1%, from: 2016-01-01, source: law}\n  - {kind: DUTY, hs: \"95030\", rate: 1%, from: 2016-01-01, source: law}\n"+
		"  - {kind: DUTY, hs: \"96\", rate: -1%, from: 2016-01-01, source: law}\n"), 0o600))
	must(t, os.WriteFile(five, []byte("section,hscode,description,parent,level\nXX,95,Toys,TOTAL,2\nXX,95030,Tricycles,95,5\n"), 0o600))
	counted := func() (counts string) {
		db := dbtest.Open(t, dsn, database.Options{}).Gorm
		must(t, db.Raw("select (select count(*) from customs_rules) || ' rules, ' || (select count(*) from hs_codes) || ' codes'").Scan(&counts).Error)
		return counts
	}
	for path, lines := range map[string][]string{half: {"line 10: ", "line 11: "}, five: {"line 3: "}} {
		kind := map[string]string{half: "customs-rules", five: "hs-codes"}[path]
		r := servertest.Run(t, o, "import", kind, path)
		if r.Code != 1 || counted() != "0 rules, 0 codes" {
			t.Errorf("%s: exit code %d, %s", path, r.Code, counted())
		}
		says(t, r.Out, lines...)
	}
	for range 2 {
		r := servertest.Run(t, o, "import", "hs-codes", codes, "--sections="+sections)
		if r.Code != 0 {
			t.Fatal(r.Err)
		}
		says(t, r.Out, "1 chapters, 1 headings, 0 subheadings", "changed   0")
	}
	first := servertest.Run(t, o, "import", "customs-rules", "--shipped=china", "--shipped=demonstration-china")
	if first.Code != 0 {
		t.Fatal(first.Err)
	}
	says(t, first.Out, "china: version 1 of china: ", "demonstration-china: version 1 of demonstration-china: ")
	says(t, servertest.Run(t, o, "import", "customs-rules", "--shipped=china").Out, "china: version 1 of china is there already")
	db, regime := dbtest.Open(t, dsn, database.Options{}).Gorm, landedcost.CBECDirect
	brand := fixture.Brand(t, db, "acme")
	shop := fixture.Storefront(t, db, brand, "acme-cn", func(s *models.Storefront) { s.CustomsRegime = &regime })
	fixture.Sell(t, db, shop, "toy", 1, 1200)
	must(t, db.Exec("update products set hs_code = '950399' where brand_id = ?", brand.ID).Error)
	says(t, servertest.Run(t, o, "import", "customs-rules", "--shipped=china").Out,
		"to review: 1 published listings of 1 storefronts; they stay visible, listingsToReview names them", "  HS_CODE_UNKNOWN: 1")
	for want, args := range map[string][]string{
		"bad.yaml: nothing was imported: the file is wrong": {"import", "customs-rules", bad},
		"name a file, or --shipped":                         {"import", "customs-rules"},
		"no such file":                                      {"import", "customs-rules", dir + "/none.yaml"},
	} {
		if r := servertest.Run(t, o, args...); r.Code != 1 || !strings.Contains(lastLine(r.Err), want) {
			t.Errorf("%q: exit code %d: %s", args, r.Code, r.Err)
		}
	}
	says(t, servertest.Run(t, o, "import", "customs-rules", bad).Out, "line 2: version is a whole number from 1 on", "line 1: country is missing")
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
