package demo

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/models"
)

// shopper is a consumer with one address.
type shopper struct {
	id        uuid.UUID
	recipient models.Recipient
}

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林"}
	given    = []string{"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "霞", "平", "晓雨", "子涵", "思远", "佳怡"}
	streets  = []string{"人民路", "解放路", "中山路", "建设路", "和平街", "学院路", "滨江大道", "文化路"}
)

// Places by their ISO 3166-2 code, the more often the more likely.
var places = []struct {
	region, province, city, district, postal string
	weight                                   int
}{
	{"SH", "上海市", "上海市", "徐汇区", "200030", 14}, {"BJ", "北京市", "北京市", "朝阳区", "100020", 12},
	{"GD", "广东省", "广州市", "天河区", "510630", 12}, {"GD", "广东省", "深圳市", "南山区", "518052", 12},
	{"ZJ", "浙江省", "杭州市", "西湖区", "310012", 11}, {"ZJ", "浙江省", "宁波市", "鄞州区", "315100", 5},
	{"JS", "江苏省", "南京市", "鼓楼区", "210009", 8}, {"JS", "江苏省", "苏州市", "姑苏区", "215000", 7},
	{"SC", "四川省", "成都市", "武侯区", "610041", 9}, {"HB", "湖北省", "武汉市", "洪山区", "430070", 6},
	{"CQ", "重庆市", "重庆市", "渝中区", "400010", 5}, {"SN", "陕西省", "西安市", "雁塔区", "710061", 5},
	{"SD", "山东省", "青岛市", "市南区", "266071", 5}, {"FJ", "福建省", "厦门市", "思明区", "361004", 4},
	{"LN", "辽宁省", "大连市", "中山区", "116001", 3}, {"HN", "湖南省", "长沙市", "岳麓区", "410006", 4},
	{"TJ", "天津市", "天津市", "和平区", "300041", 3}, {"HA", "河南省", "郑州市", "金水区", "450003", 4},
}

func (w *world) people() []models.Account {
	total := 0
	for _, p := range places {
		total += p.weight
	}
	rows := make([]models.Account, shopperCount)
	for i := range rows {
		place := places[w.weighted(total, func(i int) int { return places[i].weight })]
		name := surnames[w.random.IntN(len(surnames))] + given[w.random.IntN(len(given))]
		email := fmt.Sprintf("shopper%04d@example.com", i+1)
		id := w.id(w.opened)
		rows[i] = models.Account{
			ID: id, Handle: handle(id), Issuer: Issuer, Subject: fmt.Sprintf("shopper-%04d", i+1), Name: &name, Email: &email,
			CreatedAt: w.opened,
		}
		if i == 0 {
			// The shopper of the token command is the one with the most orders.
			rows[i].Issuer, rows[i].Subject = identity.DevelopmentIssuer, "shopper"
		}
		w.shoppers = append(w.shoppers, &shopper{id: rows[i].ID, recipient: models.Recipient{
			Name: name, Phone: fmt.Sprintf("+86 138 %04d %04d", w.random.IntN(10000), w.random.IntN(10000)), Country: "CN",
			Region: place.region, Province: place.province, City: place.city, District: place.district, PostalCode: place.postal,
			Street: fmt.Sprintf("%s%d号%d室", streets[w.random.IntN(len(streets))], 1+w.random.IntN(400), 101+w.random.IntN(2400)),
		}})
	}
	return rows
}

// newcomers are the people the database does not know: a token may have been
// made for the first shopper before there was any data.
func (w *world) newcomers(tx *gorm.DB) ([]models.Account, error) {
	people := w.people()
	var known models.Account
	err := tx.Where("issuer = ? and subject = ?", people[0].Issuer, people[0].Subject).Limit(1).Find(&known).Error
	if err != nil || known.ID == uuid.Nil {
		return people, err
	}
	w.shoppers[0].id = known.ID
	return people[1:], nil
}
