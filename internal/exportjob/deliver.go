package exportjob

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// giveUpAfter is how long it is tried to bring a file.
	giveUpAfter = 6 * time.Hour
	// sendFor is how long a webhook may take.
	sendFor = 30 * time.Second
)

// Client gives what sends to webhooks: to public addresses alone, since others
// choose where, unless inside allows this machine and its network for
// development. It follows nobody elsewhere.
func Client(inside bool) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !inside {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !public(at.Addr().Unmap()) {
				return errors.New("webhooks go to public addresses alone")
			}
			return nil
		}
	}
	transport := &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true}
	return &http.Client{
		Timeout: sendFor, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// special are addresses of nobody's public server, beside those that say so.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

func public(a netip.Addr) bool {
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate()
}

// Notice is what a webhook is told of a file.
type Notice struct {
	Event      string    `json:"event"`
	ScheduleID string    `json:"scheduleId"`
	Name       string    `json:"name"`
	ExportID   string    `json:"exportId"`
	Report     string    `json:"report"`
	Format     string    `json:"format"`
	FileName   string    `json:"fileName"`
	Rows       int64     `json:"rows"`
	Bytes      int64     `json:"bytes"`
	CreatedAt  time.Time `json:"createdAt"`
	// URL is where the file is fetched until ExpiresAt.
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// bring brings a file where its schedule says, or says why it could not be and
// when it is tried again.
func (s *Service) bring(ctx context.Context, e *models.ReportExport) error {
	var row models.ReportSchedule
	if err := s.db.WithContext(ctx).Where("id = ?", e.ScheduleID).Take(&row).Error; err != nil {
		return fmt.Errorf("read the schedule: %w", err)
	}
	var err error
	if row.WebhookURL != nil {
		err = s.send(ctx, e, &row)
	} else {
		err = s.put(ctx, e, *row.Folder)
	}
	now, changes := s.now(), map[string]any{"due_at": nil}
	switch late := now.Sub(*e.FinishedAt); {
	case err == nil:
		changes["delivered_at"] = now
		s.note(ctx, row.ID, "")
	case late < giveUpAfter && !errors.Is(err, errNoOperator):
		changes["due_at"] = now.Add(min(max(late, afterFault), time.Hour))
		fallthrough
	default:
		s.note(ctx, row.ID, told(err))
	}
	err = s.db.WithContext(ctx).Model(&models.ReportExport{}).Where("id = ? and runs = ?", e.ID, e.Runs).Updates(changes).Error
	if err != nil {
		return fmt.Errorf("keep the delivery of an export: %w", err)
	}
	return nil
}

// told is what of an error its owner may know: not where names lead.
func told(err error) string {
	if answered, ok := errors.AsType[answer](err); ok {
		return answered.Error()
	}
	if refused, ok := errors.AsType[*url.Error](err); ok {
		if refused.Timeout() {
			return "the webhook took too long"
		}
		return "the webhook could not be reached"
	}
	if errors.Is(err, errNoOperator) {
		return err.Error()
	}
	return "the file could not be put in the folder"
}

// answer is a status that is no success.
type answer int

func (a answer) Error() string { return fmt.Sprintf("the webhook answers %d", int(a)) }

func (s *Service) send(ctx context.Context, e *models.ReportExport, row *models.ReportSchedule) error {
	place := s.Link(e)
	if place == nil {
		return answer(http.StatusGone)
	}
	body, err := json.Marshal(Notice{
		Event: "report.ready", ScheduleID: row.GlobalID(), Name: row.Name, ExportID: e.GlobalID(), Report: e.Report, Format: e.Format,
		FileName: name(e), Rows: e.RowCount, Bytes: e.SizeBytes, CreatedAt: e.CreatedAt, URL: place.URL, ExpiresAt: place.ExpiresAt,
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, *row.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(webhook.Header, webhook.Sign([]byte(s.secret(row)), s.now(), body))
	response, err := s.place.Client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 4096))
	if err := response.Body.Close(); err != nil || response.StatusCode/100 != 2 {
		return answer(response.StatusCode)
	}
	return nil
}

// errNoOperator refuses folders to all others.
var errNoOperator = errors.New("only operators have reports brought to a folder")

func mayPut(a *auth.Actor) error {
	if !a.HoldsEverywhere(auth.LedgerWrite) {
		return errNoOperator
	}
	return nil
}

// put copies a file below the server's folder, where no path and no link leads
// out of, whole or not at all, and for good. Rights may have gone since the
// schedule was made.
func (s *Service) put(ctx context.Context, e *models.ReportExport, folder string) error {
	_, actor, err := s.rights(ctx, e.AccountID)
	if err == nil {
		err = mayPut(actor)
	}
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(s.place.Folder)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	from, err := os.Open(s.path(e.ID))
	if err != nil {
		return err
	}
	defer from.Close()
	to := filepath.Join(folder, name(e))
	f, err := root.OpenFile(to+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err = errors.Join(err, s.disk.keep(f)); err != nil {
		return errors.Join(err, root.Remove(to+".part"))
	}
	return s.disk.rename(root, to+".part", to)
}

func formatOf(row *models.ReportSchedule) export.Format { return export.Format(row.Format) }
