package declaration_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/declaration"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// port is a world whose orders are cross-border retail import.
type port struct {
	*ordertest.World
	consumers    *consumerid.Service
	declarations *declaration.Service
	staff        context.Context
	operator     *auth.Actor
}

func newPort(t *testing.T) *port {
	t.Helper()
	w := ordertest.New(t, dbtest.Tx(t))
	p := &port{World: w, staff: ordertest.As(t, w.Staff), operator: fixture.Operator(t, w.DB)}
	p.consumers = consumerid.NewService(w.DB, cart.NewService(w.DB, doorprice.NewService(w.DB, doorprice.Unruled{}, w.Now), w.Now), w.Now)
	if err := p.consumers.Use(t.Context(), fixture.IdentityKeys(t)); err != nil {
		t.Fatal(err)
	}
	p.declarations = declaration.NewService(w.DB, p.consumers, w.Now)
	return p
}

// buy places an order that customs must be told of: 3 jars of honey, 2 of jam,
// 8.00 of carriage, 4.55 of tax, 5.00 off.
func (p *port) buy(t *testing.T) (*ordertest.Bought, *models.Order) {
	t.Helper()
	b := p.Buy(t, 3, 2, ordertest.Charge(models.ChargeShipping, 800), ordertest.Charge(models.ChargeVAT, 455), ordertest.Charge(models.ChargeDiscount, -500))
	o := p.Order(t, b.Key)
	p.exec(t, "update order_lines set hs_code = '04090000', origin_country = 'US' where brand_id = ? and order_id = ?", o.BrandID, o.ID)
	fixture.Create(t, p.DB, &models.OrderLandedCost{BrandID: o.BrandID, OrderID: o.ID, RecordedAt: o.PlacedAt,
		Record: landedcost.Record{Country: "CN", Regime: landedcost.CBECDirect, Currency: "CNY", Declared: "CNY", TaxMinor: 455}})
	if _, err := p.consumers.Set(ordertest.As(t, p.Shopper), consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber}); err != nil {
		t.Fatal(err)
	}
	p.exec(t, "update consumers set shopper_id = null, purchase_id = ? where shopper_id = ?", o.PurchaseID, p.Shopper.Account.ID)
	return b, o
}

func (p *port) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if err := p.DB.Exec(sql, args...).Error; err != nil {
		t.Fatal(err)
	}
}

func (p *port) prepare(t *testing.T, s *models.Shipment, fields ...string) *models.Declaration {
	t.Helper()
	d, err := p.declarations.Prepare(p.staff, ordertest.ShipmentKey(s))
	if err != nil {
		t.Fatal(err)
	}
	named := []string{}
	for _, m := range d.Mismatches {
		named = append(named, m.Field)
	}
	if strings.Join(named, " ") != strings.Join(fields, " ") {
		t.Errorf("mismatches %v, want %v", d.Mismatches, fields)
	}
	return d
}

func refusal(err error) string {
	if refused := problem.From(err); len(refused) > 0 {
		return string(refused[0].Code) + " " + refused.Error()
	}
	if err != nil {
		return err.Error()
	}
	return "nothing"
}

func TestNothingLeavesUndeclared(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	b, o := p.buy(t)
	leave := func(s *models.Shipment) error {
		_, err := p.Fulfilment.Dispatch(p.staff, ordertest.ShipmentKey(s))
		return err
	}
	part := p.Ship(t, b, p.Main, fulfilment.Line{Line: b.Honey, Quantity: 3})
	if err := leave(part); !strings.Contains(refusal(err), "CONFLICT input.shipmentId: customs must be told of it") {
		t.Errorf("undeclared: %s", refusal(err))
	}
	if _, err := p.Fulfilment.Deliver(p.staff, ordertest.ShipmentKey(part)); problem.From(err) == nil {
		t.Errorf("an undeclared parcel arrived: %v", err)
	}
	p.prepare(t, part, "logistics.lines.1.quantity")
	if err := leave(part); !strings.Contains(refusal(err), "logistics.lines.1.quantity 0 pieces are in the parcel, 2 were sold") {
		t.Errorf("a part: %s", refusal(err))
	}
	if _, err := p.Fulfilment.Cancel(p.staff, ordertest.ShipmentKey(part)); err != nil {
		t.Fatal(err)
	}

	whole := p.Ship(t, b, p.Main)
	d := p.prepare(t, whole)
	if d.Status != models.DeclarationMatched || d.Sale.PaidMinor != 5455 || d.Payment.AmountMinor != 5455 || d.Logistics.Number != *whole.TrackingNumber {
		t.Errorf("%+v", d)
	}
	// Somebody else has paid.
	var paid models.Payment
	if err := p.DB.Where("purchase_id = ?", o.PurchaseID).Take(&paid).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := p.consumers.SetPayer(ordertest.As(t, p.operator), paid.ID, "王伟", "310101199003074511"); err != nil {
		t.Fatal(err)
	}
	p.prepare(t, whole, "payment.payer.number", "payment.payer.name")
	if err := leave(whole); !strings.Contains(refusal(err), "payer's identity number is not the buyer's") {
		t.Errorf("somebody else has paid: %s", refusal(err))
	}
	if _, err := p.consumers.SetPayer(ordertest.As(t, p.operator), paid.ID, " 李　娜", "11010519491231002x"); err != nil {
		t.Fatal(err)
	}
	p.prepare(t, whole)
	if err := leave(whole); err != nil {
		t.Errorf("declared: %s", refusal(err))
	}
	p.Sound(t)
}

// What is given back is not declared, and other orders need no declaration.
func TestDeclaresWhatIsLeft(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	b, _ := p.buy(t)
	if _, err := p.Refund(t, b, false, ordertest.Pieces(b.Jam, 2), ordertest.Pieces(b.Honey, 1)); err != nil {
		t.Fatal(err)
	}
	d := p.prepare(t, p.Ship(t, b, p.Main))
	if len(d.Sale.Lines) != 1 || d.Sale.Lines[0].Quantity != 2 || d.Sale.GoodsMinor != 2400 || d.Payment.AmountMinor != d.Sale.PaidMinor || d.Sale.FreightMinor != 800 {
		t.Errorf("%+v %+v", d.Sale, d.Payment)
	}
	plain := p.Buy(t, 1, 0)
	s := p.Ship(t, plain, p.Main)
	if _, err := p.declarations.Prepare(p.staff, ordertest.ShipmentKey(s)); !strings.HasPrefix(refusal(err), "NOT_ALLOWED") {
		t.Errorf("of an order without customs: %s", refusal(err))
	}
	p.Deliver(t, s)
}

func TestCustomsAnswer(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	b, _ := p.buy(t)
	s := p.Ship(t, b, p.Main)
	operator := ordertest.As(t, p.operator)
	report := func(ctx context.Context, status models.DeclarationStatus, at *time.Time) (*models.Declaration, error) {
		return p.declarations.Report(ctx, declaration.Report{Shipment: ordertest.ShipmentKey(s), Status: status, At: at, Note: new("message 77")})
	}
	if _, err := report(operator, models.DeclarationSubmitted, nil); !strings.HasPrefix(refusal(err), "CONFLICT") {
		t.Errorf("before it was prepared: %s", refusal(err))
	}
	d := p.prepare(t, s)
	p.Pass(time.Hour)
	var denied *problem.Denied
	if _, err := report(p.staff, models.DeclarationReleased, nil); !errors.As(err, &denied) {
		t.Errorf("by the brand: %v", err)
	}
	for want, at := range map[string]time.Time{"OUT_OF_RANGE input.at: must not": p.Now().Add(time.Minute), "OUT_OF_RANGE input.at: lies": d.PreparedAt.Add(-time.Minute)} {
		if _, err := report(operator, models.DeclarationReleased, &at); !strings.HasPrefix(refusal(err), want) {
			t.Errorf("at %s: %s", at, refusal(err))
		}
	}
	if _, err := report(operator, models.DeclarationRejected, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Fulfilment.Dispatch(p.staff, ordertest.ShipmentKey(s)); !strings.Contains(refusal(err), "rejected") {
		t.Errorf("rejected: %s", refusal(err))
	}
	p.prepare(t, s)
	for range 2 {
		if d, err := report(operator, models.DeclarationSubmitted, nil); err != nil || !d.SubmittedAt.Equal(p.Now()) || *d.Note != "message 77" {
			t.Fatal(d, err)
		}
	}
	if _, err := p.declarations.Prepare(p.staff, ordertest.ShipmentKey(s)); !strings.Contains(refusal(err), "with customs already") {
		t.Errorf("prepared after that: %s", refusal(err))
	}
	if d, err := report(operator, models.DeclarationReleased, nil); err != nil || !d.ReleasedAt.Equal(p.Now()) {
		t.Fatal(d, err)
	}
	if _, err := report(operator, models.DeclarationMismatched, nil); !strings.HasPrefix(refusal(err), "CONFLICT input.status") {
		t.Errorf("back again: %s", refusal(err))
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	b, o := p.buy(t)
	p.prepare(t, p.Ship(t, b, p.Main))
	export := func(ctx context.Context, format, reason string) (string, error) {
		f, err := p.declarations.Export(ctx, o.Number, reason)
		if err != nil {
			return "", err
		}
		var out bytes.Buffer
		write, _ := declaration.FormatOf(format)
		err = write(&out, f)
		return out.String(), err
	}
	for _, format := range []string{declaration.XML, declaration.JSON} {
		masked, err := export(p.staff, format, "")
		if err != nil || strings.Contains(masked, "19491231") || strings.Contains(masked, "娜") || !strings.Contains(masked, "110***********002X") {
			t.Errorf("for the brand: %s %v", masked, err)
		}
	}
	var denied *problem.Denied
	if _, err := export(p.staff, declaration.XML, "we want to know"); !errors.As(err, &denied) {
		t.Errorf("in plain for the brand: %v", err)
	}
	for name, actor := range map[string]*auth.Actor{
		"another shopper": fixture.Shopper(t, p.DB, "Eve"), "a visitor": auth.Anonymous(),
		"another brand": fixture.Member(t, p.DB, fixture.Brand(t, p.DB, "rival-"+strings.ToLower(o.Number)).ID, models.RoleOwner),
	} {
		if text, err := export(ordertest.As(t, actor), declaration.XML, ""); !strings.HasPrefix(refusal(err), "NOT_FOUND") {
			t.Errorf("%s: %s %v", name, text, err)
		}
	}
	plain, err := export(ordertest.As(t, p.operator), declaration.XML, "sent to customs")
	if err != nil {
		t.Fatal(err)
	}
	for element, want := range map[string]string{
		"orderNo": o.Number, "goodsValue": "47.00", "freight": "8.00", "discount": "5.00", "taxTotal": "4.55", "acturalPaid": "54.55", "currency": "142",
		"buyerIdType": "1", "buyerIdNumber": fixture.IdentityNumber, "buyerName": "李娜", "consignee": "Li Wei", "qty": "3", "price": "12",
	} {
		if !strings.Contains(plain, "<ceb:"+element+">"+want+"</ceb:"+element+">") {
			t.Errorf("no %s of %s in %s", element, want, plain)
		}
	}
	var root struct{ XMLName xml.Name }
	if err := xml.Unmarshal([]byte(plain), &root); err != nil || root.XMLName.Local != "CEB311Message" || root.XMLName.Space != "http://www.chinaport.gov.cn/ceb" {
		t.Errorf("%v %v", root.XMLName, err)
	}
	text, err := export(ordertest.As(t, p.operator), declaration.JSON, "sent to customs")
	var all struct {
		Declarations []struct {
			OrderMessage map[string]string
			Sale         struct{ Person []byte }
		}
		FieldsThatAreNotKnown []string
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &all)
	}
	if err != nil || all.Declarations[0].OrderMessage["acturalPaid"] != "54.55" || all.Declarations[0].Sale.Person != nil || len(all.FieldsThatAreNotKnown) == 0 {
		t.Errorf("%s %v", text, err)
	}
	reads, err := p.consumers.Reads(ordertest.As(t, p.operator), paging.Args{})
	if err != nil || len(reads.Nodes()) != 2 || reads.Nodes()[0].Purpose != models.ReadDeclaration || *reads.Nodes()[0].OrderNumber != o.Number {
		t.Errorf("reads: %+v %v", reads, err)
	}
}
