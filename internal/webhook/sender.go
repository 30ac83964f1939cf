package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Sender sends what a sandbox has to tell to the server's own endpoint, as
// providers do. What is to be sent is kept in the database.
type Sender struct {
	db  *gorm.DB
	now func() time.Time
	// path is the endpoint's, url the server's.
	path, url string
	secret    []byte
}

// NewSender takes the database, the clock, the path of the endpoint, where the
// server is, and what signs. Instances behind one URL share the secret.
func NewSender(db *gorm.DB, now func() time.Time, path, url string, secret []byte) *Sender {
	return &Sender{db: db, now: now, path: path, url: url, secret: secret}
}

// Verify tells whether a body was signed by this sender a moment ago.
func (s *Sender) Verify(header http.Header, body []byte, now time.Time) error {
	return Verify(s.secret, header.Get(Header), body, now)
}

// outgoing is a row of what is to be sent.
type outgoing struct {
	ID        string `gorm:"primaryKey"`
	Path      string
	Body      string
	CreatedAt time.Time
	DueAt     *time.Time
	Tries     int
}

func (outgoing) TableName() string { return "sandbox_events" }

// TellTx books an event, to be sent from a time on. An id is booked once.
func (s *Sender) TellTx(tx *gorm.DB, id string, event any, at time.Time) error {
	body, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	err = tx.Clauses(clause.OnConflict{DoNothing: true}).
		Create(&outgoing{ID: id, Path: s.path, Body: string(body), CreatedAt: at, DueAt: &at}).Error
	if err != nil {
		return fmt.Errorf("book an event: %w", err)
	}
	return nil
}

const (
	deliverSize = 50
	// maxTries bounds how often an event is sent that nobody takes, over some two days.
	maxTries = 20
	sendFor  = 30 * time.Second
)

// Deliver sends the events that are due, and tells how many arrived. What was
// not taken is sent again, later and later. Several instances may deliver at
// once; call it every second.
func (s *Sender) Deliver(ctx context.Context, client *http.Client) (int, error) {
	var due []outgoing
	now := s.now()
	err := s.db.WithContext(ctx).Raw(`
update sandbox_events
set due_at = ?, tries = tries + 1
where id in (
  select id
  from sandbox_events
  where path = ? and due_at <= ?
  order by due_at
  limit ?
  for update skip locked
)
returning *`, now.Add(time.Minute), s.path, now, deliverSize).Scan(&due).Error
	if err != nil {
		return 0, fmt.Errorf("take up events: %w", err)
	}
	slices.SortFunc(due, func(a, b outgoing) int { return a.CreatedAt.Compare(b.CreatedAt) })
	arrived, failed := 0, error(nil)
	for _, e := range due {
		var next *time.Time
		if err := s.send(ctx, client, []byte(e.Body)); err == nil {
			arrived++
		} else {
			failed = err
			if e.Tries < maxTries {
				next = new(s.now().Add(time.Second << min(e.Tries, 14)))
			}
		}
		err := s.db.WithContext(ctx).Exec("update sandbox_events set due_at = ? where id = ?", next, e.ID).Error
		if err != nil {
			return arrived, fmt.Errorf("close an event: %w", err)
		}
	}
	return arrived, failed
}

func (s *Sender) send(ctx context.Context, client *http.Client, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+s.path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(Header, Sign(s.secret, s.now(), body))
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096))
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		return errors.Join(err, fmt.Errorf("the webhook answers %d", answer.StatusCode))
	}
	return nil
}
