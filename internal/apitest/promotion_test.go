package apitest_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
)

const reckoned = `cart { version total { amount } goods { amount } discount { amount } shipping { amount } problemsKey
	discountCodes { code applies reason } promotions { title code amount { amount } freesCarriage }
	problems { code was { amount } now { amount } promotion { title } group { sellerName } }
	groups { deliveryRequired delivery { price { amount } option { title } }
		deliveryOptions { option { id title minDays maxDays } price { amount } }
		charges { kind amount { amount } line { id } promotion { title } } } }`

type amount struct{ Amount string }

type reckonedCart struct {
	Version                          int
	Total, Goods, Discount, Shipping amount
	ProblemsKey                      *string
	DiscountCodes                    []struct {
		Code    string
		Applies bool
		Reason  *string
	}
	Promotions []struct {
		Title         string
		Code          *string
		Amount        amount
		FreesCarriage bool
	}
	Problems []struct {
		Code      string
		Was, Now  *amount
		Promotion *struct{ Title string }
		Group     *struct{ SellerName string }
	}
	Groups []struct {
		DeliveryRequired bool
		Delivery         *struct {
			Price  amount
			Option struct{ Title string }
		}
		DeliveryOptions []struct {
			Option struct {
				ID, Title        string
				MinDays, MaxDays int
			}
			Price amount
		}
		Charges []struct {
			Kind      string
			Amount    amount
			Promotion *struct{ Title string }
		}
	}
}

// visit is a guest with three small jars and a large one, of 39.00 and two
// kilograms, who has chosen the delivery for 15.00.
type visit struct {
	w   *shopWorld
	api *apitest.Client
	ref object
}

func (w *shopWorld) visit(t *testing.T) *visit {
	t.Helper()
	v := &visit{w: w, api: w.api.As(nil)}
	var made struct{ CartCreate cartPayload }
	v.api.Do(t, `mutation ($input: CartCreateInput!) { cartCreate(input: $input) { secret cart { id } } }`, object{"input": object{
		"country": "CN", "currency": "CNY", "lines": list(
			object{"storefrontId": w.shop.GlobalID(), "variantId": w.goods.Variants[1].GlobalID(), "quantity": 3},
			object{"storefrontId": w.shop.GlobalID(), "variantId": w.goods.Variants[0].GlobalID(), "quantity": 1}),
	}}, &made)
	v.ref = object{"cartId": made.CartCreate.Cart.ID, "secret": *made.CartCreate.Secret}
	v.change(t, "cartDeliveryOptionSet", object{"storefrontId": w.shop.GlobalID(), "deliveryOptionId": w.delivery.GlobalID()})
	return v
}

func (v *visit) change(t *testing.T, mutation string, input object) (c reckonedCart) {
	t.Helper()
	if refused := v.try(t, mutation, input, &c); len(refused) > 0 {
		t.Fatal(apitest.Refused(refused))
	}
	return c
}

func (v *visit) try(t *testing.T, mutation string, input object, into any) []apitest.UserError {
	t.Helper()
	all := maps.Clone(v.ref)
	maps.Copy(all, input)
	return v.api.Mutate(t, mutation, reckoned, all, into)
}

func (v *visit) read(t *testing.T) reckonedCart {
	t.Helper()
	var answer struct{ Cart reckonedCart }
	v.api.Do(t, `query ($cartId: ID!, $secret: String) { cart(id: $cartId, secret: $secret) `+strings.TrimPrefix(reckoned, "cart ")+` }`, v.ref, &answer)
	return answer.Cart
}

// Each kind of promotion, from the merchant who makes it to the guest who pays
// less: automatic, or once its code is entered.
func TestPromotionsReachCarts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		terms            func(w *shopWorld) object
		off, total, sent string
	}{
		"percentage_of_the_order": {func(*shopWorld) object { return object{"kind": "PERCENTAGE", "percent": "25"} }, "9.75", "44.25", "15.00"},
		"percentage_of_products": {func(w *shopWorld) object {
			return object{"kind": "PERCENTAGE", "target": "LINES", "percent": "12.5", "goods": object{"productIds": list(w.goods.Product.GlobalID())}}
		}, "4.88", "49.12", "15.00"},
		"amount_off_the_order_from_a_minimum": {func(*shopWorld) object {
			return object{"kind": "FIXED_AMOUNT", "amount": "5", "currency": "CNY", "minimumAmount": "39"}
		}, "5.00", "49.00", "15.00"},
		"amount_off_each_piece": {func(*shopWorld) object {
			return object{"kind": "FIXED_AMOUNT", "target": "LINES", "amount": "1.50", "currency": "CNY"}
		}, "6.00", "48.00", "15.00"},
		"the_fourth_for_nothing": {func(*shopWorld) object {
			return object{"kind": "BUY_X_GET_Y", "buyQuantity": 3, "getQuantity": 1}
		}, "9.00", "45.00", "15.00"},
		"free_carriage": {func(*shopWorld) object { return object{"kind": "FREE_SHIPPING"} }, "0.00", "39.00", "0.00"},
	} {
		for _, trigger := range []string{"AUTOMATIC", "CODE"} {
			t.Run(name+"/"+trigger, func(t *testing.T) {
				t.Parallel()
				w := newShop(t)
				terms := c.terms(w)
				terms["brandId"], terms["trigger"], terms["titles"] = w.brand.GlobalID(), trigger, list(object{"language": "en", "title": "Spring"})
				if trigger == "CODE" {
					terms["codes"] = list("SPRING")
				}
				var made struct{ ID string }
				if refused := w.api.As(w.owner).Mutate(t, "promotionCreate", "promotion { id }", terms, &made); len(refused) > 0 {
					t.Fatal(apitest.Refused(refused))
				}
				v := w.visit(t)
				got := v.read(t)
				if trigger == "CODE" {
					if len(got.Promotions) != 0 || got.Total.Amount != "54.00" {
						t.Errorf("without its code: %+v", got)
					}
					got = v.change(t, "cartDiscountCodesSet", object{"codes": list("spring ", "SUMMER")})
					if codes := got.DiscountCodes; len(codes) != 2 || !codes[0].Applies || codes[1].Applies || *codes[1].Reason != "UNKNOWN" {
						t.Errorf("%+v", codes)
					}
				}
				if got.Discount.Amount != c.off || got.Total.Amount != c.total || got.Shipping.Amount != c.sent || len(got.Problems) > 0 {
					t.Errorf("%+v", got)
				}
				p := got.Promotions
				if len(p) != 1 || p[0].Title != "Spring" || (p[0].Code != nil) != (trigger == "CODE") || p[0].FreesCarriage != (name == "free_carriage") {
					t.Fatalf("%+v", p)
				}
				if p[0].FreesCarriage && p[0].Amount.Amount != "15.00" || !p[0].FreesCarriage && p[0].Amount.Amount != c.off {
					t.Errorf("%+v", p)
				}

				// Once it has ended the guest is told, and nothing is taken away unseen.
				if refused := w.api.As(w.owner).Mutate(t, "promotionEnd", "promotion { id }", object{"promotionId": made.ID}, nil); len(refused) > 0 {
					t.Fatal(apitest.Refused(refused))
				}
				got = v.read(t)
				if len(got.Problems) == 0 || got.Problems[0].Code != "PROMOTION_CHANGED" || got.Problems[0].Promotion.Title != "Spring" ||
					got.Problems[0].Was == nil || got.Problems[0].Now != nil || got.ProblemsKey == nil {
					t.Fatalf("%+v", got)
				}
				got = v.change(t, "cartProblemsAccept", object{"problemsKey": *got.ProblemsKey})
				if len(got.Problems) > 0 || got.Total.Amount != "54.00" || len(got.Promotions) > 0 {
					t.Errorf("%+v", got)
				}
				if trigger == "CODE" && *got.DiscountCodes[0].Reason != "ENDED" {
					t.Errorf("%+v", got.DiscountCodes)
				}
			})
		}
	}
}

// A merchant reads which goods a promotion is for.
func TestPromotionsNameTheirGoods(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	var made struct {
		Goods struct {
			Products   []struct{ Handle string }
			Categories []struct{ Slug string }
		}
		Gets *struct {
			Products   []struct{ Handle string }
			Categories []struct{ Slug string }
		}
	}
	const fields = `promotion { goods { products { handle } categories { slug } } gets { products { handle } categories { slug } } }`
	terms := object{
		"brandId": w.brand.GlobalID(), "kind": "BUY_X_GET_Y", "trigger": "AUTOMATIC", "buyQuantity": 2, "getQuantity": 1,
		"titles": list(object{"language": "en", "title": "Spring"}), "goods": object{"productIds": list(w.goods.Product.GlobalID())},
		"gets": object{"categoryIds": list(w.category.GlobalID())},
	}
	if refused := w.api.As(w.owner).Mutate(t, "promotionCreate", fields, terms, &made); len(refused) > 0 {
		t.Fatal(apitest.Refused(refused))
	}
	if p := made.Goods.Products; len(p) != 1 || p[0].Handle != "honey" || len(made.Goods.Categories) != 0 {
		t.Errorf("%+v", made.Goods)
	}
	if made.Gets == nil || len(made.Gets.Products) != 0 || len(made.Gets.Categories) != 1 || made.Gets.Categories[0].Slug != "food" {
		t.Errorf("%+v", made.Gets)
	}
}

// A guest chooses among the ways that go to the address; what changes there is told.
func TestDeliveryReachesCarts(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	owner := w.api.As(w.owner)
	var made struct{ ID string }
	refused := owner.Mutate(t, "deliveryOptionCreate", "deliveryOption { id }", object{
		"storefrontId": w.shop.GlobalID(), "titles": list(object{"language": "en", "title": "Courier"}), "minDays": 1, "maxDays": 2, "position": -1,
		"rates": list(object{"countries": list("CN"), "regions": list("ZJ"), "base": "30", "weights": list(object{"upToGrams": "2000", "amount": "5"})}),
	}, &made)
	if len(refused) > 0 {
		t.Fatal(apitest.Refused(refused))
	}
	v := w.visit(t)
	courier := object{"storefrontId": w.shop.GlobalID(), "deliveryOptionId": made.ID}
	if got := v.read(t); len(got.Groups[0].DeliveryOptions) != 1 || !got.Groups[0].DeliveryRequired {
		t.Errorf("without an address: %+v", got.Groups)
	}
	if got := apitest.Refused(v.try(t, "cartDeliveryOptionSet", courier, nil)); got != "NOT_ALLOWED input.deliveryOptionId" {
		t.Error(got)
	}
	got := v.change(t, "cartAddressSet", object{"recipient": recipientObject()})
	if o := got.Groups[0].DeliveryOptions; len(o) != 2 || o[0].Option.Title != "Courier" || o[0].Price.Amount != "35.00" || o[1].Price.Amount != "15.00" {
		t.Fatalf("%+v", o)
	}
	courier["expectedVersion"] = got.Version
	got = v.change(t, "cartDeliveryOptionSet", courier)
	if got.Shipping.Amount != "35.00" || got.Total.Amount != "74.00" || got.Groups[0].Delivery.Option.Title != "Courier" {
		t.Errorf("%+v", got)
	}
	for want, input := range map[string]object{
		"VERSION_CONFLICT input.expectedVersion": courier,
		"NOT_FOUND input.deliveryOptionId":       {"storefrontId": w.shop.GlobalID(), "deliveryOptionId": w.rivalDelivery.GlobalID()},
		"NOT_FOUND input.storefrontId":           {"storefrontId": w.rivalShop.GlobalID(), "deliveryOptionId": w.rivalDelivery.GlobalID()},
		"INVALID input.deliveryOptionId":         {"storefrontId": w.shop.GlobalID(), "deliveryOptionId": w.shop.GlobalID()},
	} {
		if got := apitest.Refused(v.try(t, "cartDeliveryOptionSet", input, nil)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}

	if refused := owner.Mutate(t, "deliveryOptionArchive", "deliveryOption { id }", object{"deliveryOptionId": made.ID}, nil); len(refused) > 0 {
		t.Fatal(apitest.Refused(refused))
	}
	got = v.read(t)
	if len(got.Problems) != 1 || got.Problems[0].Code != "DELIVERY_UNAVAILABLE" || got.Problems[0].Group.SellerName != w.brand.Name || got.Groups[0].Delivery != nil {
		t.Fatalf("%+v", got)
	}
	if got = v.change(t, "cartProblemsAccept", object{"problemsKey": *got.ProblemsKey}); len(got.Problems) > 0 || got.Shipping.Amount != "0.00" {
		t.Errorf("%+v", got)
	}
	v.change(t, "cartDeliveryOptionSet", object{"storefrontId": w.shop.GlobalID(), "deliveryOptionId": w.delivery.GlobalID()})
	w.set("update delivery_options set zones = jsonb_set(zones, '{0,baseMinor}', '1200') where brand_id = ? and id = ?", w.brand.ID, w.delivery.ID)
	if got = v.read(t); len(got.Problems) != 1 || got.Problems[0].Code != "DELIVERY_CHANGED" || got.Problems[0].Was.Amount != "15.00" || got.Problems[0].Now.Amount != "17.00" {
		t.Errorf("%+v", got.Problems)
	}
}
