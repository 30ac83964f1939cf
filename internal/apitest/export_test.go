package apitest_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// download is what a link without a token gives.
func download(t *testing.T, url string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func into(t *testing.T, a apitest.Answer, data any) {
	t.Helper()
	if len(a.Errors) > 0 {
		t.Fatalf("%s", a.Raw)
	}
	if err := json.Unmarshal(a.Data, data); err != nil {
		t.Fatal(err)
	}
}

func TestReportExports(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	rival := fixture.Member(t, w.api.DB.Gorm, fixture.Brand(t, w.api.DB.Gorm, "rival-exports").ID, models.RoleOwner)
	create := func(actor *auth.Actor) string {
		t.Helper()
		answer := w.api.As(actor).Post(t, `mutation { reportExportCreate(input: { report: "sales", format: CSV,
			arguments: { groupBy: [BRAND] } }) { reportExport { id status rowCount link { url } } userErrors { field code } } }`, nil)
		var data struct {
			ReportExportCreate struct{ ReportExport struct{ ID, Status string } }
		}
		into(t, answer, &data)
		if data.ReportExportCreate.ReportExport.Status != "QUEUED" {
			t.Fatalf("%s", answer.Raw)
		}
		return data.ReportExportCreate.ReportExport.ID
	}
	ask := `query ($id: ID!) { reportExport(id: $id) { status rowCount format arguments link { url expiresAt } } }`
	type answered struct {
		ReportExport *struct {
			Status, RowCount, Format string
			Link                     *struct{ URL string }
		}
	}
	files := map[*auth.Actor]string{}
	for _, actor := range []*auth.Actor{w.owner, rival, w.operator} {
		id := create(actor)
		jobs, err := w.api.Exports.Due(t.Context(), 10)
		if err != nil || len(jobs) != 1 {
			t.Fatal(jobs, err)
		}
		if err := w.api.Exports.Perform(t.Context(), jobs[0].ID, jobs[0].Run); err != nil {
			t.Fatal(err)
		}
		var own answered
		into(t, w.api.As(actor).Post(t, ask, map[string]any{"id": id}), &own)
		if own.ReportExport.Status != "COMPLETED" || own.ReportExport.Link == nil {
			t.Fatalf("%+v", own.ReportExport)
		}
		status, body := download(t, own.ReportExport.Link.URL)
		if status != http.StatusOK {
			t.Fatal(status)
		}
		files[actor] = string(body)
		for _, other := range []*auth.Actor{w.owner, rival, w.operator, w.shopper} {
			if other == actor {
				continue
			}
			answer := w.api.As(other).Post(t, ask, map[string]any{"id": id})
			if !strings.Contains(string(answer.Raw), `"reportExport":null`) && answer.Code() != "FORBIDDEN" {
				t.Errorf("somebody else's: %s", answer.Raw)
			}
		}
		if status, body := download(t, own.ReportExport.Link.URL+"x"); status != http.StatusForbidden || strings.Contains(string(body), "expire") {
			t.Errorf("an altered link: %d %s", status, body)
		}
	}
	rows := func(actor *auth.Actor) int {
		t.Helper()
		all, err := csv.NewReader(strings.NewReader(files[actor])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return len(all) - 1
	}
	if rows(w.owner) != 1 || rows(rival) != 0 || rows(w.operator) < 1 || !strings.Contains(files[w.owner], w.brand.GlobalID()) {
		t.Errorf("the owner has %q, a rival %q", files[w.owner], files[rival])
	}
}

func TestReportExportsAreListed(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	alone, made, schedule := w.export(), w.export(), w.schedule()
	w.set("update report_exports set schedule_id = ? where id = ?", schedule.ID, made.ID)
	theirs := w.export()
	w.set("update report_exports set account_id = ?, schedule_id = ? where id = ?", w.operator.Account.ID, schedule.ID, theirs.ID)
	const ask = `query ($where: ReportExportWhere) {
		reportExports(where: $where, sortKey: REPORT, reverse: true) { nodes { id schedule { id name } } totalCount } }`
	one := func(e *models.ReportExport, schedule string) string {
		return `{"id":"` + e.GlobalID() + `","schedule":` + schedule + `}`
	}
	by := `{"id":"` + schedule.GlobalID() + `","name":"Mondays"}`
	now := w.api.Now.Format(time.RFC3339)
	for _, c := range []struct {
		where any
		want  []string
	}{
		{nil, []string{one(made, by), one(alone, "null")}},
		{object{"scheduleId": schedule.GlobalID()}, []string{one(made, by)}},
		{object{"status": list("QUEUED", "FAILED"), "createdAt": object{"from": now}}, []string{one(made, by), one(alone, "null")}},
		{object{"createdAt": object{"to": now}}, nil},
		{object{"status": list("COMPLETED")}, nil},
	} {
		a := w.api.As(w.owner).Post(t, ask, object{"where": c.where})
		want := fmt.Sprintf(`{"reportExports":{"nodes":[%s],"totalCount":%d}}`, strings.Join(c.want, ","), len(c.want))
		if got := string(a.Data); got != want {
			t.Errorf("%v: %s, not %s", c.where, a.Raw, want)
		}
	}
	if a := w.api.As(w.owner).Post(t, ask, object{"where": object{"scheduleId": made.GlobalID()}}); a.Code() != "BAD_USER_INPUT" {
		t.Errorf("%s", a.Raw)
	}
	// Somebody else's schedule is not told of.
	a := w.api.As(w.operator).Post(t, `{ reportExports(where: { status: [QUEUED] }) { nodes { schedule { id } } } }`, nil)
	if got := string(a.Data); got != `{"reportExports":{"nodes":[{"schedule":null}]}}` {
		t.Errorf("%s", a.Raw)
	}
}

func TestReportCharts(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	ask := `query ($arguments: JSON) @inContext(language: "zh-CN") { reportChart(report: "sales", arguments: $arguments, width: 640) {
		svg png: link { url expiresAt } vector: link(format: SVG) { url } } }`
	var data struct {
		ReportChart struct {
			SVG         string
			PNG, Vector struct{ URL string }
		}
	}
	into(t, w.api.As(w.owner).Post(t, ask, map[string]any{"arguments": object{"groupBy": list("MARKET")}}), &data)
	chart := data.ReportChart
	if !strings.HasPrefix(chart.SVG, "<svg ") || !strings.Contains(chart.SVG, "中国") || !strings.Contains(chart.SVG, "销售：净额（按市场）") || len(chart.PNG.URL) > 400 {
		t.Errorf("%s\n%s", chart.PNG.URL, chart.SVG)
	}
	status, body := download(t, chart.PNG.URL)
	picture, err := png.Decode(bytes.NewReader(body))
	if status != http.StatusOK || err != nil || picture.Bounds().Dx() != 1280 {
		t.Error(status, err)
	}
	if status, body := download(t, chart.Vector.URL); status != http.StatusOK || string(body) != chart.SVG {
		t.Errorf("%d, another picture than the field's", status)
	}
	for _, bad := range []string{chart.PNG.URL[:len(chart.PNG.URL)-5] + ".png", w.api.URL + "/charts/x.png", strings.Replace(chart.PNG.URL, ".png", ".gif", 1)} {
		if status, _ := download(t, bad); status != http.StatusForbidden {
			t.Errorf("%s: %d", bad, status)
		}
	}
	w.set("delete from memberships where brand_id = ? and account_id = ?", w.brand.ID, w.owner.Account.ID)
	if status, _ := download(t, chart.PNG.URL); status != http.StatusForbidden {
		t.Errorf("one who left the brand sees its chart: %d", status)
	}
	if answer := w.api.As(w.shopper).Post(t, ask, nil); answer.Code() != "FORBIDDEN" {
		t.Errorf("%s", answer.Raw)
	}
}

func TestReportSchedules(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	answer := w.api.As(w.owner).Post(t, `mutation { reportScheduleCreate(input: { name: "Mondays", report: "sales", format: XLSX, days: LAST_WEEK,
		cron: "0 7 * * 1", timeZone: "Asia/Shanghai", webhookUrl: "https://acme.example/hook" }) {
		secret reportSchedule { id name paused nextAt timeZone version } userErrors { field code message } } }`, nil)
	var made struct {
		ReportScheduleCreate struct {
			Secret         string
			ReportSchedule struct{ ID, NextAt string }
		}
	}
	into(t, answer, &made)
	if len(made.ReportScheduleCreate.Secret) < 32 || !strings.HasSuffix(made.ReportScheduleCreate.ReportSchedule.NextAt, "T23:00:00Z") {
		t.Fatalf("%s", answer.Raw)
	}
	seen := func(actor *auth.Actor) string {
		t.Helper()
		return string(w.api.As(actor).Post(t, `{ reportSchedules { nodes { name days webhookUrl lastError paused } totalCount } }`, nil).Raw)
	}
	if got := seen(w.owner); !strings.Contains(got, `"days":"LAST_WEEK"`) || strings.Contains(got, made.ReportScheduleCreate.Secret) {
		t.Error(got)
	}
	if got := seen(w.operator); !strings.Contains(got, `"totalCount":0`) {
		t.Error(got)
	}
	id := map[string]any{"id": made.ReportScheduleCreate.ReportSchedule.ID}
	change := func(actor *auth.Actor, version int, changes string) string {
		t.Helper()
		return string(w.api.As(actor).Post(t, fmt.Sprintf(`mutation ($id: ID!) { reportScheduleUpdate(input: { reportScheduleId: $id, expectedVersion: %d, %s }) {
			secret userErrors { field code } reportSchedule { name format days cron timeZone webhookUrl folder paused nextAt arguments version } } }`, version, changes), id).Raw)
	}
	for _, c := range []struct {
		actor   *auth.Actor
		changes string
		says    string
	}{
		{w.operator, `name: "mine"`, `{"field":["input","reportScheduleId"],"code":"NOT_FOUND"}`},
		{w.shopper, `name: "mine"`, `"code":"FORBIDDEN"`},
		{w.owner, `name: null`, `{"field":["input","name"],"code":"REQUIRED"}`},
		{w.owner, `timeZone: null`, `{"field":["input","timeZone"],"code":"REQUIRED"}`},
		{w.owner, `arguments: { groupBy: [MOON] }`, `{"field":["input","arguments"],"code":"INVALID"}`},
		{w.owner, `cron: "61 * * * *"`, `{"field":["input","cron"],"code":"INVALID"}`},
		{w.owner, `webhookUrl: null`, `{"field":["input","webhookUrl"],"code":"REQUIRED"}`},
		{w.owner, `folder: "finance"`, `{"field":["input","folder"],"code":"NOT_ALLOWED"}`},
	} {
		if got := change(c.actor, 1, c.changes); !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", c.changes, got)
		}
	}
	if got := change(w.owner, 1, `name: "Tuesdays", cron: "0 8 * * 2", timeZone: "Europe/Berlin", format: CSV, days: YESTERDAY,
		arguments: { groupBy: [BRAND] }, webhookUrl: "https://acme.example/other"`); !strings.Contains(got, `"reportSchedule":{"name":"Tuesdays","format":"CSV",`+
		`"days":"YESTERDAY","cron":"0 8 * * 2","timeZone":"Europe/Berlin","webhookUrl":"https://acme.example/other","folder":null,"paused":false,"nextAt":"2026-`) ||
		!strings.Contains(got, `T07:00:00Z","arguments":{"groupBy":["BRAND"]},"version":2}`) || strings.Contains(got, `"secret":null`) {
		t.Error(got)
	}
	if got := change(w.owner, 1, `name: "late"`); !strings.Contains(got, `{"field":["input","expectedVersion"],"code":"VERSION_CONFLICT"}`) {
		t.Error(got)
	}
	for mutation, says := range map[string]string{
		`mutation ($id: ID!) { reportSchedulePause(input: { reportScheduleId: $id, expectedVersion: 9 }) { userErrors { code } } }`:                      "VERSION_CONFLICT",
		`mutation ($id: ID!) { reportSchedulePause(input: { reportScheduleId: $id, expectedVersion: 2 }) { reportSchedule { paused nextAt version } } }`: `"paused":true,"nextAt":null,"version":3`,
	} {
		if answer := w.api.As(w.owner).Post(t, mutation, id); !strings.Contains(string(answer.Raw), says) {
			t.Errorf("%s", answer.Raw)
		}
	}
	remove := `mutation ($id: ID!) { reportScheduleDelete(input: { reportScheduleId: $id, expectedVersion: 3 }) { reportSchedule { name } userErrors { code } } }`
	if answer := w.api.As(w.operator).Post(t, remove, id); !strings.Contains(string(answer.Raw), "NOT_FOUND") {
		t.Errorf("%s", answer.Raw)
	}
	if answer := w.api.As(w.owner).Post(t, remove, id); !strings.Contains(string(answer.Raw), `"name":"Tuesdays"`) {
		t.Errorf("%s", answer.Raw)
	}
}
