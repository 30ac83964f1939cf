package apitest_test

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

func recipientObject() object {
	return object{
		"name": "李娜", "phone": "+86 138 0000 0000", "country": "CN", "region": "ZJ", "province": "浙江省", "city": "杭州市",
		"district": "西湖区", "street": "文三路 1 号", "postalCode": "310012",
	}
}

// guestsCart makes a cart of a guest with one line, and tells its secret.
func (w *shopWorld) guestsCart() (c models.Cart, l models.CartLine, secret string) {
	secret = base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	hash := sha256.Sum256([]byte(secret))
	c = models.Cart{
		ID: fixture.ID(), SecretHash: hash[:], Country: "CN", Currency: "CNY", Status: models.CartOpen, DiscountCodes: models.StringList{},
		Deliveries: []models.CartDelivery{}, Promotions: []models.CartPromotion{}, Taxes: []models.CartTax{}, Version: 1, ExpiresAt: w.api.Now.AddDate(0, 0, 30), CreatedAt: w.api.Now, UpdatedAt: w.api.Now,
	}
	l = models.CartLine{
		CartID: c.ID, ID: fixture.ID(), BrandID: w.brand.ID, StorefrontID: w.shop.ID, ProductID: w.goods.Product.ID,
		VariantID: w.goods.Variants[0].ID, Quantity: 2, UnitPriceMinor: 1200, DefaultLanguage: "en",
		Texts: models.Texts[models.LineText]{"en": {Title: "Honey"}}, Options: []models.SelectedOption{}, AddedAt: w.api.Now,
	}
	for _, row := range []any{&c, &l} {
		if err := w.api.DB.Gorm.Create(row).Error; err != nil {
			panic(err)
		}
	}
	return c, l, secret
}

// onCart makes a good input of a mutation of a guest's cart.
func onCart(rest func(w *shopWorld, l models.CartLine) object) []goodInput {
	return []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		c, l, secret := w.guestsCart()
		input := rest(w, l)
		input["cartId"], input["secret"] = c.GlobalID(), secret
		return w.shopper, input
	}}
}

func (w *shopWorld) cartLine() object {
	return object{"storefrontId": w.shop.GlobalID(), "variantId": w.goods.Variants[1].GlobalID(), "quantity": 2}
}

// address makes an entry of the shopper's book.
func (w *shopWorld) address() string {
	a := &models.Address{ID: fixture.ID(), ShopperID: w.shopper.Account.ID, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
		Recipient: models.Recipient{Name: "李娜", Phone: "13800000000", Country: "CN", Province: "浙江省", City: "杭州市", Street: "文三路 1 号"}}
	if err := w.api.DB.Gorm.Create(a).Error; err != nil {
		panic(err)
	}
	return globalid.Encode(globalid.Address, a.ID)
}

var (
	goodCartCreate = []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{"country": "CN", "currency": "CNY", "lines": list(w.cartLine())}
	}}
	goodCartLinesAdd    = onCart(func(w *shopWorld, _ models.CartLine) object { return object{"lines": list(w.cartLine())} })
	goodCartLinesUpdate = onCart(func(_ *shopWorld, l models.CartLine) object {
		return object{"lines": list(object{"lineId": l.GlobalID(), "quantity": 3})}
	})
	goodCartLinesRemove = onCart(func(_ *shopWorld, l models.CartLine) object { return object{"lineIds": list(l.GlobalID())} })
	goodCartMerge       = onCart(func(*shopWorld, models.CartLine) object { return object{} })
	goodCartAddressSet  = append(onCart(func(w *shopWorld, _ models.CartLine) object { return object{"addressId": w.address()} }),
		onCart(func(*shopWorld, models.CartLine) object { return object{"recipient": recipientObject()} })...)
	goodCartPaymentMethodSet = onCart(func(*shopWorld, models.CartLine) object { return object{"method": "ALIPAY"} })
	goodCartDiscountCodesSet = onCart(func(*shopWorld, models.CartLine) object { return object{"codes": list("TEN")} })
	goodCartDeliveryOption   = onCart(func(w *shopWorld, _ models.CartLine) object {
		return object{"storefrontId": w.shop.GlobalID(), "deliveryOptionId": w.delivery.GlobalID(), "expectedVersion": 1}
	})
	goodCartProblemsAccept = onCart(func(*shopWorld, models.CartLine) object { return object{"problemsKey": ""} })

	goodAddressCreate = []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{"recipient": recipientObject(), "isDefault": true}
	}}
	goodAddressUpdate = []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{"addressId": w.address(), "expectedVersion": 1, "recipient": recipientObject(), "isDefault": true}
	}}
	goodAddressDelete = []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{"addressId": w.address()}
	}}
)
