package cart_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func home() models.Recipient {
	return models.Recipient{
		Name: "李薇", Phone: "+86 138 0000 0000", Country: "CN", Region: "SH", Province: "上海市", City: "上海市",
		District: "静安区", Street: "南京西路 1 号", PostalCode: "200040",
	}
}

func TestAddressBook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	ctx, other := w.as(t), auth.With(t.Context(), fixture.Shopper(t, w.db, "Han Mei"))
	first, err := w.carts.CreateAddress(ctx, cart.AddressInput{Recipient: home(), IsDefault: true})
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.carts.CreateAddress(ctx, cart.AddressInput{Recipient: home(), IsDefault: true})
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.carts.Addresses(ctx)
	if err != nil || len(list) != 2 || list[0].ID != second.ID || list[1].IsDefault || list[0].Recipient != home() {
		t.Fatalf("%+v, %v", list, err)
	}
	moved := home()
	moved.District = "黄浦区"
	if _, err := w.carts.UpdateAddress(ctx, first.ID, 1, cart.AddressInput{Recipient: moved}); refusals(t, err) != "input.expectedVersion VERSION_CONFLICT" {
		t.Error("changed by a version that is past")
	}
	changed, err := w.carts.UpdateAddress(ctx, first.ID, 2, cart.AddressInput{Recipient: moved, IsDefault: true})
	if err != nil || changed.Version != 3 || changed.Recipient.District != "黄浦区" {
		t.Errorf("%+v, %v", changed, err)
	}
	_, theirs := w.create(other, t)
	for name, try := range map[string]func() error{
		"update": func() error {
			_, err := w.carts.UpdateAddress(other, first.ID, 3, cart.AddressInput{Recipient: moved})
			return err
		},
		"delete":    func() error { _, err := w.carts.DeleteAddress(other, first.ID); return err },
		"send":      func() error { _, err := w.carts.SetAddress(other, theirs, first.ID); return err },
		"not there": func() error { _, err := w.carts.DeleteAddress(ctx, uuid.New()); return err },
	} {
		if got := refusals(t, try()); got != "input.addressId NOT_FOUND" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if gone, err := w.carts.DeleteAddress(ctx, second.ID); err != nil || gone.ID != second.ID {
		t.Errorf("%+v, %v", gone, err)
	}
	if list, err = w.carts.Addresses(ctx); err != nil || len(list) != 1 || !list[0].IsDefault {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err = w.carts.Addresses(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("a visitor's book: %+v, %v", list, err)
	}

	_, ref := w.create(ctx, t, w.jar(1))
	if c, err := w.carts.SetAddress(ctx, ref, first.ID); err != nil || *c.Recipient != moved {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	_, ref := w.create(t.Context(), t, w.jar(1))
	for want, change := range map[string]func(*models.Recipient){
		"input.recipient.name REQUIRED":       func(r *models.Recipient) { r.Name = " " },
		"input.recipient.phone INVALID":       func(r *models.Recipient) { r.Phone = "call me" },
		"input.recipient.province REQUIRED":   func(r *models.Recipient) { r.Province = "" },
		"input.recipient.city REQUIRED":       func(r *models.Recipient) { r.City = "" },
		"input.recipient.country NOT_ALLOWED": func(r *models.Recipient) { r.Country = "JP" },
	} {
		r := home()
		change(&r)
		if _, err := w.carts.SetRecipient(t.Context(), ref, r); refusals(t, err) != want {
			t.Errorf("%s, want %s", refusals(t, err), want)
		}
	}
	if _, err := w.carts.SetRecipient(t.Context(), ref, home()); err != nil {
		t.Fatal(err)
	}
	if c := w.get(t.Context(), t, ref); *c.Recipient != home() {
		t.Errorf("%+v", c.Recipient)
	}
}
