package apitest_test

import (
	"context"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// shopWorld holds what every mutation needs to succeed once, and a rival whose
// ids must be refused.
type shopWorld struct {
	api      *apitest.API
	owner    *auth.Actor
	operator *auth.Actor
	shopper  *auth.Actor
	category *models.Category
	brand    *models.Brand
	shop     *models.Storefront
	goods    fixture.Goods
	document *models.BrandDocument
	order    *models.Order
	// promotion takes ten percent off, by the code TEN-OFF.
	promotion *models.Promotion
	delivery  *models.DeliveryOption

	rival      *models.Brand
	rivalShop  *models.Storefront
	rivalGoods fixture.Goods
	rivalOrder *models.Order

	rivalPromotion *models.Promotion
	rivalDelivery  *models.DeliveryOption
}

func newShop(t *testing.T) *shopWorld {
	t.Helper()
	w := &shopWorld{api: apitest.New(t, fixture.Start.AddDate(0, 1, 0))}
	db := w.api.DB.Gorm
	w.operator, w.shopper = fixture.Operator(t, db), fixture.Shopper(t, db, "Li Na")
	w.category = &models.Category{
		ID: fixture.ID(), Slug: "food", Path: "food", Texts: models.Texts[models.CategoryText]{"en": {Name: "Food"}},
		Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	}
	fixture.Create(t, db, w.category)
	w.brand, w.rival = fixture.Brand(t, db, "acme"), fixture.Brand(t, db, "rival")
	w.owner = fixture.Member(t, db, w.brand.ID, models.RoleOwner)
	w.shop, w.rivalShop = fixture.Storefront(t, db, w.brand, "acme-cn"), fixture.Storefront(t, db, w.rival, "rival-cn")
	w.goods, w.rivalGoods = fixture.Sell(t, db, w.shop, "honey", 50, 1200, 900), fixture.Sell(t, db, w.rivalShop, "jam", 50, 800)
	w.promotion, w.rivalPromotion = fixture.Promotion(t, db, w.brand, "TEN-OFF"), fixture.Promotion(t, db, w.rival, "TEN-OFF")
	w.delivery, w.rivalDelivery = fixture.Delivery(t, db, w.shop), fixture.Delivery(t, db, w.rivalShop)
	w.document = w.papers(t, w.brand)
	w.papers(t, w.rival)
	w.order = w.buy(t, w.shop, w.goods, w.shopper, "SANDBOX-OK-FIRST")
	w.rivalOrder = w.buy(t, w.rivalShop, w.rivalGoods, fixture.Shopper(t, db, "Wang Wei"), "SANDBOX-OK-SECOND")
	return w
}

// papers make a brand complete: accepted documents and a payout account.
func (w *shopWorld) papers(t *testing.T, b *models.Brand) *models.BrandDocument {
	t.Helper()
	var first *models.BrandDocument
	for _, kind := range []models.DocumentKind{
		models.DocBusinessRegistration, models.DocTaxID, models.DocOwnerIdentity, models.DocTrademark,
	} {
		d := &models.BrandDocument{
			BrandID: b.ID, ID: fixture.ID(), Kind: kind, Reference: "file 1", Verdict: models.VerdictAccepted, SubmittedAt: fixture.Start,
		}
		fixture.Create(t, w.api.DB.Gorm, d)
		if first == nil {
			first = d
		}
	}
	fixture.Create(t, w.api.DB.Gorm, &models.PayoutAccount{
		BrandID: b.ID, ID: fixture.ID(), Holder: b.Name, BankName: "First", Country: "US", Currency: "USD", ProviderToken: "tok",
		LastDigits: "1234", CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	})
	return first
}

func (w *shopWorld) buy(t *testing.T, shop *models.Storefront, goods fixture.Goods, shopper *auth.Actor, reference string) *models.Order {
	t.Helper()
	var answer struct {
		OrderPlace struct {
			Order      struct{ ID string }
			UserErrors []struct{ Message string }
		}
	}
	w.api.As(shopper).Do(t, `mutation ($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id } userErrors { message } } }`,
		map[string]any{"input": placeInput(shop, goods, reference)}, &answer)
	if len(answer.OrderPlace.UserErrors) > 0 {
		t.Fatalf("place an order: %v", answer.OrderPlace.UserErrors)
	}
	id, err := globalid.Parse(answer.OrderPlace.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	return &models.Order{BrandID: id.Brand, ID: id.Row}
}

func placeInput(shop *models.Storefront, goods fixture.Goods, reference string) map[string]any {
	price := models.Price{AmountMinor: 1200, Currency: shop.Currency}
	if len(goods.Variants) == 1 {
		price.AmountMinor = 800
	}
	return map[string]any{
		"idempotencyKey": reference, "storefrontId": shop.GlobalID(),
		"lines": []any{map[string]any{"variantId": goods.Variants[0].GlobalID(), "quantity": 1}},
		"recipient": map[string]any{
			"name": "李娜", "phone": "+86 138 0000 0000", "country": "CN", "region": "ZJ", "province": "浙江省", "city": "杭州市",
			"district": "西湖区", "street": "文三路 1 号", "postalCode": "310012",
		},
		"payment": map[string]any{"reference": reference, "amount": price.Amount().Amount(), "currency": shop.Currency},
	}
}

// set changes a row's column behind the API's back.
func (w *shopWorld) set(sql string, args ...any) {
	ctx := database.AcrossBrands(context.Background(), database.Reconciliation)
	if err := w.api.DB.Gorm.WithContext(ctx).Exec(sql, args...).Error; err != nil {
		panic(err)
	}
}

// badIDs are ids that an input must refuse beside nonsense: of another type,
// of no row, and of somebody else's row where the caller is not an operator.
func (w *shopWorld) badIDs(field, good string, actor *auth.Actor) map[string]any {
	id, err := globalid.Parse(good)
	if err != nil {
		return nil
	}
	unknown := globalid.ID{Type: id.Type, Brand: id.Brand, Row: fixture.ID()}
	bad := map[string]any{"another type": globalid.Encode(globalid.Shopper, w.shopper.Account.ID)}
	if id.Type.OfBrand() {
		bad["of no row"] = globalid.EncodeOf(unknown.Type, unknown.Brand, unknown.Row)
		bad["of no brand"] = globalid.EncodeOf(unknown.Type, fixture.ID(), unknown.Row)
	} else {
		bad["of no row"] = globalid.Encode(unknown.Type, unknown.Row)
	}
	foreign := map[string]string{
		"brandId": w.rival.GlobalID(), "storefrontId": w.rivalShop.GlobalID(), "productId": w.rivalGoods.Product.GlobalID(),
		"variantId": w.rivalGoods.Variants[0].GlobalID(), "warehouseId": w.rivalGoods.Warehouse.GlobalID(),
		"listingId": w.rivalGoods.Listing.GlobalID(), "orderId": w.rivalOrder.GlobalID(),
		"promotionId": w.rivalPromotion.GlobalID(), "deliveryOptionId": w.rivalDelivery.GlobalID(),
	}
	if field == "purchaseId" || field == "paymentId" {
		var theirs models.Payment
		if err := w.api.DB.Gorm.Where("shopper_id <> ?", w.shopper.Account.ID).Take(&theirs).Error; err != nil {
			panic(err)
		}
		foreign["paymentId"], foreign["purchaseId"] = theirs.GlobalID(), globalid.Encode(globalid.Purchase, theirs.PurchaseID)
	}
	if actor == w.shopper {
		delete(foreign, "storefrontId") // a shopper buys anywhere
	}
	if theirs, ok := foreign[field]; ok && !actor.HoldsEverywhere(auth.BrandReview) {
		bad["somebody else's"] = theirs
	}
	return bad
}

// digest sums up every table of the database.
func (w *shopWorld) digest(t *testing.T) string {
	t.Helper()
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	db := w.api.DB.Gorm.WithContext(ctx)
	var tables []string
	err := db.Raw(`select table_name from information_schema.tables where table_schema = 'public' and table_name not like 'goose%' order by 1`).
		Scan(&tables).Error
	if err != nil || len(tables) < 25 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	all := ""
	for _, table := range tables {
		var sum string
		if err := db.Raw(`select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from ` + table + ` t`).Scan(&sum).Error; err != nil {
			t.Fatal(err)
		}
		all += table + " " + sum + "\n"
	}
	return all
}
