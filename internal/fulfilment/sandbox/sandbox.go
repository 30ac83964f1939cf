// Package sandbox is the carrier that carries nothing: the default, for
// development and tests. What becomes of a parcel follows from its tracking
// number, and that from its shipment and the street it goes to. It tells of the
// way by signed webhooks to the server's own endpoint, as others do.
package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// Streets with these words lead elsewhere than to the door in time.
const (
	Delayed = "sandbox-delayed" // customs keep the parcel for a while
	Lost    = "sandbox-lost"    // it never arrives
)

// Step is the time between two events of a way.
const Step = 30 * time.Second

// stop is an event of a way, so many steps after the parcel was handed over.
type stop struct {
	after       time.Duration
	what        models.TrackingType
	place, note string
}

var (
	leaves  = stop{Step, models.TrackingInTransit, "Los Angeles", "Left the country"}
	arrives = stop{2 * Step, models.TrackingAtCustoms, "Shanghai", ""}
)

// ways are what becomes of parcels, by the fourth letter of their number.
var ways = map[byte][]stop{
	'N': {leaves, arrives, {3 * Step, models.TrackingOutFor, "Shanghai", ""}, {4 * Step, models.TrackingDelivered, "", "Left at the door"}},
	'D': {
		leaves, arrives, {3 * Step, models.TrackingAtCustoms, "Shanghai", "Kept for inspection"},
		{20 * Step, models.TrackingInTransit, "Shanghai", "Released"}, {21 * Step, models.TrackingOutFor, "Shanghai", ""},
		{22 * Step, models.TrackingDelivered, "", "Left at the door"},
	},
	'L': {leaves, {4 * Step, models.TrackingLost, "", "Cannot be found"}},
}

// Options of the sandbox.
type Options struct {
	// HookURL is where the server is that receives its webhooks.
	HookURL string
	// Secret signs them. Instances behind one URL share it.
	Secret []byte
}

// Carrier is the carrier.
type Carrier struct {
	db    *gorm.DB
	now   func() time.Time
	hooks *webhook.Sender
}

// New takes the database of what it has to tell, and the clock.
func New(db *gorm.DB, now func() time.Time, o Options) *Carrier {
	c := &Carrier{db: db, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
	c.hooks = webhook.NewSender(db, c.now, "/webhooks/carriers/"+strings.ToLower(c.Name()), o.HookURL, o.Secret)
	return c
}

// Name of its shipments.
func (*Carrier) Name() string { return "SANDBOX" }

// Label is the same for the same shipment.
func (*Carrier) Label(_ context.Context, s *models.Shipment, to *models.Recipient) (fulfilment.Label, error) {
	way := "N"
	if to != nil {
		switch street := strings.ToLower(to.Street); {
		case strings.Contains(street, Delayed):
			way = "D"
		case strings.Contains(street, Lost):
			way = "L"
		}
	}
	sum := sha256.Sum256(s.ID[:])
	number := "SBX" + way + base32.StdEncoding.EncodeToString(sum[:])[:12]
	return fulfilment.Label{TrackingNumber: number, URL: "https://carrier.example/labels/" + number + ".pdf"}, nil
}

// Collect sends the parcel on its way, by webhooks from now on.
func (c *Carrier) Collect(ctx context.Context, number string) error {
	if len(number) < 4 {
		return fmt.Errorf("%s: not a number of the sandbox", number)
	}
	began := c.now()
	return database.InTx(ctx, c.db, func(tx *gorm.DB) error {
		for i, s := range ways[number[3]] {
			e := fulfilment.Tracking{
				ID: fmt.Sprintf("%s-%d", number, i+1), TrackingNumber: number, Type: s.what, Place: s.place, Note: s.note, At: began.Add(s.after),
			}
			if err := c.hooks.TellTx(tx, e.ID, e, e.At); err != nil {
				return err
			}
		}
		return nil
	})
}

// Event reads a webhook that Deliver has sent.
func (c *Carrier) Event(header http.Header, body []byte, now time.Time) (fulfilment.Tracking, error) {
	if err := c.hooks.Verify(header, body, now); err != nil {
		return fulfilment.Tracking{}, err
	}
	return fulfilment.ReadTracking(body)
}

// Deliver sends the events that are due to the server's own endpoint, and
// tells how many arrived. Call it every second.
func (c *Carrier) Deliver(ctx context.Context, client *http.Client) (int, error) {
	return c.hooks.Deliver(ctx, client)
}
