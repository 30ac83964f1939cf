package apitest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/difftest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// What a payload shows of its row beyond the row itself costs one statement,
// whatever it holds, and the row itself none. A mutation of several reads each
// payload before it goes on.
func TestPayloadsSendOneStatement(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	client := w.api.As(w.owner)
	update := func(alias, vendor, selection string) string {
		return fmt.Sprintf(`%s: productUpdate(input: {productId: %q, vendor: %q}) { product { %s } userErrors { code } }`,
			alias, w.goods.Product.GlobalID(), vendor, selection)
	}
	send := func(updates ...string) (statements int, answer string) {
		t.Helper()
		w.api.Sent.Reset()
		a := client.Post(t, "mutation { "+strings.Join(updates, " ")+" }", nil)
		if len(a.Errors) > 0 || strings.Contains(string(a.Raw), `"code"`) {
			t.Fatalf("%s", a.Raw)
		}
		return len(w.api.Sent.List()), string(a.Raw)
	}
	all := `version vendor brand { name storefronts(first: 3) { nodes { name } } } media { url } listings { prices { amount { amount } } }
		variants(first: 5) { totalCount nodes { sku available price { amount { amount } } stock { warehouse { name } onHand } } }`
	alone, _ := send(update("a", "One", "id version vendor title"))
	if sent, answer := send(update("a", "Two", all)); sent != alone+1 || !strings.Contains(answer, `"totalCount":2`) {
		t.Errorf("%d statements without and %d with all that belongs to the product: %s", alone, sent, answer)
	}
	brand := `brand { products(first: 1) { nodes { vendor } } }`
	sent, answer := send(update("a", "Three", brand), update("b", "Four", brand))
	first, second := strings.Index(answer, `"a":{"product":{"brand":{"products":{"nodes":[{"vendor":"Three"}]}}}`), strings.Index(answer, `[{"vendor":"Four"}]`)
	if first < 0 || second < first || sent != 2*(alone+1) {
		t.Errorf("%d statements, %s", sent, answer)
	}
}

// TestPayloadsShowWhatResolversDo runs every mutation that gives a row, as those
// who may, and asks for random parts of it in both ways at once: plans and
// resolvers must give the same bytes. Whatever goes beyond the row is planned.
func TestPayloadsShowWhatResolversDo(t *testing.T) {
	t.Parallel()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	difftest.Planned(s)
	var asked, beyond, planned, refused atomic.Int64
	t.Run("of", func(t *testing.T) {
		staff := auth.NewActor(&models.Account{}, nil, map[uuid.UUID]models.BrandRole{uuid.New(): models.RoleStaff})
		for n, mutation := range s.Mutation.Fields {
			roles := []models.BrandRole{""}
			if rule, _ := auth.RuleOf("Mutation", mutation.Name); staff.Holds(rule.Needs) {
				roles = append(roles, models.RoleStaff)
			}
			if row := difftest.PayloadRow(s, mutation); row == nil || slices.Contains(byResolvers, row.Type.Name()) {
				continue
			}
			t.Run(mutation.Name, func(t *testing.T) {
				t.Parallel()
				shown := 0
				for i, good := range goodInputs[mutation.Name] {
					for j, role := range roles {
						d := newPayloadDuel(t, s, good, role)
						if d == nil {
							continue
						}
						op := d.generator.Mutation(*seed<<32+uint64(n<<16+i<<8+j), mutation, d.input, payloadsEach)
						shown += d.compare(op)
						asked.Add(d.asked)
						beyond.Add(d.beyond)
						planned.Add(d.planned)
						refused.Add(d.refused)
					}
				}
				if shown == 0 {
					t.Error("showed no row")
				}
			})
		}
	})
	t.Logf("%d payloads, %d go beyond the row, %d of them are refused in part, %d are planned",
		asked.Load(), beyond.Load(), refused.Load(), planned.Load())
	if planned.Load() < (beyond.Load()-refused.Load())*99/100 || planned.Load() > beyond.Load() || beyond.Load() < asked.Load()/2 {
		t.Errorf("%d of %d payloads are planned", planned.Load(), beyond.Load())
	}
}

// byResolvers are rows that no plan shows: carts are priced by the domain, few
// read rules, who buys is nobody's row to read, and files of reports are made apart.
var byResolvers = []string{"Cart", "Address", "ConsumerIdentity", "CustomsRule", "Declaration", "ReportExport", "ReportSchedule", "Programme"}

const payloadsEach = 12

var seed = flag.Uint64("seed", 1, "seed of random payloads")

// payloadDuel compares what plans and resolvers show of one mutation's row.
type payloadDuel struct {
	t         *testing.T
	schema    *ast.Schema
	world     *shopWorld
	actor     *auth.Actor
	input     map[string]any
	generator *difftest.Generator

	asked, beyond, planned, refused int64
}

// newPayloadDuel is nil where somebody else than the brand's owner acts and is
// not replaced by another role.
func newPayloadDuel(t *testing.T, s *ast.Schema, good goodInput, role models.BrandRole) *payloadDuel {
	t.Helper()
	w := newShop(t)
	w.set("insert into media (brand_id, id, product_id, position, url, created_at) values (?, ?, ?, 0, 'https://acme.example/b.jpg', now())",
		w.brand.ID, fixture.ID(), w.goods.Product.ID)
	d := &payloadDuel{t: t, schema: s, world: w}
	d.actor, d.input = good(w)
	if role != "" {
		if d.actor != w.owner {
			return nil
		}
		d.actor = fixture.Member(t, w.api.DB.Gorm, w.brand.ID, role)
	}
	pool, err := difftest.Read(t.Context(), w.api.DB.Gorm, d.actor)
	if err != nil {
		t.Fatal(err)
	}
	d.generator = &difftest.Generator{Schema: s, Pool: pool, Actor: d.actor}
	return d
}

// compare runs the operation and tells how many rows it showed.
func (d *payloadDuel) compare(op difftest.Operation) (shown int) {
	d.t.Helper()
	d.world.api.Sent.Reset()
	answer := d.world.api.As(d.actor).Post(d.t, op.Query, op.Variables)
	for _, sql := range d.world.api.Sent.List() {
		if strings.Contains(sql, " as t1 ") { // as plans name the row
			d.planned++
		}
	}
	var data struct{ M map[string]json.RawMessage }
	if err := json.Unmarshal(answer.Data, &data); err != nil || data.M == nil {
		return 0 // this role may not
	}
	errors := map[string][]string{}
	for _, e := range answer.Errors {
		alias := e.Path[1].(string)
		errors[alias] = append(errors[alias], fmt.Sprint(e.Message, e.Path[2:], e.Extensions))
	}
	beyond := difftest.Beyond(d.schema, op, answer.Raw)
	d.asked = payloadsEach
	for i := range payloadsEach {
		p, r := fmt.Sprint("p", i), fmt.Sprint("r", i)
		slices.Sort(errors[p])
		slices.Sort(errors[r])
		if !bytes.Equal(data.M[p], data.M[r]) || !slices.Equal(errors[p], errors[r]) {
			d.t.Errorf("%s: plans and resolvers differ:\n%s %s\n%s %s\nin %s\nvariables %v",
				p, data.M[p], errors[p], data.M[r], errors[r], op.Query, op.Variables)
		}
		if beyond[p] {
			d.beyond++
		}
		if len(errors[p]) > 0 {
			d.refused++
		}
		if string(data.M[p]) != "null" {
			shown++
		}
	}
	return shown
}
