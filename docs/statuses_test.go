package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/models"
)

var rewrite = flag.Bool("write-statuses", false, "write the tables of statuses into the guide of orders")

const (
	ordersGuide = "guides/orders-and-returns.md"
	statuses    = "\n## Statuses\n"
)

// lives are what the guide tells of, in its order.
var lives = []struct {
	of    models.Life
	title string
}{
	{models.LifeOfOrder, "`status` of an order"}, {models.LifeOfPayment, "`paymentStatus` of an order"},
	{models.LifeOfFulfilment, "`fulfilmentStatus` of an order"}, {models.LifeOfReturns, "`returnStatus` of an order"},
	{models.LifeOfShipment, "`status` of a shipment"}, {models.LifeOfReturn, "`status` of a return"},
}

// printedStatuses is the last part of the guide: every change that may happen.
func printedStatuses() string {
	var text strings.Builder
	text.WriteString(statuses + "\nThese are all changes of statuses that may happen; what is not in the tables never does.\n" +
		"Anybody who asks for it is told `CONFLICT`, and what a carrier tells beyond them stays in\nthe timeline.\n")
	for _, l := range lives {
		fmt.Fprintf(&text, "\n### %s\n\n| from | to | when |\n|---|---|---|\n", l.title)
		for _, t := range models.Transitions {
			if t.Of == l.of {
				fmt.Fprintf(&text, "| `%s` | `%s` | %s |\n", t.From, t.To, t.When)
			}
		}
	}
	return text.String()
}

// The guide prints the one table of transitions, and nothing else.
func TestGuidePrintsTheTransitions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(ordersGuide)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(text), statuses)
	if !found {
		t.Fatalf("%s has no part for statuses", ordersGuide)
	}
	want := before + printedStatuses()
	if *rewrite {
		if err := os.WriteFile(ordersGuide, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Errorf("%s prints other transitions than models/transition.go has: go test ./docs -run Transitions -write-statuses", ordersGuide)
	}
	told := 0
	for _, transition := range models.Transitions {
		for _, l := range lives {
			if l.of == transition.Of {
				told++
			}
		}
	}
	if told != len(models.Transitions) {
		t.Errorf("%d of %d transitions are told", told, len(models.Transitions))
	}
}
