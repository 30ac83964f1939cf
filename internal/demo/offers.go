package demo

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// writeOffers gives each brand a few promotions, and each storefront two ways
// of sending.
func (w *world) writeOffers(tx *gorm.DB, shops []*shop) error {
	var promotions []models.Promotion
	var codes []models.PromotionCode
	var options []models.DeliveryOption
	add := func(s *shop, from, to int, title, chinese string, change func(*models.Promotion)) *models.Promotion {
		starts, ends := w.today.AddDate(0, 0, from), w.today.AddDate(0, 0, to)
		made := w.today.AddDate(0, -2, -len(promotions))
		p := models.Promotion{
			BrandID: s.brand.ID, ID: idOf(made, w.offered), Trigger: models.TriggerAutomatic, Target: models.TargetOrder,
			DefaultLanguage: "en", Texts: models.Texts[models.TitleText]{"en": {Title: title}, "zh-CN": {Title: chinese}},
			StartsAt: starts, EndsAt: &ends, Version: 1, CreatedAt: made, UpdatedAt: made,
		}
		change(&p)
		promotions = append(promotions, p)
		return &promotions[len(promotions)-1]
	}
	first := shops[0]
	add(first, -11, -10, "Singles' Day: 10% off", "双十一全场九折", func(p *models.Promotion) {
		p.Kind, p.BasisPoints = models.PromotionPercentage, 1000
	})
	add(first, 20, 30, "Winter: buy two, get one free", "冬日买二赠一", func(p *models.Promotion) {
		p.Kind, p.Target, p.BasisPoints, p.BuyQuantity, p.GetQuantity = models.PromotionBuyXGetY, models.TargetLines, 10_000, 2, 1
	})
	for _, s := range shops {
		add(s, -40, 200, "Free delivery", "包邮", func(p *models.Promotion) {
			p.Kind, p.Target, p.StorefrontID, p.Currency = models.PromotionFreeShipping, models.TargetShipping, &s.front.ID, &s.front.Currency
			p.MinimumMinor, p.EndsAt = 50_000, nil
		})
		id := func(at time.Time) uuid.UUID { return idOf(at, w.offered) }
		options = append(options, w.sending(s.front, 0, id), w.sending(s.front, 1, id))
	}
	limit, each := int64(10_000), int64(1)
	welcome := add(first, -60, 300, "Welcome: 5 off", "新客立减 5 元", func(p *models.Promotion) {
		p.Kind, p.Trigger, p.StorefrontID, p.Currency = models.PromotionFixed, models.TriggerCode, &first.front.ID, &first.front.Currency
		p.AmountMinor, p.MinimumQuantity, p.UseLimit, p.ShopperLimit = 500, 2, &limit, &each
	})
	for _, code := range []string{"WELCOME", strings.ToUpper(first.brand.Slug)} {
		codes = append(codes, models.PromotionCode{BrandID: first.brand.ID, Code: code, PromotionID: welcome.ID, CreatedAt: welcome.CreatedAt})
	}
	return copyAll(tx, rowsOf(promotions), rowsOf(codes), rowsOf(options))
}

// sending is a way in which a storefront sends: by sea, or faster and dearer.
func (w *world) sending(front *models.Storefront, n int, id func(time.Time) uuid.UUID) models.DeliveryOption {
	made := w.opened.Add(time.Duration(n) * time.Minute)
	o := models.DeliveryOption{
		BrandID: front.BrandID, ID: id(made), StorefrontID: front.ID, DefaultLanguage: "en", Currency: front.Currency,
		Texts:   models.Texts[models.TitleText]{"en": {Title: "Standard"}, "zh-CN": {Title: "标准配送"}},
		MinDays: 7, MaxDays: 14, Position: int32(n), Version: 1, CreatedAt: made, UpdatedAt: made,
	}
	free := int64(30_000)
	zone := models.DeliveryZone{
		Countries: []string{front.Country}, BaseMinor: 800,
		Steps: []models.DeliveryStep{{UpToGrams: 1000, AmountMinor: 1200}, {UpToGrams: 3000, AmountMinor: 2400}},
		Extra: &models.DeliveryExtra{Grams: 1000, AmountMinor: 700}, FreeFromMinor: &free,
	}
	if n == 1 {
		o.Texts = models.Texts[models.TitleText]{"en": {Title: "Express"}, "zh-CN": {Title: "特快配送"}}
		o.MinDays, o.MaxDays = 3, 5
		zone.BaseMinor, zone.FreeFromMinor, zone.Extra = 3000, nil, nil
	}
	o.Zones = []models.DeliveryZone{zone}
	if front.Country == "CN" {
		far := zone
		far.Regions, far.BaseMinor, far.FreeFromMinor = []string{"XZ", "XJ"}, zone.BaseMinor+2000, nil
		o.Zones = append(o.Zones, far)
	}
	return o
}
