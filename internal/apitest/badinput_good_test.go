package apitest_test

import (
	"maps"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// goodInput makes an input that its mutation takes from the actor.
type goodInput func(w *shopWorld) (*auth.Actor, map[string]any)

type object = map[string]any

func list(items ...any) []any { return items }

// transition is good where the brand has the status first.
func transition(status models.BrandStatus, byOwner bool) []goodInput {
	return []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("update brands set status = ? where id = ?", status, w.brand.ID)
		actor := w.operator
		if byOwner {
			actor = w.owner
		}
		return actor, object{"brandId": w.brand.GlobalID(), "reason": "as agreed"}
	}}
}

func storefrontTransition(status models.StorefrontStatus) []goodInput {
	return []goodInput{func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("update storefronts set status = ? where brand_id = ? and id = ?", status, w.brand.ID, w.shop.ID)
		return w.owner, object{"storefrontId": w.shop.GlobalID()}
	}}
}

func translation() object {
	return object{"language": "fr", "title": "Miel", "description": "Du Nebraska", "seoTitle": "Miel", "seoDescription": "Bon"}
}

func netContent() object { return object{"quantity": "340.5", "unit": "GRAM"} }

func variant(value string) object {
	return object{
		"options": list(value), "sku": "SKU-9", "barcode": "0123456789", "weightGrams": 400, "netContent": netContent(), "trackStock": true,
	}
}

func titles() []any {
	return list(object{"language": "zh-CN", "title": "双十一"}, object{"language": "en", "title": "Singles' Day"})
}

func goodsOf(w *shopWorld) object {
	return object{"productIds": list(w.goods.Product.GlobalID()), "categoryIds": list(w.category.GlobalID())}
}

func promotionInput(w *shopWorld, more object) object {
	all := object{
		"brandId": w.brand.GlobalID(), "titles": titles(), "goods": goodsOf(w), "useLimit": "100", "shopperLimit": "1",
		"startsAt": "2026-02-01T00:00:00Z", "endsAt": "2026-03-01T00:00:00Z",
	}
	maps.Copy(all, more)
	return all
}

func deliveryRate() object {
	return object{
		"countries": list("CN"), "regions": list("ZJ", "SH"), "base": "5", "weights": list(object{"upToGrams": "500", "amount": "10"}),
		"extra": object{"grams": "1000", "amount": "6"}, "freeFrom": "200",
	}
}

// goodInputs by mutation, each with every field of its input.
var goodInputs = map[string][]goodInput{
	"membershipSet": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"brandId": w.brand.GlobalID(), "accountId": w.shopper.Account.GlobalID(), "role": "STAFF"}
	}},
	"membershipRemove": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("insert into memberships values (?, ?, 'STAFF', now())", w.brand.ID, w.shopper.Account.ID)
		return w.owner, object{"brandId": w.brand.GlobalID(), "accountId": w.shopper.Account.GlobalID()}
	}},
	"brandApply": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{
			"name": "Cedar Popcorn", "slug": "cedar-popcorn", "description": "Popped in Iowa", "language": "en", "country": "US",
			"region": "IA", "industry": "FOOD", "size": "MICRO", "website": "https://cedar.example/", "jobs": 3,
			"contact": object{"name": "June Novak", "email": "june@example.com", "phone": "+1 402 555 0100"},
		}
	}},
	"brandUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"brandId": w.brand.GlobalID(), "expectedVersion": 1, "name": "Acme Honey", "description": "More of it", "language": "en",
			"industry": "FARMING", "size": "SMALL", "website": "https://acme.example/",
			"contact": object{"name": "June Novak", "email": "june@example.com", "phone": "+1 402 555 0100"},
		}
	}},
	"brandContactConfirm": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("update brands set contact_confirmed_at = null where id = ?", w.brand.ID)
		return w.operator, object{"brandId": w.brand.GlobalID(), "expectedVersion": 1}
	}},
	"brandPayoutAccountSet": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"brandId": w.brand.GlobalID(), "holder": "Acme", "bankName": "First Bank", "country": "US", "currency": "USD",
			"providerToken": "tok_123", "lastDigits": "6789",
		}
	}},
	"brandDocumentSubmit": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"brandId": w.brand.GlobalID(), "kind": "TAX_ID", "reference": "file 77"}
	}},
	"brandDocumentReview": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("update brand_documents set verdict = 'PENDING' where brand_id = ?", w.brand.ID)
		return w.operator, object{"documentId": w.document.GlobalID(), "verdict": "REFUSED", "note": "cannot be read"}
	}},
	"brandReviewStart": transition(models.BrandApplied, false),
	"brandApprove":     transition(models.BrandInReview, false),
	"brandReject":      transition(models.BrandInReview, false),
	"brandSuspend":     transition(models.BrandActive, false),
	"brandReinstate":   transition(models.BrandSuspended, false),
	"brandClose":       transition(models.BrandActive, true),
	"brandJobsReport": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"brandId": w.brand.GlobalID(), "jobs": 12, "note": "two more"}
	}},
	"storefrontCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"brandId": w.brand.GlobalID(), "slug": "acme-sg", "name": "Acme", "description": "In Singapore", "country": "SG",
			"currency": "SGD", "languages": list("en", "zh-CN"), "paymentMethods": list("CARD"), "customsRegime": "CBEC_DIRECT",
		}
	}},
	"storefrontUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"storefrontId": w.shop.GlobalID(), "expectedVersion": 1, "name": "Acme", "description": "Honey", "language": "en",
			"languages": list("en", "zh-CN"), "paymentMethods": list("CARD", "ALIPAY"), "customsRegime": "CBEC_BONDED",
		}
	}},
	"storefrontOpen":  storefrontTransition(models.StorefrontPaused),
	"storefrontPause": storefrontTransition(models.StorefrontOpen),
	"storefrontClose": storefrontTransition(models.StorefrontOpen),
	"categoryCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{
			"parentId": w.category.GlobalID(), "slug": "honey", "position": 2,
			"names": list(object{"language": "en", "name": "Honey"}, object{"language": "zh-CN", "name": "蜂蜜"}),
		}
	}},
	"categoryUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{
			"categoryId": w.category.GlobalID(), "expectedVersion": 1, "position": 3, "names": list(object{"language": "en", "name": "Foods"}),
		}
	}},
	"productCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"brandId": w.brand.GlobalID(), "handle": "clover", "translations": list(translation()), "categoryId": w.category.GlobalID(),
			"vendor": "Acme", "productType": "Honey", "tags": list("sweet"), "hsCode": "0409.00.00", "originCountry": "US",
			"originRegion": "NE", "options": list(object{"name": "Size", "values": list("S", "M")}),
			"variants": list(variant("S"), object{"options": list("M")}), "media": list(object{"url": "https://acme.example/a.jpg", "alt": "A jar"}),
		}
	}},
	"productUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"productId": w.goods.Product.GlobalID(), "expectedVersion": 1, "handle": "honey-new", "status": "ACTIVE",
			"categoryId": w.category.GlobalID(), "vendor": "Acme", "productType": "Honey", "tags": list("sweet"), "hsCode": "04090000",
			"originCountry": "US", "originRegion": "NE", "media": list(object{"url": "https://acme.example/a.jpg", "alt": "A jar"}),
		}
	}},
	"productTranslationSet": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"productId": w.goods.Product.GlobalID(), "expectedVersion": 1, "translation": translation()}
	}},
	"productTranslationRemove": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"productId": w.goods.Product.GlobalID(), "expectedVersion": 1, "language": "zh-CN"}
	}},
	"productArchive": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"productId": w.goods.Product.GlobalID(), "expectedVersion": 1}
	}},
	"productRestore": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("update products set status = 'ARCHIVED', archived_at = now(), archived_from = 'ACTIVE', visible_from = null where brand_id = ? and id = ?", w.brand.ID, w.goods.Product.ID)
		return w.owner, object{"productId": w.goods.Product.GlobalID(), "expectedVersion": 1}
	}},
	"variantCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"productId": w.goods.Product.GlobalID(), "variant": variant("XL")}
	}},
	"variantUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"variantId": w.goods.Variants[0].GlobalID(), "expectedVersion": 1, "sku": "SKU-10", "barcode": "0123456789",
			"weightGrams": 410, "netContent": netContent(), "trackStock": true,
		}
	}},
	"variantArchive": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"variantId": w.goods.Variants[0].GlobalID(), "expectedVersion": 1}
	}},
	"variantRestore": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.set("update variants set archived_at = now() where brand_id = ? and id = ?", w.brand.ID, w.goods.Variants[0].ID)
		return w.owner, object{"variantId": w.goods.Variants[0].GlobalID(), "expectedVersion": 1}
	}},
	"listingPricesSet": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"productId": w.goods.Product.GlobalID(), "storefrontId": w.shop.GlobalID(),
			"prices": list(object{"variantId": w.goods.Variants[0].GlobalID(), "amount": "13.50", "compareAt": "15.00"}),
		}
	}},
	"listingPublish": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"productId": w.goods.Product.GlobalID(), "storefrontId": w.shop.GlobalID(), "publishAt": "2026-03-01T00:00:00Z",
			"prices": list(object{"variantId": w.goods.Variants[0].GlobalID(), "amount": "13.50", "compareAt": "15.00"}),
		}
	}},
	"listingUnpublish": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"listingId": w.goods.Listing.GlobalID(), "expectedVersion": 1}
	}},
	"warehouseCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"brandId": w.brand.GlobalID(), "code": "NINGBO", "name": "Ningbo bonded", "kind": "BONDED", "country": "CN", "region": "ZJ", "priority": 1,
		}
	}},
	"warehouseUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"warehouseId": w.goods.Warehouse.GlobalID(), "expectedVersion": 1, "name": "Main hall", "priority": 2, "active": true,
		}
	}},
	"stockAdjust": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, object{
				"idempotencyKey": "k1", "variantId": w.goods.Variants[0].GlobalID(), "warehouseId": w.goods.Warehouse.GlobalID(),
				"delta": "-3", "reason": "DAMAGED", "note": "fell",
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, object{
				"idempotencyKey": "k2", "variantId": w.goods.Variants[0].GlobalID(), "warehouseId": w.goods.Warehouse.GlobalID(),
				"setTo": "40", "changeFrom": "49", "reason": "COUNTED", "note": "counted",
			}
		},
	},
	"promotionCreate": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, promotionInput(w, object{
				"kind": "PERCENTAGE", "target": "LINES", "trigger": "AUTOMATIC", "percent": "12.5", "storefrontId": w.shop.GlobalID(),
				"currency": "CNY", "minimumAmount": "20", "minimumQuantity": 2,
			})
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, promotionInput(w, object{
				"kind": "FIXED_AMOUNT", "trigger": "CODE", "currency": "CNY", "amount": "5", "codes": list("FIVE", "FIVE-MORE"),
			})
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, promotionInput(w, object{
				"kind": "BUY_X_GET_Y", "trigger": "AUTOMATIC", "buyQuantity": 2, "getQuantity": 1, "percent": "50", "gets": goodsOf(w),
			})
		},
	},
	"promotionUpdate": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, object{
				"promotionId": w.promotion.GlobalID(), "expectedVersion": 1, "titles": titles(), "percent": "20", "goods": goodsOf(w),
				"minimumQuantity": 3, "useLimit": "10", "shopperLimit": "2", "startsAt": "2026-02-01T00:00:00Z", "endsAt": "2026-03-01T00:00:00Z",
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			w.set("update promotions set kind = 'BUY_X_GET_Y', target = 'LINES', buy_quantity = 1, get_quantity = 1 where brand_id = ?", w.brand.ID)
			return w.owner, object{
				"promotionId": w.promotion.GlobalID(), "buyQuantity": 2, "getQuantity": 1, "gets": goodsOf(w),
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			w.set("update promotions set kind = 'FIXED_AMOUNT', amount_minor = 1, currency = 'CNY' where brand_id = ?", w.brand.ID)
			return w.owner, object{"promotionId": w.promotion.GlobalID(), "amount": "5", "minimumAmount": "20"}
		},
	},
	"promotionEnd": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"promotionId": w.promotion.GlobalID(), "expectedVersion": 1}
	}},
	"promotionCodesAdd": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"promotionId": w.promotion.GlobalID(), "codes": list("ELEVEN", "双十一快乐"), "useLimit": "1"}
	}},
	"promotionCodesRemove": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"promotionId": w.promotion.GlobalID(), "codes": list("TEN-OFF")}
	}},
	"deliveryOptionCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"storefrontId": w.shop.GlobalID(), "titles": titles(), "rates": list(deliveryRate()), "minDays": 3, "maxDays": 7, "position": 1,
		}
	}},
	"deliveryOptionUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"deliveryOptionId": w.delivery.GlobalID(), "expectedVersion": 1, "titles": titles(), "rates": list(deliveryRate()), "minDays": 1,
			"maxDays": 2, "position": -1,
		}
	}},
	"deliveryOptionArchive": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"deliveryOptionId": w.delivery.GlobalID(), "expectedVersion": 1}
	}},
	"orderPlace": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, placeInput(w.shop, w.goods, "SANDBOX-OK-THIRD")
	}},
	"orderCancel": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{"idempotencyKey": "c1", "orderId": w.order.GlobalID(), "reason": "changed my mind"}
	}},
	"cartCreate": goodCartCreate, "cartLinesAdd": goodCartLinesAdd, "cartLinesUpdate": goodCartLinesUpdate,
	"cartLinesRemove": goodCartLinesRemove, "cartMerge": goodCartMerge, "cartAddressSet": goodCartAddressSet,
	"cartPaymentMethodSet": goodCartPaymentMethodSet, "cartDiscountCodesSet": goodCartDiscountCodesSet,
	"cartProblemsAccept": goodCartProblemsAccept, "cartDeliveryOptionSet": goodCartDeliveryOption,
	"addressCreate": goodAddressCreate, "addressUpdate": goodAddressUpdate, "addressDelete": goodAddressDelete,
	"checkoutComplete": paying["checkoutComplete"], "purchaseCancel": paying["purchaseCancel"], "paymentConfirm": paying["paymentConfirm"],
	"paymentCapture": paying["paymentCapture"], "paymentVoid": paying["paymentVoid"],
	"orderRefund":         shipping["orderRefund"],
	"shipmentCreate":      shipping["shipmentCreate"],
	"shipmentsCreate":     shipping["shipmentsCreate"],
	"shipmentDispatch":    shipping["shipmentDispatch"],
	"shipmentDeliver":     shipping["shipmentDeliver"],
	"shipmentLose":        shipping["shipmentLose"],
	"shipmentCancel":      shipping["shipmentCancel"],
	"shipmentLossResolve": shipping["shipmentLossResolve"],
	"returnRequest":       shipping["returnRequest"],
	"returnApprove":       shipping["returnApprove"],
	"returnReject":        shipping["returnReject"],
	"returnCancel":        shipping["returnCancel"],
	"returnReceive":       shipping["returnReceive"],
	"returnInspect":       shipping["returnInspect"],
	"returnRefund":        shipping["returnRefund"],

	"declarationPrepare": declaring["declarationPrepare"], "declarationReport": declaring["declarationReport"],
	"consumerIdentitySet": consuming["consumerIdentitySet"], "consumerIdentityErase": consuming["consumerIdentityErase"],
	"consumerIdentityReveal": consuming["consumerIdentityReveal"], "paymentPayerSet": consuming["paymentPayerSet"],

	"refundRetry":          books["refundRetry"],
	"payoutCreate":         books["payoutCreate"],
	"payoutReturn":         books["payoutReturn"],
	"commissionPlanCreate": books["commissionPlanCreate"],
	"commissionPlanEnd":    books["commissionPlanEnd"],
	"reportExportCreate":   outgoing["reportExportCreate"],
	"reportExportCancel":   outgoing["reportExportCancel"],
	"reportScheduleCreate": outgoing["reportScheduleCreate"],
	"reportScheduleUpdate": outgoing["reportScheduleUpdate"],
	"reportSchedulePause":  outgoing["reportSchedulePause"],
	"reportScheduleDelete": outgoing["reportScheduleDelete"],
	"customsRuleAdd":       ruling["customsRuleAdd"],
	"customsRuleEnd":       ruling["customsRuleEnd"],
	"programmeCreate":      counting["programmeCreate"],
	"programmeUpdate":      counting["programmeUpdate"],
	"programmeArchive":     counting["programmeArchive"],
}
