package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// good is what every brand sells, by its number.
type good struct {
	N          int32
	Texts      models.Texts[models.ProductText] `gorm:"type:jsonb;serializer:json"`
	Tags       models.StringList
	CategoryID uuid.UUID
	Tokens     string
}

// TableName of goods.
func (good) TableName() string { return "bench_goods" }

const categories = 50

// writeGoods writes what a brand sells, and one that a single brand sells
// instead of its last.
func (c Catalogue) writeGoods(tx *gorm.DB) error {
	chance := rand.New(rand.NewPCG(7, uint64(c.Products)))
	ranges := make([]models.Category, categories)
	for i := range ranges {
		slug := fmt.Sprintf("range-%d", i)
		ranges[i] = models.Category{
			ID: uuid.Must(uuid.NewV7()), Slug: slug, Path: slug, Texts: models.Texts[models.CategoryText]{"en": {Name: fmt.Sprintf("Range %d", i)}},
			Version: 1, CreatedAt: catalogueStart, UpdatedAt: catalogueStart,
		}
	}
	if err := database.Copy(tx, ranges); err != nil {
		return err
	}
	err := tx.Exec("create unlogged table bench_goods (n integer, texts jsonb, tags text[], category_id uuid, tokens text)").Error
	if err != nil {
		return err
	}
	v, goods := newVocabulary(chance, c.Words()), make([]good, c.perBrand()+1)
	for n := range goods {
		category := ranges[chance.IntN(categories)]
		p := models.Product{Texts: v.texts(chance, c.word(n), n%4 == 0), Tags: some(chance, v.english, 3)}
		goods[n] = good{N: int32(n), Texts: p.Texts, Tags: p.Tags, CategoryID: category.ID,
			Tokens: string(search.Tokens(&p, nil, []string{category.Texts["en"].Name}))}
	}
	return database.Copy(tx, goods)
}

// word is the one that is to be found in the n-th goods, if any.
func (c Catalogue) word(n int) *Word {
	words, size := c.Words(), c.perBrand()
	switch {
	case len(words) == 0:
		return nil
	case n == size:
		return &words[0]
	case n < size/5:
		return &words[2]
	case n < size/5+size/100:
		return &words[1]
	}
	return nil
}

// texts of a product, with a word that is to be in the title or below it.
func (v vocabulary) texts(chance *rand.Rand, word *Word, inTitle bool) models.Texts[models.ProductText] {
	title, about := some(chance, v.english, 6), some(chance, v.english, 40)
	titleZH, aboutZH := some(chance, v.chinese, 7), some(chance, v.chinese, 25)
	switch {
	case word != nil && inTitle:
		title[1], titleZH[1] = word.English, word.Chinese
	case word != nil:
		about[5], aboutZH[5] = word.English, word.Chinese
	}
	return models.Texts[models.ProductText]{
		"en":    {Title: strings.Join(title, " "), Description: "<p>" + strings.Join(about, " ") + "</p>"},
		"zh-CN": {Title: strings.Join(titleZH, ""), Description: strings.Join(aboutZH, "，")},
	}
}
