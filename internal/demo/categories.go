package demo

import (
	"strings"

	"github.com/tradewind-commerce/tradewind/models"
)

// Paths of the categories with their names, parents first.
var categoryNames = [][3]string{
	{"food", "Food", "食品"},
	{"food/honey", "Honey", "蜂蜜"}, {"food/grains", "Grains and flour", "谷物与面粉"},
	{"food/fruit", "Fruit and preserves", "果干与果酱"}, {"food/nuts", "Nuts", "坚果"},
	{"food/syrup", "Syrups", "糖浆"}, {"food/mushrooms", "Mushrooms", "菌菇"},
	{"food/sauces", "Sauces and spices", "酱料与香料"}, {"food/chocolate", "Chocolate", "巧克力"},
	{"drinks", "Drinks", "饮品"}, {"drinks/coffee", "Coffee", "咖啡"}, {"drinks/soda", "Soft drinks", "软饮"},
	{"clothing", "Clothing", "服饰"},
	{"clothing/denim", "Denim", "牛仔"}, {"clothing/basics", "Basics", "基础款"},
	{"clothing/knitwear", "Knitwear", "针织"}, {"clothing/shoes", "Shoes", "鞋靴"}, {"clothing/hats", "Hats", "帽子"},
	{"home", "Home", "家居"},
	{"home/kitchen", "Kitchen", "厨房"}, {"home/tableware", "Tableware", "餐具"},
	{"home/fragrance", "Fragrance", "香氛"}, {"home/textiles", "Textiles", "家纺"},
	{"gifts", "Gifts", "礼品"}, {"gifts/jewellery", "Jewellery", "首饰"},
	{"beauty", "Beauty", "美妆"}, {"beauty/care", "Body care", "身体护理"}, {"beauty/skin", "Skin care", "护肤"},
	{"outdoor", "Outdoor", "户外"}, {"outdoor/packs", "Packs", "背包"}, {"outdoor/camping", "Camping", "露营"},
	{"toys", "Toys", "玩具"}, {"toys/wooden", "Wooden toys", "木制玩具"},
	{"pets", "Pets", "宠物"}, {"pets/food", "Pet food and care", "宠物食品与护理"},
}

func (w *world) categories() []models.Category {
	rows := make([]models.Category, 0, len(categoryNames))
	for i, c := range categoryNames {
		parent, slug, nested := strings.Cut(c[0], "/")
		row := models.Category{
			ID: w.id(w.opened), Slug: parent, Path: c[0], Position: int32(i), Version: 1, CreatedAt: w.opened, UpdatedAt: w.opened,
			Texts: models.Texts[models.CategoryText]{"en": {Name: c[1]}, "zh-CN": {Name: c[2]}},
		}
		if nested {
			id := w.category[parent].ID
			row.Slug, row.ParentID = slug, &id
		}
		rows = append(rows, row)
		w.category[c[0]] = &row
	}
	return rows
}
