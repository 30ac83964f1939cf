package resolvers

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/models"
)

func wantedExport(in api.ReportExportCreateInput) exportjob.Wanted {
	return exportjob.Wanted{
		Report: in.Report, Arguments: in.Arguments.Value(), Format: in.Format, Language: or(given(in.Language), ""), BOM: or(given(in.ByteOrderMark), false),
	}
}

func plannedReport(in api.ReportScheduleCreateInput) exportjob.Planned {
	return exportjob.Planned{
		Wanted: exportjob.Wanted{Report: in.Report, Arguments: in.Arguments.Value(), Format: in.Format, Language: or(given(in.Language), "")},
		Name:   in.Name, Days: or(given(in.Days), models.DaysAsGiven), Cron: in.Cron, TimeZone: in.TimeZone.Value(),
		WebhookURL: given(in.WebhookURL), Folder: given(in.Folder),
	}
}

func scheduleEdit(in api.ReportScheduleUpdateInput) (uuid.UUID, exportjob.Edit, error) {
	var list ids
	id := list.row("input.reportScheduleId", globalid.ReportSchedule, in.ReportScheduleID).Row
	kept(&list.refused, "input.name", in.Name)
	kept(&list.refused, "input.report", in.Report)
	kept(&list.refused, "input.days", in.Days)
	kept(&list.refused, "input.format", in.Format)
	kept(&list.refused, "input.language", in.Language)
	kept(&list.refused, "input.cron", in.Cron)
	kept[time.Location](&list.refused, "input.timeZone", in.TimeZone)
	kept(&list.refused, "input.paused", in.Paused)
	edit := exportjob.Edit{
		Name: given(in.Name), Report: given(in.Report), Days: given(in.Days), Format: given(in.Format), Language: given(in.Language),
		Cron: given(in.Cron), TimeZone: in.TimeZone.Value(), WebhookURL: change(in.WebhookURL), Folder: change(in.Folder), Paused: given(in.Paused),
	}
	if arguments, isSet := in.Arguments.ValueOK(); isSet {
		edit.Arguments = patch.Field[json.RawMessage]{Given: true, To: &arguments}
	}
	return id, edit, list.err()
}

func scheduleOf(e *models.ReportExport) (uuid.UUID, bool) {
	if e.ScheduleID == nil {
		return uuid.Nil, false
	}
	return *e.ScheduleID, true
}
