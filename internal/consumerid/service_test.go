package consumerid_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

type world struct {
	db        *gorm.DB
	carts     *cart.Service
	consumers *consumerid.Service
}

func now() time.Time { return today }

func newWorld(t *testing.T, keys *consumerid.Keys) *world {
	t.Helper()
	w := &world{db: dbtest.New(t).Gorm}
	w.carts = cart.NewService(w.db, doorprice.NewService(w.db, doorprice.Unruled{}, now), now)
	w.consumers = consumerid.NewService(w.db, w.carts, now)
	if err := w.consumers.Use(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	return w
}

func as(t *testing.T, actor *auth.Actor) context.Context {
	t.Helper()
	return auth.With(t.Context(), actor)
}

func code(err error) problem.Code {
	if refused := problem.From(err); len(refused) > 0 {
		return refused[0].Code
	}
	return ""
}

// purchase keeps a purchase of the shopper's with who buys, and tells its order.
func (w *world) purchase(t *testing.T, shopper *auth.Actor, status models.PurchaseStatus) (uuid.UUID, *models.Order) {
	t.Helper()
	brand := fixture.Brand(t, w.db, "b-"+uuid.NewString()[:8])
	shop := fixture.Storefront(t, w.db, brand, "s-"+uuid.NewString()[:8])
	p := &models.Purchase{ID: fixture.ID(), ShopperID: shopper.Account.ID, Status: status, Currency: "CNY", TotalMinor: 100,
		Draft: []models.Draft{{}}, ExpiresAt: new(today), PlacedAt: today}
	o := &models.Order{
		BrandID: brand.ID, ID: fixture.ID(), Number: strings.ToUpper(uuid.NewString()[:10]), Source: models.OrderFromShop, Kind: models.OrderSale,
		StorefrontID: shop.ID, PurchaseID: &p.ID, ShopperID: &p.ShopperID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaid,
		FulfilmentStatus: models.Unfulfilled, ReturnStatus: models.NoReturn, Currency: "CNY", SellerName: "Acme", PlacedAt: today, RecordedAt: today, Version: 1,
	}
	fixture.Create(t, w.db, p, o)
	err := w.db.Transaction(func(tx *gorm.DB) error {
		c, err := consumerid.FreezeTx(tx, p.ID, p.ShopperID, uuid.Nil, "input.cartId")
		if err != nil {
			return err
		}
		return tx.Create(c).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID, o
}

func TestWhoBuys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.IdentityKeys(t))
	shopper, other := fixture.Shopper(t, w.db, "Li Na"), fixture.Shopper(t, w.db, "Li Na again")
	set := func(actor *auth.Actor, name, number string) (*models.Consumer, error) {
		return w.consumers.Set(as(t, actor), consumerid.SetInput{Name: name, Number: number})
	}

	c, err := set(shopper, " 李 娜 ", "１１０１０５１９４９１２３１００２x")
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "李**" || c.Number != "110***********002X" {
		t.Errorf("masked as %s %s", c.Name, c.Number)
	}
	for _, secret := range []string{"娜", "19491231", fixture.IdentityNumber} {
		var dump string
		if err := w.db.Raw("select string_agg(c::text || encode(c.sealed, 'escape'), ' ') from consumers c").Scan(&dump).Error; err != nil {
			t.Fatal(err)
		}
		if strings.Contains(dump, secret) {
			t.Errorf("the database holds %s", secret)
		}
	}
	// The person is the same in another account, what is sealed is not.
	second, err := set(other, "李娜", fixture.IdentityNumber)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(second.Person, c.Person) || bytes.Equal(second.Sealed, c.Sealed) || !bytes.Equal(second.NameMAC, c.NameMAC) {
		t.Error("two accounts of one person")
	}
	if third, err := set(other, "王伟", "310101199003074511"); err != nil || bytes.Equal(third.Person, c.Person) {
		t.Errorf("another person: %v", err)
	}
	if got, err := w.consumers.Get(as(t, shopper), consumerid.Owner{}); err != nil || got.Number != c.Number {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := set(shopper, "", "110105194912310020"); len(problem.From(err)) != 2 || strings.Contains(err.Error(), "1101") {
		t.Errorf("a bad number without a name: %v", err)
	}
	var denied *problem.Denied
	if _, err := set(auth.Anonymous(), "李娜", fixture.IdentityNumber); !errors.As(err, &denied) {
		t.Errorf("a visitor: %v", err)
	}
}

func TestGuestsTellWhoBuys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.IdentityKeys(t))
	guest := auth.Anonymous()
	made := func() consumerid.Owner {
		c, err := w.carts.Create(as(t, guest), cart.CreateInput{Country: "CN", Currency: "CNY"})
		if err != nil {
			t.Fatal(err)
		}
		return consumerid.Owner{Cart: &c.ID, Secret: c.Secret}
	}
	told := func(o consumerid.Owner, number string) {
		if _, err := w.consumers.Set(as(t, guest), consumerid.SetInput{Owner: o, Name: "李娜", Number: number}); err != nil {
			t.Fatal(err)
		}
	}
	first, second, third := made(), made(), made()
	told(first, fixture.IdentityNumber)
	told(second, "310101199003074511")
	told(third, fixture.IdentityNumber)

	wrong := consumerid.Owner{Cart: first.Cart, Secret: second.Secret}
	if _, err := w.consumers.Get(as(t, guest), wrong); code(err) != problem.NotFound {
		t.Errorf("with another's secret: %v", err)
	}
	if _, err := w.consumers.Erase(as(t, guest), wrong); code(err) != problem.NotFound {
		t.Errorf("erased with another's secret: %v", err)
	}
	// The guest signs in: the account keeps what it was told first.
	shopper := fixture.Shopper(t, w.db, "Li Na")
	for _, o := range []consumerid.Owner{first, second} {
		if _, err := w.carts.Merge(as(t, shopper), cart.Ref{ID: *o.Cart, Secret: o.Secret}); err != nil {
			t.Fatal(err)
		}
		if got, err := w.consumers.Get(as(t, shopper), consumerid.Owner{}); err != nil || got.Number != "110***********002X" {
			t.Errorf("%+v %v", got, err)
		}
	}
	if erased, err := w.consumers.Erase(as(t, guest), third); err != nil || !erased {
		t.Errorf("a guest erases: %t %v", erased, err)
	}
	var left int64
	if err := w.db.Model(&models.Consumer{}).Count(&left).Error; err != nil || left != 1 {
		t.Errorf("%d identities are left, %v", left, err)
	}
}

func TestReadingIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.IdentityKeys(t))
	shopper, operator := fixture.Shopper(t, w.db, "Li Na"), fixture.Operator(t, w.db)
	if _, err := w.consumers.Set(as(t, shopper), consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber}); err != nil {
		t.Fatal(err)
	}
	_, order := w.purchase(t, shopper, models.PurchaseCompleted)
	key := models.Key{BrandID: order.BrandID, ID: order.ID}

	var denied *problem.Denied
	for _, actor := range []*auth.Actor{shopper, fixture.Member(t, w.db, order.BrandID, models.RoleOwner), fixture.Reporter(t, w.db), auth.Anonymous()} {
		if _, err := w.consumers.Reveal(as(t, actor), key, "curious"); !errors.As(err, &denied) {
			t.Errorf("told somebody: %v", err)
		}
		if _, err := w.consumers.Reads(as(t, actor), paging.Args{}); !errors.As(err, &denied) {
			t.Errorf("told somebody who reads: %v", err)
		}
	}
	if _, err := w.consumers.Reveal(as(t, operator), key, "  "); code(err) != problem.Required {
		t.Errorf("without a reason: %v", err)
	}
	plain, err := w.consumers.Reveal(as(t, operator), key, "customs ask for it")
	if err != nil || plain.Name != "李娜" || plain.Number.Plain() != fixture.IdentityNumber {
		t.Fatalf("%v %v", plain, err)
	}
	reads, err := w.consumers.Reads(as(t, operator), paging.Args{})
	if err != nil || len(reads.Nodes()) != 1 {
		t.Fatalf("%+v %v", reads, err)
	}
	r := reads.Nodes()[0]
	if *r.ActorID != operator.Account.ID || r.Reason != "customs ask for it" || *r.OrderNumber != order.Number || !r.ReadAt.Equal(today) || r.Purpose != models.ReadReveal {
		t.Errorf("%+v", r)
	}
	// What was moved to another person does not open.
	if err := w.db.Exec("update consumers set person = sha256('another')").Error; err != nil {
		t.Fatal(err)
	}
	if _, err := w.consumers.Reveal(as(t, operator), key, "customs ask for it"); err == nil || problem.From(err) != nil {
		t.Errorf("moved to another person: %v", err)
	}
}

func TestErasing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.IdentityKeys(t))
	shopper := fixture.Shopper(t, w.db, "Li Na")
	if _, err := w.consumers.Set(as(t, shopper), consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber}); err != nil {
		t.Fatal(err)
	}
	p, o := w.purchase(t, shopper, models.PurchaseAwaiting)
	refused := func(when string) {
		t.Helper()
		if _, err := w.consumers.Erase(as(t, shopper), consumerid.Owner{}); code(err) != problem.Conflict {
			t.Errorf("%s: %v", when, err)
		}
		if _, err := w.consumers.Get(as(t, shopper), consumerid.Owner{}); err != nil {
			t.Errorf("%s it is gone all the same: %v", when, err)
		}
	}
	set := func(sql string, args ...any) {
		t.Helper()
		if err := w.db.Exec(sql, args...).Error; err != nil {
			t.Fatal(err)
		}
	}
	refused("while it is paid for")
	set("update purchases set status = 'COMPLETED' where id = ?", p)
	refused("before it has left")
	set("update orders set fulfilment_status = 'FULFILLED' where brand_id = ? and id = ?", o.BrandID, o.ID)
	if erased, err := w.consumers.Erase(as(t, shopper), consumerid.Owner{}); err != nil || !erased {
		t.Fatal(erased, err)
	}
	var left []models.Consumer
	if err := w.db.Find(&left).Error; err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || len(left[0].Sealed)+len(left[0].NameMAC)+len(left[0].Name)+len(left[0].Number) != 0 || len(left[0].Person) != 32 {
		t.Errorf("left: %+v", left)
	}
	_, err := w.consumers.Reveal(as(t, fixture.Operator(t, w.db)), models.Key{BrandID: o.BrandID, ID: o.ID}, "customs ask for it")
	if code(err) != problem.NotFound {
		t.Errorf("read after that: %v", err)
	}
	if erased, err := w.consumers.Erase(as(t, shopper), consumerid.Owner{}); err != nil || erased {
		t.Errorf("once more: %t %v", erased, err)
	}
}

func TestKeysAreRotated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.IdentityKeys(t))
	shopper := fixture.Shopper(t, w.db, "Li Na")
	if _, err := w.consumers.Set(as(t, shopper), consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber}); err != nil {
		t.Fatal(err)
	}
	_, order := w.purchase(t, shopper, models.PurchaseCompleted)
	reference, old := fixture.IdentityKeyTexts[0], fixture.IdentityKeyTexts[1]
	use := func(texts ...string) (*consumerid.Service, error) {
		keys, err := consumerid.ParseKeys(texts)
		if err != nil {
			t.Fatal(err)
		}
		s := consumerid.NewService(w.db, w.carts, now)
		return s, s.Use(t.Context(), keys)
	}
	read := func(s *consumerid.Service) error {
		_, err := s.Reveal(as(t, fixture.Operator(t, w.db)), models.Key{BrandID: order.BrandID, ID: order.ID}, "customs ask for it")
		return err
	}
	fresh := "second:" + strings.TrimPrefix(reference, "reference:")

	alone, err := use(reference, fresh)
	if err != nil {
		t.Fatal(err)
	}
	if err := read(alone); err == nil || !strings.Contains(err.Error(), "first") {
		t.Errorf("without the old key: %v", err)
	}
	if n, err := alone.Rotate(as(t, auth.System())); err == nil || n != 0 {
		t.Errorf("rotated without the old key: %d %v", n, err)
	}
	both, err := use(reference, fresh, old)
	if err != nil {
		t.Fatal(err)
	}
	if err := read(both); err != nil {
		t.Error(err)
	}
	for _, want := range []int{2, 0} {
		if n, err := both.Rotate(as(t, auth.System())); err != nil || n != want {
			t.Errorf("%d sealed anew, want %d: %v", n, want, err)
		}
	}
	if err := read(alone); err != nil {
		t.Errorf("with the new key alone: %v", err)
	}
	if _, err := use("reference:"+strings.TrimPrefix(old, "first:"), old); !errors.Is(err, consumerid.ErrOtherReference) {
		t.Errorf("another key of persons: %v", err)
	}
}

func TestWithoutKeysNumbersAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	_, err := w.consumers.Set(as(t, fixture.Shopper(t, w.db, "Li Na")), consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber})
	if code(err) != problem.NotAllowed || !strings.Contains(err.Error(), "IDENTITY_KEYS") {
		t.Error(err)
	}
}

// Who tells twice at once is kept once.
func TestWhoBuysIsToldAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.IdentityKeys(t))
	shopper := fixture.Shopper(t, w.db, "Li Na")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			number := []string{fixture.IdentityNumber, "310101199003074511"}[i%2]
			if _, err := w.consumers.Set(as(t, shopper), consumerid.SetInput{Name: "李娜", Number: number}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var kept int64
	if err := w.db.Model(&models.Consumer{}).Count(&kept).Error; err != nil || kept != 1 {
		t.Errorf("kept %d times, %v", kept, err)
	}
}
