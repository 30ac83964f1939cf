package declaration

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Prepare makes the three records of a shipment from what is known now, and
// matches them. It may be repeated until they were submitted, and after they
// were rejected.
func (s *Service) Prepare(ctx context.Context, key models.Key) (*models.Declaration, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, key.BrandID, shipmentField); err != nil {
		return nil, err
	}
	var d *models.Declaration
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		o, shipment, err := lock(tx, key)
		if err != nil {
			return err
		}
		if d, err = s.draft(tx, o, shipment); err != nil {
			return err
		}
		d.Mismatches = Match(&d.Sale, &d.Payment, &d.Logistics)
		d.Status = models.DeclarationMatched
		if len(d.Mismatches) > 0 {
			d.Status = models.DeclarationMismatched
		}
		err = tx.Clauses(clause.OnConflict{UpdateAll: true, Columns: []clause.Column{{Name: "brand_id"}, {Name: "id"}}}).Create(d).Error
		if err != nil {
			return fmt.Errorf("keep a declaration: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// draft is a declaration with its records, to be matched.
func (s *Service) draft(tx *gorm.DB, o *models.Order, shipment *models.Shipment) (*models.Declaration, error) {
	key := models.Key{BrandID: o.BrandID, ID: o.ID}
	regime, err := regimeTx(tx, key)
	switch {
	case err != nil:
		return nil, err
	case regime == "" || o.PurchaseID == nil || o.ShopperID == nil || o.Recipient == nil:
		return nil, problem.At(shipmentField, problem.NotAllowed, "customs need no declaration of this order")
	case shipment.Status == models.ShipmentCancelled:
		return nil, problem.At(shipmentField, problem.Conflict, "the shipment was called off")
	}
	d, err := ofShipment(tx, shipment)
	if err != nil {
		return nil, err
	}
	if d == nil {
		d = &models.Declaration{BrandID: o.BrandID, ID: newID(), OrderID: o.ID, ShipmentID: shipment.ID}
	}
	if d.Status == models.DeclarationSubmitted || d.Status == models.DeclarationReleased {
		return nil, problem.At(shipmentField, problem.Conflict, "its declaration is with customs already")
	}
	d.Regime, d.PreparedAt, d.Note, d.SubmittedAt, d.Version = regime, s.now(), nil, nil, d.Version+1
	if err := saleTx(tx, o, &d.Sale); err != nil {
		return nil, err
	}
	if err := paymentTx(tx, o, &d.Sale, &d.Payment); err != nil {
		return nil, err
	}
	return d, logisticsTx(tx, o, shipment, &d.Logistics)
}

// saleTx tells what is left of an order after refunds.
func saleTx(tx *gorm.DB, o *models.Order, s *models.DeclaredSale) error {
	*s = models.DeclaredSale{OrderNumber: o.Number, Currency: o.Currency, Seller: o.SellerName, Consignee: *o.Recipient, Lines: []models.DeclaredLine{}}
	var left []struct {
		LineID *uuid.UUID
		Kind   models.ChargeKind
		Minor  int64
	}
	err := tx.Raw(`
select c.line_id, c.kind, (c.amount_minor - coalesce((
  select sum(p.amount_minor) from order_refund_parts p where p.brand_id = c.brand_id and p.charge_id = c.id
), 0))::bigint as minor
from charges c
where c.brand_id = ? and c.order_id = ?`, o.BrandID, o.ID).Scan(&left).Error
	if err != nil {
		return fmt.Errorf("read what is left of an order: %w", err)
	}
	goods := map[uuid.UUID]int64{}
	for _, c := range left {
		switch c.Kind {
		case models.ChargeGoods:
			s.GoodsMinor += c.Minor
			if c.LineID != nil {
				goods[*c.LineID] += c.Minor
			}
		case models.ChargeDiscount:
			s.DiscountMinor -= c.Minor
		case models.ChargeShipping, models.ChargeInsurance, models.ChargeFee:
			s.FreightMinor += c.Minor
		case models.ChargeDuty, models.ChargeConsumptionTax, models.ChargeVAT:
			s.TaxMinor += c.Minor
		}
	}
	s.PaidMinor = s.GoodsMinor + s.FreightMinor + s.TaxMinor - s.DiscountMinor
	if err := linesTx(tx, o, goods, s); err != nil {
		return err
	}
	if err := tx.Raw("select handle::text from accounts where id = ?", *o.ShopperID).Scan(&s.Buyer).Error; err != nil {
		return fmt.Errorf("read who ordered: %w", err)
	}
	s.Person, s.Name, err = personTx(tx, "purchase_id", *o.PurchaseID)
	return err
}

func linesTx(tx *gorm.DB, o *models.Order, goods map[uuid.UUID]int64, s *models.DeclaredSale) error {
	standing, err := order.StandingTx(tx, models.Key{BrandID: o.BrandID, ID: o.ID})
	if err != nil {
		return err
	}
	left := map[uuid.UUID]int64{}
	for _, l := range standing.Lines {
		left[l.LineID] = l.Ordered - l.Withdrawn
	}
	lines, err := database.Find[models.OrderLine](tx.Where("brand_id = ? and order_id = ?", o.BrandID, o.ID).Order("ordinal"), "order lines")
	if err != nil {
		return err
	}
	for _, l := range lines {
		if left[l.ID] == 0 {
			continue
		}
		text, _ := l.Texts.In(l.DefaultLanguage, "zh-CN")
		line := models.DeclaredLine{LineID: l.ID, Item: l.ID.String(), Name: text.Title, Quantity: left[l.ID], UnitPrice: l.UnitPrice, TotalMinor: goods[l.ID]}
		for field, value := range map[*string]*string{&line.Item: l.SKU, &line.HSCode: l.HSCode, &line.Origin: l.OriginCountry} {
			if value != nil {
				*field = *value
			}
		}
		s.Lines = append(s.Lines, line)
	}
	return nil
}

// personTx is whose number an owner has told, with the reference of the name;
// nothing where none is told, or it is erased.
func personTx(tx *gorm.DB, column string, owner uuid.UUID) (person, name []byte, err error) {
	found, err := database.Find[models.Consumer](tx.Where("erased_at is null").Where(clause.Eq{Column: column, Value: owner}), "who bought")
	if err != nil || len(found) == 0 {
		return nil, nil, err
	}
	return found[0].Person, found[0].NameMAC, nil
}

// paymentTx tells what was paid of an order and not given back, and by whom:
// whom the provider has named, or else the buyer.
func paymentTx(tx *gorm.DB, o *models.Order, sale *models.DeclaredSale, p *models.DeclaredPayment) error {
	*p = models.DeclaredPayment{OrderNumber: o.Number}
	var paid []struct {
		ID                            uuid.UUID
		Provider, Reference, Currency string
		Payer                         string
		Minor                         int64
	}
	err := tx.Raw(`
select p.id, p.provider, coalesce(p.reference, '') as reference, a.currency, s.handle::text as payer, (a.amount_minor - coalesce((
  select sum(b.amount_minor)
  from refund_allocations b
  join refunds r on r.id = b.refund_id
  where b.brand_id = a.brand_id and b.order_id = a.order_id and r.payment_id = p.id and r.status <> 'FAILED'
), 0))::bigint as minor
from payment_allocations a
join payments p on p.id = a.payment_id
join accounts s on s.id = p.shopper_id
where a.brand_id = ? and a.order_id = ?`, o.BrandID, o.ID).Scan(&paid).Error
	if err != nil || len(paid) == 0 {
		if err != nil {
			err = fmt.Errorf("read the payment of an order: %w", err)
		}
		return err
	}
	p.Provider, p.Reference, p.Currency, p.AmountMinor, p.Payer = paid[0].Provider, paid[0].Reference, paid[0].Currency, paid[0].Minor, paid[0].Payer
	if p.Person, p.Name, err = personTx(tx, "payment_id", paid[0].ID); err == nil && p.Person == nil && p.Payer == sale.Buyer {
		p.Person, p.Name = sale.Person, sale.Name
	}
	return err
}

func logisticsTx(tx *gorm.DB, o *models.Order, s *models.Shipment, l *models.DeclaredLogistics) error {
	*l = models.DeclaredLogistics{OrderNumber: o.Number, Carrier: s.Carrier, Consignee: *o.Recipient, Pieces: []models.DeclaredPieces{}}
	if s.TrackingNumber != nil {
		l.Number = *s.TrackingNumber
	}
	lines, err := database.Find[models.ShipmentLine](tx.Where("brand_id = ? and shipment_id = ?", s.BrandID, s.ID).Order("line_id"), "shipment lines")
	for _, line := range lines {
		l.Pieces = append(l.Pieces, models.DeclaredPieces{LineID: line.LineID, Quantity: line.Quantity})
	}
	return err
}
