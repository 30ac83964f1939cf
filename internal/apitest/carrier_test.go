package apitest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// tracked is what a shopper reads of an order that is on its way.
type tracked struct {
	Status, FulfilmentStatus string
	Shipments                []struct {
		Status, TrackingNumber    string
		DispatchedAt, DeliveredAt *time.Time
		Events                    []struct {
			Type, Place, Note string
			HappenedAt        time.Time
		}
	}
}

// way tells the first shipment in one line, with times in steps of the sandbox since a start.
func (o tracked) way(since time.Time) string {
	s := o.Shipments[0]
	steps := func(at *time.Time) string {
		if at == nil {
			return "never"
		}
		return fmt.Sprint(float64(at.Sub(since)) / float64(sandbox.Step))
	}
	text := fmt.Sprintf("%s %s %s, left %s, arrived %s:", o.Status, o.FulfilmentStatus, s.Status, steps(s.DispatchedAt), steps(s.DeliveredAt))
	for _, e := range s.Events {
		text += fmt.Sprintf(" %s@%s", e.Type, steps(&e.HappenedAt))
	}
	return text
}

func (m *market) track(t *testing.T, order string) tracked {
	t.Helper()
	var got struct{ Order tracked }
	m.shopper.Do(t, `query($id: ID!) { order(id: $id) { status fulfilmentStatus shipments {
		status trackingNumber dispatchedAt deliveredAt events { type place note happenedAt } } } }`, map[string]any{"id": order}, &got)
	return got.Order
}

// labelled is an order of a jar of honey, with a shipment that has its label.
func (m *market) labelled(t *testing.T, street string) (order, shipment, number string) {
	t.Helper()
	input := m.acme.buy("12.00", m.acme.honey.Variants[0])
	if street != "" {
		input["recipient"].(map[string]any)["street"] = street
	}
	order = place(t, m.shopper, input).ID
	var s struct{ ID, TrackingNumber string }
	refused := m.staff.Mutate(t, "shipmentCreate", "shipment { id trackingNumber }", map[string]any{"idempotencyKey": order, "orderId": order}, &s)
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	return order, s.ID, s.TrackingNumber
}

func (m *market) dispatch(t *testing.T, shipment string) {
	t.Helper()
	if refused := m.staff.Mutate(t, "shipmentDispatch", "shipment { id }", map[string]any{"shipmentId": shipment}, nil); len(refused) > 0 {
		t.Fatal(refused)
	}
}

// pass lets time go by in steps of the sandbox, which tells what is due.
func (m *market) pass(t *testing.T, steps int) {
	t.Helper()
	for range steps {
		m.api.Now = m.api.Now.Add(sandbox.Step)
		if _, err := m.api.Carrier.Deliver(t.Context(), http.DefaultClient); err != nil {
			t.Fatal(err)
		}
	}
}

// The sandbox carrier tells of a way by signed webhooks over HTTP; what becomes
// of a parcel follows from its number.
func TestCarrierTellsTheWay(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for street, want := range map[string]string{
		"南京西路 1 号": "COMPLETED DELIVERED DELIVERED, left 0, arrived 4: LABELLED@0 ACCEPTED@0 IN_TRANSIT@1 AT_CUSTOMS@2 OUT_FOR_DELIVERY@3 DELIVERED@4",
		"1 Sandbox-Delayed Road": "COMPLETED DELIVERED DELIVERED, left 0, arrived 22: LABELLED@0 ACCEPTED@0 IN_TRANSIT@1 AT_CUSTOMS@2 AT_CUSTOMS@3 " +
			"IN_TRANSIT@20 OUT_FOR_DELIVERY@21 DELIVERED@22",
		"sandbox-lost": "PLACED FULFILLED LOST, left 0, arrived never: LABELLED@0 ACCEPTED@0 IN_TRANSIT@1 LOST@4",
	} {
		start := m.api.Now
		order, shipment, _ := m.labelled(t, street)
		m.dispatch(t, shipment)
		if got := m.track(t, order).way(start); got != "PLACED FULFILLED DISPATCHED, left 0, arrived never: LABELLED@0 ACCEPTED@0" {
			t.Error(got)
		}
		m.pass(t, 25)
		got := m.track(t, order)
		if way := got.way(start); way != want {
			t.Errorf("%s:\ngot  %s\nwant %s", street, way, want)
		}
		if e := got.Shipments[0].Events[2]; e.Place != "Los Angeles" || e.Note != "Left the country" {
			t.Errorf("%+v", e)
		}
	}
	if log := m.api.Log.String(); strings.Contains(log, "SBX") || strings.Contains(log, "refused") || strings.Contains(log, "failed") {
		t.Errorf("logged\n%s", log)
	}
}

// tell sends an event with the carrier's signature, and gives the answer's status.
func (m *market) tell(t *testing.T, event map[string]any) int {
	t.Helper()
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return m.post(t, "sandbox", webhook.Sign([]byte(apitest.CarrierSecret), m.api.Now, body), body)
}

func (m *market) post(t *testing.T, carrier, signature string, body []byte) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.api.URL+"/webhooks/carriers/"+carrier, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(webhook.Header, signature)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// All that a carrier tells of a parcel, each event thrice and in a random
// order, ends as it does when each is told once and in order: over HTTP, and
// of parcels that arrive, are lost, are found again, or were called off.
func TestCarrierEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	random := rand.New(rand.NewPCG(1, 2))
	type step struct {
		what models.TrackingType
		at   int
	}
	for name, c := range map[string]struct {
		told   []step
		cancel bool
		want   string
	}{
		"arrives": {[]step{{models.TrackingAccepted, 1}, {models.TrackingInTransit, 2}, {models.TrackingAtCustoms, 3}, {models.TrackingOutFor, 3}, {models.TrackingDelivered, 4}},
			false, "COMPLETED DELIVERED DELIVERED, left 1, arrived 4:"},
		"is lost": {[]step{{models.TrackingAccepted, 1}, {models.TrackingInTransit, 2}, {models.TrackingLost, 9}},
			false, "PLACED FULFILLED LOST, left 1, arrived never:"},
		"is found again": {[]step{{models.TrackingInTransit, 2}, {models.TrackingLost, 9}, {models.TrackingInTransit, 10}, {models.TrackingDelivered, 11}, {models.TrackingDelivered, 12}},
			false, "COMPLETED DELIVERED DELIVERED, left 2, arrived 11:"},
		"was called off": {[]step{{models.TrackingAccepted, 1}, {models.TrackingDelivered, 2}, {models.TrackingLost, 3}},
			true, "PLACED UNFULFILLED CANCELLED, left never, arrived never:"},
	} {
		ways := map[string]bool{}
		for round := range 6 {
			start := m.api.Now
			order, shipment, number := m.labelled(t, "")
			if c.cancel {
				if refused := m.staff.Mutate(t, "shipmentCancel", "shipment { id }", map[string]any{"shipmentId": shipment}, nil); len(refused) > 0 {
					t.Fatal(refused)
				}
			}
			m.api.Now = start.Add(15 * sandbox.Step)
			events := make([]map[string]any, len(c.told))
			for i, e := range c.told {
				events[i] = map[string]any{"id": fmt.Sprintf("%s-%d", number, i), "trackingNumber": number, "type": e.what,
					"at": start.Add(time.Duration(e.at) * sandbox.Step)}
			}
			if round > 0 {
				events = slices.Concat(events, events, events)
				random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			}
			for _, e := range events {
				if code := m.tell(t, e); code != http.StatusOK {
					t.Fatalf("%s: %v answers %d", name, e, code)
				}
			}
			got := m.track(t, order)
			// Of two events at one time it is their ids that say which comes first, and these are of the parcel.
			slices.SortStableFunc(got.Shipments[0].Events, func(a, b struct {
				Type, Place, Note string
				HappenedAt        time.Time
			},
			) int {
				if c := a.HappenedAt.Compare(b.HappenedAt); c != 0 {
					return c
				}
				return strings.Compare(a.Type, b.Type)
			})
			way := got.way(start)
			ways[way] = true
			if !strings.HasPrefix(way, c.want) || len(got.Shipments[0].Events) != len(c.told)+map[bool]int{false: 1, true: 2}[c.cancel] {
				t.Errorf("%s, round %d: %s", name, round, way)
			}
		}
		if len(ways) != 1 {
			t.Errorf("%s ends in %d ways: %v", name, len(ways), ways)
		}
	}
}

// What is not the carrier's, not of now, not readable or not known is refused
// or ignored as documented, logged without secrets, and writes nothing.
func TestBadCarrierWebhooks(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	order, _, number := m.labelled(t, "")
	written := func() (n int64) {
		t.Helper()
		err := m.api.DB.Gorm.Raw(`select (select count(*) from carrier_events) + (select count(*) from shipment_events where brand_id = @b)
			+ (select count(*) from order_events where brand_id = @b) + (select coalesce(sum(version), 0) from shipments where brand_id = @b)`,
			map[string]any{"b": m.acme.brand.ID}).Scan(&n).Error
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	event := func(change map[string]any) []byte {
		e := map[string]any{"id": "evt-1", "trackingNumber": number, "type": "DELIVERED", "at": m.api.Now}
		maps.Copy(e, change)
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	good, secret := event(nil), []byte(apitest.CarrierSecret)
	fixture.Create(t, m.api.DB.Gorm, &models.TrackingNumber{Carrier: "ANOTHER", Number: "FOREIGN1", BrandID: m.acme.brand.ID, ShipmentID: fixture.ID()})
	before := written()
	for name, c := range map[string]struct {
		carrier   string
		body      []byte
		signature string
		want      int
	}{
		"unsigned":            {"sandbox", good, "", 400},
		"forged":              {"sandbox", good, webhook.Sign([]byte("a guess"), m.api.Now, good), 400},
		"signed for another":  {"sandbox", good, webhook.Sign(secret, m.api.Now, []byte("{}")), 400},
		"garbled":             {"sandbox", good, "t=now,v1=zz", 400},
		"replayed":            {"sandbox", good, webhook.Sign(secret, m.api.Now.Add(-5*time.Minute-time.Second), good), 400},
		"of the future":       {"sandbox", good, webhook.Sign(secret, m.api.Now.Add(5*time.Minute+time.Second), good), 400},
		"garbage":             {"sandbox", []byte("\x00\xff{"), "", 400},
		"a list":              {"sandbox", []byte("[]"), "", 400},
		"without an id":       {"sandbox", event(map[string]any{"id": ""}), "", 400},
		"a long id":           {"sandbox", event(map[string]any{"id": strings.Repeat("x", 121)}), "", 400},
		"a NUL in the place":  {"sandbox", event(map[string]any{"place": "a\x00b"}), "", 400},
		"a long note":         {"sandbox", event(map[string]any{"note": strings.Repeat("x", 501)}), "", 400},
		"without a time":      {"sandbox", event(map[string]any{"at": nil}), "", 400},
		"next week":           {"sandbox", event(map[string]any{"at": m.api.Now.AddDate(0, 0, 7)}), "", 400},
		"no time":             {"sandbox", event(map[string]any{"at": "yesterday"}), "", 400},
		"an unknown parcel":   {"sandbox", event(map[string]any{"trackingNumber": "SBXN123"}), "", 404},
		"another's parcel":    {"sandbox", event(map[string]any{"trackingNumber": "FOREIGN1"}), "", 404},
		"an unknown carrier":  {"dragon", good, "", 404},
		"in capitals":         {"SANDBOX", good, "", 404},
		"an unknown event":    {"sandbox", event(map[string]any{"type": "SNEEZED"}), "", 200},
		"what is ours to say": {"sandbox", event(map[string]any{"type": "CANCELLED"}), "", 200},
		"too large":           {"sandbox", event(map[string]any{"note": strings.Repeat("x", 1<<20)}), "", 413},
	} {
		signature := c.signature
		if signature == "" && name != "unsigned" {
			signature = webhook.Sign(secret, m.api.Now, c.body)
		}
		if got := m.post(t, c.carrier, signature, c.body); got != c.want {
			t.Errorf("%s answers %d, want %d", name, got, c.want)
		}
		if got := written(); got != before {
			t.Errorf("%s wrote something", name)
		}
	}
	log := m.api.Log.String()
	for _, secret := range []string{apitest.CarrierSecret, number, "evt-1", "v1=", "SNEEZED", "FOREIGN1"} {
		if strings.Contains(log, secret) {
			t.Errorf("%s is logged\n%s", secret, log)
		}
	}
	if !strings.Contains(log, `level=WARN msg="webhook refused" provider=sandbox`) || !strings.Contains(log, `msg="webhook ignored"`) {
		t.Errorf("logged\n%s", log)
	}

	for range 3 { // the true one, and it again under a signature that is still good
		if got := m.post(t, "sandbox", webhook.Sign(secret, m.api.Now, good), good); got != 200 {
			t.Errorf("the true event answers %d", got)
		}
	}
	other := event(map[string]any{"type": "LOST", "note": "the same id says otherwise"})
	if got := m.post(t, "sandbox", webhook.Sign(secret, m.api.Now, other), other); got != 200 {
		t.Errorf("a used id answers %d", got)
	}
	if got := m.track(t, order); len(got.Shipments[0].Events) != 2 || got.Shipments[0].Status != "DELIVERED" || written() != before+5 {
		t.Errorf("%+v, %d rows more", got, written()-before)
	}
}

// A label is for those who ship.
func TestLabelsAreTheMerchants(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	order, shipment, _ := m.labelled(t, "")
	db := m.api.DB.Gorm
	const byOrder, byNode = `query($id: ID!) { order(id: $id) { shipments { status labelUrl } } }`, `query($id: ID!) { node(id: $id) { ... on Shipment { status labelUrl } } }`
	for name, c := range map[string]struct {
		client *apitest.Client
		code   string
	}{
		"shopper": {m.shopper, "FORBIDDEN"}, "analyst": {m.api.As(fixture.Member(t, db, m.acme.brand.ID, models.RoleAnalyst)), "FORBIDDEN"},
		"staff": {m.staff, ""}, "operator": {m.operator, ""},
	} {
		for query, id := range map[string]string{byOrder: order, byNode: shipment} {
			got := c.client.Post(t, query, map[string]any{"id": id})
			told := strings.Contains(string(got.Raw), "carrier.example")
			if got.Code() != c.code || told != (c.code == "") || !strings.Contains(string(got.Data), "LABELLED") {
				t.Errorf("%s: %s", name, got.Raw)
			}
		}
	}
}
