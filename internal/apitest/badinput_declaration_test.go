package apitest_test

import (
	"time"

	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// declared is the parcel of the world's order, which is cross-border retail
// import; matched tells that its declaration agrees already.
func (w *shopWorld) declared(matched bool) *models.Shipment {
	s := w.parcel(models.ShipmentLabelled)
	row := models.OrderLandedCost{BrandID: w.brand.ID, OrderID: w.order.ID, RecordedAt: w.api.Now,
		Record: landedcost.Record{Country: "CN", Regime: landedcost.CBECDirect, Currency: "CNY", Declared: "CNY"}}
	if err := w.api.DB.Gorm.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		panic(err)
	}
	if matched {
		d := models.Declaration{BrandID: w.brand.ID, ID: s.ID, OrderID: w.order.ID, ShipmentID: s.ID, Status: models.DeclarationMatched,
			Regime: "CBEC_DIRECT", Mismatches: []models.Mismatch{}, PreparedAt: w.api.Now.Add(-time.Hour), Version: 1}
		if err := w.api.DB.Gorm.Create(&d).Error; err != nil {
			panic(err)
		}
	}
	return s
}

var declaring = map[string][]goodInput{
	"declarationPrepare": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"shipmentId": w.declared(false).GlobalID()}
	}},
	"declarationReport": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{
			"shipmentId": w.declared(true).GlobalID(), "status": "SUBMITTED", "at": w.api.Now.Add(-time.Minute).Format(time.RFC3339), "note": "message 77",
		}
	}},
}
