package demo

import (
	"embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed catalogue/*.txt
var catalogue embed.FS

// maker is a brand of the demonstration as its file tells it.
type maker struct {
	slug, name, state string
	industry          models.Industry
	size              models.BrandSize
	jobsBefore, jobs  int32
	category          string
	// joined is how many months before today it was admitted.
	joined         int
	english, story string
	goods          []goods
}

// goods is a product as its file tells it.
type goods struct {
	handle, english, chinese, hsCode string
	// price in yuan of the first size; each further one costs 70 % more.
	price int64
	grams int32
	net   *decimal.Decimal
	unit  models.NetUnit
	sizes []string
}

// readCatalogue parses the files: a line "# slug | name | state | industry |
// size | jobs before | jobs now | category | months since it joined", its
// story in both languages, and a line for each product.
func readCatalogue() ([]*maker, error) {
	var makers []*maker
	for _, file := range []string{"farms", "kitchen", "wear", "home"} {
		text, err := catalogue.ReadFile("catalogue/" + file + ".txt")
		if err != nil {
			return nil, err
		}
		for n, line := range strings.Split(string(text), "\n") {
			var m *maker
			if len(makers) > 0 {
				m = makers[len(makers)-1]
			}
			switch {
			case line == "":
			case strings.HasPrefix(line, "# "):
				if m, err = parseMaker(line[2:]); err == nil {
					makers = append(makers, m)
				}
			case strings.HasPrefix(line, "en: "):
				m.english = line[4:]
			case strings.HasPrefix(line, "zh: "):
				m.story = line[4:]
			default:
				var g goods
				if g, err = parseGoods(line); err == nil {
					m.goods = append(m.goods, g)
				}
			}
			if err != nil {
				return nil, fmt.Errorf("%s.txt line %d: %w", file, n+1, err)
			}
		}
	}
	return makers, nil
}

func parseMaker(line string) (*maker, error) {
	f, err := cells(line, 9)
	if err != nil {
		return nil, err
	}
	numbers, err := integers(f[5], f[6], f[8])
	if err != nil {
		return nil, err
	}
	return &maker{
		slug: f[0], name: f[1], state: f[2], industry: models.Industry(f[3]), size: models.BrandSize(f[4]),
		jobsBefore: int32(numbers[0]), jobs: int32(numbers[1]), category: f[7], joined: int(numbers[2]),
	}, nil
}

func parseGoods(line string) (g goods, err error) {
	f, err := cells(line, 8)
	if err != nil {
		return g, err
	}
	numbers, err := integers(f[4], f[5])
	if err != nil {
		return g, err
	}
	g = goods{handle: f[0], english: f[1], chinese: f[2], hsCode: f[3], price: numbers[0], grams: int32(numbers[1])}
	if f[7] != "-" {
		for size := range strings.SplitSeq(f[7], ",") {
			g.sizes = append(g.sizes, strings.TrimSpace(size))
		}
	}
	if f[6] == "-" {
		return g, nil
	}
	quantity, unit, _ := strings.Cut(f[6], " ")
	net, err := decimal.NewFromString(quantity)
	g.net, g.unit = &net, map[string]models.NetUnit{"g": models.Gram, "ml": models.Millilitre, "pc": models.Piece}[unit]
	if err == nil && g.unit == "" {
		err = fmt.Errorf("unknown unit %q", unit)
	}
	return g, err
}

func cells(line string, n int) ([]string, error) {
	parts := strings.Split(line, "|")
	if len(parts) != n {
		return nil, fmt.Errorf("%d cells, want %d", len(parts), n)
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts, nil
}

func integers(texts ...string) (numbers []int64, err error) {
	for _, text := range texts {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
