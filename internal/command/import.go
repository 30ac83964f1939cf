package command

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/language"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

// Import holds the commands that bring in what others have: merchants, banks
// and customs.
type Import struct {
	Products ImportProducts `cmd:"" help:"Bring in Shopify product CSVs of any header generation, as drafts. Again changes nothing."`
	Sales    ImportSales    `cmd:"" help:"Bring in sales history from any CSV by naming its columns. Again changes nothing."`
	Rates    ImportRates    `cmd:"" help:"Bring in reference rates of currencies: the history file of the European Central Bank. Again changes nothing."`

	HSCodes      ImportHSCodes      `cmd:"" name:"hs-codes" help:"Bring in the nomenclature of the Harmonized System. Again changes nothing."`
	CustomsRules ImportCustomsRules `cmd:"" name:"customs-rules" help:"Bring in dated rules of customs: duties, taxes, limits, lists and fees. Again changes nothing."`
}

// Into are the flags of every import: where it goes, and how its file is written.
type Into struct {
	Brand      string `env:"IMPORT_BRAND" placeholder:"SLUG" help:"Brand to import for."`
	Storefront string `env:"IMPORT_STOREFRONT" placeholder:"SLUG" help:"Its storefront."`
	Currency   string `env:"IMPORT_CURRENCY" placeholder:"CODE" help:"Currency of the file and the storefront, such as USD."`
	DryRun     bool   `env:"IMPORT_DRY_RUN" help:"Tell what would be imported, and write nothing."`

	Create       bool   `env:"IMPORT_CREATE" group:"When brand or storefront are not there" help:"Make them: a brand that has applied, a draft storefront."`
	BrandCountry string `default:"US" env:"IMPORT_BRAND_COUNTRY" group:"When brand or storefront are not there" placeholder:"CODE" help:"Country of the brand (${default})."`
	Market       string `default:"CN" env:"IMPORT_MARKET" group:"When brand or storefront are not there" placeholder:"CODE" help:"Country that the storefront sells to (${default})."`
	Language     string `default:"en" env:"IMPORT_LANGUAGE" group:"How the file is written" placeholder:"TAG" help:"Language of its texts (${default})."`

	Encoding  string `enum:",utf-8,utf-16,windows-1252,gb18030" default:"" env:"IMPORT_ENCODING" group:"How the file is written" placeholder:"NAME" help:"Encoding: utf-8, utf-16, windows-1252 or gb18030. Default: UTF-8, or UTF-16 where the file begins so."`
	Separator string `enum:",comma,semicolon,tab,bar" default:"" env:"IMPORT_SEPARATOR" group:"How the file is written" placeholder:"NAME" help:"What stands between cells: comma, semicolon, tab or bar. Default: found in the file."`
	Notes     int    `default:"20" env:"IMPORT_NOTES" help:"Most rows to report one by one (${default}, at most 10,000); the others are counted."`
}

// needs fails where flags are missing, but for those of the columns that say
// the same row by row.
func (o *Into) needs(columns salescsv.Columns) error {
	var missing []string
	for _, flag := range []struct{ value, name, placeholder string }{
		{o.Brand, "brand", "SLUG"}, {o.Currency, "currency", "CODE"}, {o.Storefront, "storefront", "SLUG"},
	} {
		if flag.value == "" && columns[salescsv.Field(flag.name)] == "" {
			missing = append(missing, "--"+flag.name+"="+flag.placeholder)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("missing flags: %s", strings.Join(missing, ", "))
}

func (o *Into) target() (transfer.Target, error) {
	var currency money.Currency
	if o.Currency != "" {
		var err error
		if currency, err = money.ParseCurrency(o.Currency); err != nil {
			return transfer.Target{}, fmt.Errorf("--currency %s: unknown currency; give an ISO 4217 code such as USD", o.Currency)
		}
	}
	tag, err := language.Parse(o.Language)
	if err != nil {
		return transfer.Target{}, fmt.Errorf("--language %s: give a BCP 47 tag such as en or zh-CN", o.Language)
	}
	t := transfer.Target{Brand: o.Brand, Storefront: o.Storefront, Currency: currency, Create: o.Create, Language: tag.String()}
	if t.Country, err = country("--brand-country", o.BrandCountry); err != nil {
		return t, err
	}
	t.Market, err = country("--market", o.Market)
	return t, err
}

func country(flag, name string) (string, error) {
	code, ok := salescsv.CountryCode(name)
	if !ok {
		return "", fmt.Errorf("%s %s: unknown country; give an ISO 3166-1 code such as CN", flag, name)
	}
	return code, nil
}

func (o *Into) csv() csvfile.Options {
	separators := map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "bar": '|'}
	return csvfile.Options{Encoding: o.Encoding, Separator: separators[o.Separator]}
}

// notes prints what there is to tell about rows, the first ones in full.
func (o *Into) notes(w io.Writer, title string, notes csvfile.Notes) {
	tellNotes(w, title, notes, o.Notes)
}

func tellNotes(w io.Writer, title string, notes csvfile.Notes, most int) {
	if notes.Count == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %d\n", title, notes.Count)
	shown := notes.First[:min(max(most, 0), len(notes.First))]
	for _, n := range shown {
		if n.File != "" {
			fmt.Fprintf(w, "  %s line %d: %s\n", n.File, n.Line, n.Text)
		} else {
			fmt.Fprintf(w, "  line %d: %s\n", n.Line, n.Text)
		}
	}
	if more := notes.Count - len(shown); more > 0 {
		fmt.Fprintf(w, "  and %d more (--notes shows more)\n", more)
	}
}

func fileSource(path string) transfer.Source {
	return transfer.Source{Name: path, Open: func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			_ = f.Close()
			return nil, fmt.Errorf("%s is a folder", path)
		}
		return f, nil
	}}
}

func transfers(db *gorm.DB) *transfer.Service {
	return transfer.NewService(db, transfer.Domain{
		Brands: brand.NewService(db, utc), Storefronts: storefront.NewService(db, utc),
		Catalog: catalog.NewService(db, customs.NewService(db, utc), utc), Stock: inventory.NewService(db, utc),
	}, utc)
}

func made(w io.Writer, dry bool, made []string) {
	if len(made) == 0 {
		return
	}
	verb := "made"
	if dry {
		verb = "would make"
	}
	fmt.Fprintf(w, "%s %s\n", verb, strings.Join(made, " and "))
}
