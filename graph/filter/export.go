package filter

import (
	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

func Exports(where *api.ReportExportWhere) (f exportjob.Filter, err error) {
	if where == nil {
		return f, nil
	}
	f.Status = where.Status.Value()
	if text := where.ScheduleID.Value(); text != nil {
		id, err := ID("where.scheduleId", globalid.ReportSchedule, *text)
		if err != nil {
			return f, err
		}
		f.ScheduleID = &id.Row
	}
	if span := where.CreatedAt.Value(); span != nil {
		f.From, f.To = span.From.Value(), span.To.Value()
	}
	return f, nil
}
