package resolvers

import (
	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
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
