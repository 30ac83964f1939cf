package productcsv_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/productcsv"
)

func parse(t *testing.T, text string, currency money.Currency) (*productcsv.File, error) {
	t.Helper()
	r, err := csvfile.NewReader(strings.NewReader(text), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return productcsv.Read(r, currency)
}

// outline tells products, variants, pictures and notes a line each.
func outline(f *productcsv.File) []string {
	var out []string
	for _, p := range f.Products {
		line := fmt.Sprintf("%s %q %s", p.Handle, p.Title, p.Status)
		for _, o := range p.Options {
			line += fmt.Sprintf(" %s=%s", o.Name, strings.Join(o.Values, "/"))
		}
		out = append(out, line)
		for _, v := range p.Variants {
			line := "  variant"
			for _, o := range v.Options {
				line += " " + o.Value
			}
			if v.Price != nil {
				line += " " + v.Price.Amount()
			}
			if v.CompareAt != nil {
				line += " was " + v.CompareAt.Amount()
			}
			if v.SKU != "" {
				line += " sku " + v.SKU
			}
			if v.Grams != nil {
				line += fmt.Sprintf(" %dg", *v.Grams)
			}
			if c := v.NetContent; c != nil {
				line += fmt.Sprintf(" net %s %s", c.Quantity, c.Unit)
			}
			if v.Stock != nil {
				line += fmt.Sprintf(" stock %d", *v.Stock)
			}
			if v.Tracked {
				line += " tracked"
			}
			out = append(out, line)
		}
		for _, i := range p.Images {
			out = append(out, strings.TrimRight("  picture "+i.URL+" "+i.Alt, " "))
		}
	}
	for _, n := range f.Refused.First {
		out = append(out, fmt.Sprintf("refused %d: %s", n.Line, n.Text))
	}
	for _, n := range f.Doubts.First {
		out = append(out, fmt.Sprintf("doubt %d: %s", n.Line, n.Text))
	}
	return out
}

const oldest = "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams," +
	"Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text\n"

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"takes_the_oldest_header_with_variants_pictures_and_rows_that_are_both": {
			oldest +
				"jar,Honey Jar,<p>x</p>,Farm,Honey,\"raw, sweet, Raw\",Size,Small,Colour,Amber,J-1,450.4,shopify,3,deny,9.5,12,https://e.com/2.jpg,2,\r\n" +
				"jar,,,,,,,Large,,Amber,J-2,,shopify,-2,continue,19,0.00,https://e.com/1.jpg,1,A jar\n" +
				"jar,,,,,,,,,,,,,,,,,https://e.com/3.jpg,3,\n" +
				"jar,,,,,,,,,,,,,,,,,https://e.com/3.jpg,4,\n" +
				"wax,Wax,,,,,Title,Default Title,,,,0,,1,deny,4,,,,\n",
			[]string{
				`jar "Honey Jar" ACTIVE Size=Small/Large Colour=Amber`,
				"  variant Small Amber 9.50 was 12.00 sku J-1 450g stock 3 tracked",
				"  variant Large Amber 19.00 sku J-2 stock 0",
				"  picture https://e.com/1.jpg A jar", "  picture https://e.com/2.jpg", "  picture https://e.com/3.jpg",
				`wax "Wax" ACTIVE`, "  variant 4.00 stock 1",
				"doubt 3: the inventory of -2 is taken as 0",
			},
		},
		"takes_the_header_of_2021": {
			"Handle,Title,Standardized Product Type,Custom Product Type,Option1 Name,Option1 Value,Variant Price,Status\n" +
				"jar,Jar,Food,Honey,Title,Default Title,5,draft\n",
			[]string{`jar "Jar" DRAFT`, "  variant 5.00"},
		},
		"takes_the_header_of_2024_below_another_line": {
			"product_template\r\nTitle,URL handle,Option1 name,Option1 value,SKU,Price,Price / International,Weight value (grams),Status,Product image URL\r\n" +
				"Jar,jar,Title,Forest,F,5.00,9.00,395,Archived,https://e.com/1.jpg\r\n,jar,,Meadow,M,6,,,,\r\n",
			[]string{`jar "Jar" ARCHIVED Title=Forest/Meadow`, "  variant Forest 5.00 sku F 395g", "  variant Meadow 6.00 sku M", "  picture https://e.com/1.jpg"},
		},
		"knows_columns_however_they_are_cased_and_spelt": {
			"HANDLE,title,Body,Option1 name,option1 VALUE,variant price,Image src,Some (product.metafields.custom.some)\n" +
				"jar,Jar,x,Title,Default Title,5,https://e.com/?1 ,kept out\n",
			[]string{`jar "Jar" ACTIVE`, "  variant 5.00", "  picture https://e.com/?1"},
		},
		"joins_a_handle_in_separate_blocks_and_keeps_its_twin_variants": {
			oldest + "jar,Jar,,,,,Size,S,,,,,,,,5,,,,\nwax,Wax,,,,,,,,,,,,,,4,,,,\njar,Other,,,,,Size,s,,,,,,,,6,,,,\njar,,,,,,,S,,,,,,,,7,,,,\n",
			[]string{
				`jar "Jar" ACTIVE Size=S/s (2)/S (3)`, "  variant S 5.00", "  variant s (2) 6.00", "  variant S (3) 7.00",
				`wax "Wax" ACTIVE`, "  variant 4.00",
				"doubt 4: jar begins again: what line 2 says of the product stays, variants and pictures are added",
				`doubt 4: jar has a variant "s" already: this one is kept as "s (2)"`,
				`doubt 5: jar has a variant "S" already: this one is kept as "S (3)"`,
			},
		},
		"refuses_a_row_in_whole_and_keeps_the_others": {
			oldest +
				"jar,Jar,,,,,Size,S,,,,,,,,5,,,,\n" +
				"jar,,,,,,,M,,,,,,,,1e999,,https://e.com/1.jpg,,\n" +
				"jar,,,,,,,L,,,,,,1000000000000,,-4,,,,\n" +
				"jar,,,,,,,,,,,,,,,4,,,,\n" +
				"jar,,,,,,,XL,,Red,,,,,,4.999,,,,\n" +
				"jar,,,,,,Colour,S,,,,,,,,5,,,,\n" +
				",Lost,,,,,,,,,,,,,,5,,,,\n" +
				"new,,,,,,,,,,,,,,,5,,,,\n" +
				"bad,Bad,,,,,,,,,,,,,,x,,,,\n" +
				"bad,,,,,,,,,,,,,,,5,,,,\n" +
				"jar,,,,,,,,,,,,,,,,,ftp://e.com/1,,\n" +
				"jar,,,,,,,,,,SKU,,,,,,,,,\n" +
				"jar,,,,,,,Tiny,,,,,,,,3,,,,\n",
			[]string{
				`jar "Jar" ACTIVE Size=S/Tiny`, "  variant S 5.00", "  variant Tiny 3.00",
				`refused 3: the price "1e999" is not a number`,
				`refused 4: the inventory quantity "1000000000000" is out of range; the price "-4" is out of range`,
				`refused 5: there is no value of the option "Size"`,
				`refused 6: option 2 has a value; jar has 1 options; the price "4.999" has more decimals than USD has`,
				`refused 7: option 1 is "Colour" here and "Size" in line 2`,
				`refused 8: the row has no handle`,
				`refused 9: the first row of new has no title`,
				`refused 10: the price "x" is not a number`,
				`refused 11: the first row of bad, in line 10, is refused`,
				`refused 12: the picture "ftp://e.com/1" is no https address`,
				`refused 13: the row has neither a title nor a price nor a picture`,
			},
		},
		"doubts_what_a_spreadsheet_has_spoilt": {
			"Handle,Title,Variant Barcode,Variant Price,Variant SKU,Image Src,Tags,Status\n" +
				"My_Jar,Jar,3.65275E+11,5,\"AD-04\n-blue\",http://e.com/1.jpg," + strings.Repeat("x", 61) + ",unlisted\n" +
				"蜂蜜,Honey,6901234567892,5,,,,\n",
			[]string{
				`my-jar "Jar" DRAFT`, "  variant 5.00 sku AD-04-blue", `product-7b026c56a4 "Honey" ACTIVE`, "  variant 5.00",
				`doubt 2: the handle "My_Jar" becomes my-jar`,
				`doubt 2: the tag "` + strings.Repeat("x", 60) + `…" is longer than 60 characters and left out`,
				`doubt 2: the status "unlisted" is taken as draft`,
				`doubt 2: the barcode "3.65275E+11" has lost its digits in a spreadsheet and is left out`,
				`doubt 2: the picture "http://e.com/1.jpg" is no https address and left out`,
				`doubt 4: the handle "蜂蜜" becomes product-7b026c56a4`,
			},
		},
		"reads_net_contents_in_the_units_of_the_file": {
			"Handle,Title,Option1 Name,Option1 Value,Variant Price,Net content,Net content (unit)\n" +
				"cream,Cream,Size,S,5,20,g\ncream,,,M,5,0.25,KG\ncream,,,L,5,1.7,fl. oz\ncream,,,XL,5,7.5,cl\ncream,,,Set,5,3,PIECE\n" +
				"cream,,,A,5,,\ncream,,,B,5,0,\ncream,,,C,5,,ml\ncream,,,D,5,20,\ncream,,,E,5,20,stone\ncream,,,F,5,twenty,g\n" +
				"cream,,,G,5,-20,g\ncream,,,H,5,0,g\ncream,,,I,5,0.5,mg\ncream,,,J,5,1.2345,ml\ncream,,,K,5,2000000,kg\ncream,,,L2,5,毫升,100\n",
			[]string{
				`cream "Cream" ACTIVE Size=S/M/L/XL/Set/A/B/C`,
				"  variant S 5.00 net 20 GRAM", "  variant M 5.00 net 250 GRAM", "  variant L 5.00 net 50.275 MILLILITRE",
				"  variant XL 5.00 net 75 MILLILITRE", "  variant Set 5.00 net 3 PIECE", "  variant A 5.00", "  variant B 5.00", "  variant C 5.00",
				`refused 10: the net content "20" has no unit`,
				`refused 11: the unit of the net content, "stone", is none of g, kg, mg, oz, lb, ml, cl, l, fl oz and piece`,
				`refused 12: the net content "twenty" is not a number`,
				`refused 13: the net content -20 g is out of range`,
				`refused 14: the net content 0 g is out of range`,
				`refused 15: the net content 0.5 mg has more than 3 decimals of a gram`,
				`refused 16: the net content 1.2345 ml has more than 3 decimals of a millilitre`,
				`refused 17: the net content 2000000 kg is out of range`,
				`refused 18: the net content "毫升" is not a number`,
				"doubt 4: the net content 1.7 fl. oz is taken as 50.275 millilitre",
				`doubt 9: the net content has the unit "ml" and no amount: it is left out`,
			},
		},
		"reads_net_contents_of_the_price_by_unit": {
			"Title,URL handle,Price,Unit price total measure,Unit price total measure unit,Unit price base measure\nCream,cream,5,50,ml,100\n",
			[]string{`cream "Cream" ACTIVE`, "  variant 5.00 net 50 MILLILITRE"},
		},
		"keeps_a_product_without_a_price": {
			oldest + "jar,Jar,,,,,,,,,,,,,,,,https://e.com/1.jpg,,\n",
			[]string{`jar "Jar" ACTIVE`, "  variant", "  picture https://e.com/1.jpg", "doubt 2: jar has no row with a price"},
		},
		"refuses_damaged_rows": {
			oldest + "jar,Jar,,,,,,,,,,,,,,5,,,,\nwax,\"Wax,,,,,,,,,,,,,,5,,,,\npot,Pot,,,,,,,,,,,,,,5,,,,\n",
			[]string{`jar "Jar" ACTIVE`, "  variant 5.00", `pot "Pot" ACTIVE`, "  variant 5.00",
				"refused 3: a quote opened in this row is never closed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := parse(t, c.file, "USD")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, outline(f)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	t.Run("reads_prices_by_the_decimals_of_their_currency", func(t *testing.T) {
		t.Parallel()
		const file = "Handle,Title,Variant Price\na,A,1500\nb,B,9.990\n"
		yen, _ := parse(t, file, "JPY")
		dinar, _ := parse(t, file, "KWD")
		if n := len(yen.Products); n != 1 || yen.Products[0].Variants[0].Price.Minor != 1500 {
			t.Errorf("JPY: %v", outline(yen))
		}
		if n := len(dinar.Products); n != 2 || dinar.Products[1].Variants[0].Price.Minor != 9990 {
			t.Errorf("KWD: %v", outline(dinar))
		}
	})

	t.Run("tells_columns_that_hold_something_and_are_not_imported", func(t *testing.T) {
		t.Parallel()
		f, _ := parse(t, "Handle,Title,Variant Price,Gift Card,Empty,Price / EU\na,A,1,false,,2\n", "USD")
		if diff := cmp.Diff([]string{"Gift Card", "Price / EU"}, f.Ignored); diff != "" {
			t.Error(diff)
		}
		if f.Has != (productcsv.Columns{}) {
			t.Errorf("has %+v", f.Has)
		}
	})

	t.Run("refuses_files_of_another_kind", func(t *testing.T) {
		t.Parallel()
		for file, want := range map[string]string{
			"date,amount\n1,2\n":                      `this is no Shopify product CSV: no header with Handle, Title and a price in the first 10 rows; it begins with "date,amount"`,
			"Handle,Body\na,b\n":                      "this is no Shopify product CSV: its header has no column for title and for price",
			"Handle,Title,Variant Price,URL handle\n": `line 1: columns 1 ("Handle") and 4 ("URL handle") are both the handle`,
			"Handle,Title,Price,Price\n":              `line 1: columns 3 ("Price") and 4 ("Price") are both the price`,
		} {
			f, err := parse(t, file, "USD")
			if f != nil || err == nil || err.Error() != want {
				t.Errorf("%q: %v", file, err)
			}
		}
		long := "," + strings.Repeat("x", 1_000_000) + "\n"
		if _, err := parse(t, "Handle,Title,Price,More\n"+strings.Repeat("a,A,1"+long, 140), "USD"); !errors.Is(err, productcsv.ErrTooLarge) {
			t.Errorf("got %v", err)
		}
		_, err := parse(t, "Handle,Title,Price\n"+strings.Repeat("\"a\",\"b\n", 400_000), "USD")
		if !errors.Is(err, csvfile.ErrTooDamaged) {
			t.Errorf("got %v", err)
		}
	})
}
