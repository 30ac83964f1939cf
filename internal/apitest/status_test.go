package apitest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// steps lead a storefront that is OPEN, and its brand, to the statuses of a row.
var steps = map[string]func(*statusWorld){
	"ACTIVE/OPEN":      func(*statusWorld) {},
	"ACTIVE/PAUSED":    func(w *statusWorld) { w.shop("storefrontPause") },
	"ACTIVE/CLOSED":    func(w *statusWorld) { w.shop("storefrontClose") },
	"SUSPENDED/OPEN":   func(w *statusWorld) { w.brand("brandSuspend") },
	"SUSPENDED/PAUSED": func(w *statusWorld) { w.shop("storefrontPause"); w.brand("brandSuspend") },
	"CLOSED/CLOSED":    func(w *statusWorld) { w.brand("brandClose") },
}

type statusWorld struct {
	t                        *testing.T
	s                        *stall
	public, buyer, staff, op *apitest.Client
}

func (w *statusWorld) shop(move string) {
	w.t.Helper()
	refused := w.op.Mutate(w.t, move, "storefront { id }", map[string]any{"storefrontId": w.s.shop.GlobalID()}, nil)
	if len(refused) > 0 {
		w.t.Fatal(refused)
	}
}

func (w *statusWorld) brand(move string) {
	w.t.Helper()
	refused := w.op.Mutate(w.t, move, "brand { id }", map[string]any{"brandId": w.s.brand.GlobalID(), "reason": "why"}, nil)
	if len(refused) > 0 {
		w.t.Fatal(refused)
	}
}

var statusRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `([A-Z]+)` \\| (.+) \\|$")

// TestWhatEachStatusLeaves holds the table of the guide against the API: what
// the public reads, who buys, and what stays readable of the past.
func TestWhatEachStatusLeaves(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guides/brands-and-storefronts.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := statusRow.FindAllStringSubmatch(string(guide), -1)
	if len(rows) != len(steps) {
		t.Fatalf("the guide has %d rows, want one for each of %d", len(rows), len(steps))
	}
	api := apitest.New(t, fixture.Start.AddDate(0, 1, 0))
	db := api.DB.Gorm
	for _, row := range rows {
		name := strings.ToLower(row[1] + "-" + row[2])
		s := newStall(t, db, name, 10)
		w := &statusWorld{
			t: t, s: s, public: api.As(nil), buyer: api.As(fixture.Shopper(t, db, "Li Wei")),
			staff: api.As(fixture.Member(t, db, s.brand.ID, models.RoleStaff)), op: api.As(fixture.Operator(t, db)),
		}
		order := place(t, w.buyer, s.buy("12.00", s.honey.Variants[0]))
		steps[row[1]+"/"+row[2]](w)

		var got struct {
			Brand, Storefront, Product *struct{ Status string }
		}
		ids := map[string]any{"b": s.brand.GlobalID(), "s": s.shop.GlobalID(), "p": s.honey.Product.GlobalID(), "o": order.ID}
		const rowsOf = `query($b: ID!, $s: ID!, $p: ID!) { brand(id: $b) { status } storefront(id: $s) { status } product(id: $p) { status } }`
		w.public.Do(t, rowsOf, ids, &got)
		says := []string{yes(got.Brand != nil), yes(got.Storefront != nil), yes(got.Product != nil)}
		refused := w.buyer.Mutate(t, "orderPlace", "order { id }", s.buy("12.00", s.honey.Variants[0]), nil)
		says = append(says, yes(len(refused) == 0))
		if is := strings.Join(says, " | "); is != row[3] {
			t.Errorf("%s: brand, storefront, products, buying are %s, the guide says %s", name, is, row[3])
		}
		w.staff.Do(t, rowsOf, ids, &got)
		if got.Brand == nil || got.Storefront == nil || got.Product == nil || got.Brand.Status != row[1] || got.Storefront.Status != row[2] {
			t.Errorf("%s: its staff reads %+v", name, got)
		}
		for who, c := range map[string]*apitest.Client{"shopper": w.buyer, "staff": w.staff} {
			var past struct{ Order *struct{ Number string } }
			c.Do(t, `query($o: ID!) { order(id: $o) { number } }`, ids, &past)
			if past.Order == nil || past.Order.Number != order.Number {
				t.Errorf("%s: the %s no longer reads the order", name, who)
			}
		}
		if refused := w.buyer.Mutate(t, "orderCancel", "order { id }",
			map[string]any{"idempotencyKey": "cancel-" + name, "orderId": order.ID, "reason": "changed my mind"}, nil); len(refused) > 0 {
			t.Errorf("%s: the order cannot be cancelled: %v", name, refused)
		}
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
