package apitest_test

import (
	"encoding/json"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// export is one of the owner's that waits.
func (w *shopWorld) export() *models.ReportExport {
	e := &models.ReportExport{
		ID: fixture.ID(), AccountID: w.owner.Account.ID, Report: "sales", Arguments: json.RawMessage("{}"), Format: "CSV", Language: "en",
		Status: models.ExportQueued, DueAt: &w.api.Now, CreatedAt: w.api.Now,
	}
	w.create(e)
	return e
}

// schedule is one of the owner's that runs.
func (w *shopWorld) schedule() *models.ReportSchedule {
	at := w.api.Now.AddDate(1, 0, 0)
	s := &models.ReportSchedule{
		ID: fixture.ID(), AccountID: w.owner.Account.ID, Name: "Mondays", Report: "sales", Arguments: json.RawMessage("{}"), Days: models.DaysLastWeek,
		Format: "XLSX", Language: "en", Cron: "0 7 * * 1", TimeZone: "Asia/Shanghai", WebhookURL: new("https://acme.example/hook"),
		NextAt: &at, CreatedAt: w.api.Now, Version: 1,
	}
	w.create(s)
	return s
}

// outgoing are good inputs of exports and schedules.
var outgoing = map[string][]goodInput{
	"reportExportCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"report": "sales", "arguments": object{"groupBy": list("BRAND")}, "format": "CSV", "language": "zh-CN", "byteOrderMark": true,
		}
	}},
	"reportExportCancel": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"reportExportId": w.export().GlobalID()}
	}},
	"reportScheduleCreate": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, object{
				"name": "Mondays", "report": "sales", "arguments": object{"groupBy": list("BRAND")}, "days": "LAST_WEEK", "format": "XLSX",
				"language": "zh-CN", "cron": "0 7 * * 1", "timeZone": "Asia/Shanghai", "webhookUrl": "https://acme.example/hook",
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.operator, object{"name": "Daily", "report": "sales", "format": "PARQUET", "cron": "0 7 * * *", "folder": "finance/daily"}
		},
	},
	"reportScheduleUpdate": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.owner, object{
				"reportScheduleId": w.schedule().GlobalID(), "expectedVersion": 1, "name": "Tuesdays", "report": "sales",
				"arguments": object{"groupBy": list("PRODUCT")}, "days": "YESTERDAY", "format": "CSV", "language": "zh-CN", "cron": "0 8 * * 2",
				"timeZone": "America/New_York", "webhookUrl": "https://acme.example/other", "folder": nil, "paused": true,
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			s := w.schedule()
			w.set("update report_schedules set account_id = ? where id = ?", w.operator.Account.ID, s.ID)
			return w.operator, object{"reportScheduleId": s.GlobalID(), "expectedVersion": 1, "arguments": nil, "webhookUrl": nil, "folder": "finance"}
		},
	},
	"reportSchedulePause": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"reportScheduleId": w.schedule().GlobalID(), "expectedVersion": 1, "paused": true}
	}},
	"reportScheduleDelete": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"reportScheduleId": w.schedule().GlobalID(), "expectedVersion": 1}
	}},
}
