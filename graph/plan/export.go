package plan

import (
	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/models"
)

// programmes and files of reports with their schedules. Links are left to the
// resolvers, which sign them.
func programmes() []*Type {
	return []*Type{
		{Name: "Programme", Model: models.Programme{}, ID: globalid.Programme, Key: []string{"id"}, Fields: map[string]Field{
			"salesGoal":     sum("sales_goal_minor"),
			"from":          columnField("starts_on"),
			"to":            columnField("ends_on"),
			"timeZone":      columnField("time_zone"),
			"originCountry": columnField("origin_countries"),
			"size":          columnField("sizes"),
		}},
		{Name: "ReportExport", Model: models.ReportExport{}, ID: globalid.ReportExport, Key: []string{"id"}, Fields: map[string]Field{
			"schedule": one("ReportSchedule", "ScheduleID"),
		}},
		{Name: "ReportSchedule", Model: models.ReportSchedule{}, ID: globalid.ReportSchedule, Key: []string{"id"}, Fields: map[string]Field{}},
	}
}

// appendJSON writes an object as PostgreSQL does.
func appendJSON(dst, v []byte) ([]byte, error) { return append(dst, v...), nil }

func programmesListed(s *statement, _ string, f *call, _ paging.Args) (selection, error) {
	archived, err := f.flag(s.run, "archived")
	return selection{from: database.SQL{Text: "programmes"}, seen: "programmes", conditions: programme.Listed(archived),
		order: programme.ByBeginning(archived).Order()}, err
}

func exportsListed(s *statement, _ string, f *call, _ paging.Args) (selection, error) {
	where, err := argument(f, s.run, "where", generated.ReportExportWhere)
	if err != nil {
		return selection{}, err
	}
	key := exportjob.Newest
	if given := f.enum(s.run, "sortKey"); given != "" {
		key = exportjob.SortKey(given)
	}
	reverse, err := f.reverse(s.run)
	if err != nil {
		return selection{}, err
	}
	wanted, err := filter.Exports(where)
	if err != nil {
		return selection{}, err
	}
	conditions, sort, err := exportjob.Listed(wanted, key, reverse)
	return selection{from: database.SQL{Text: "report_exports"}, seen: "report_exports", conditions: conditions, order: sort.Order()}, err
}

var scheduleOrder = exportjob.LatestSchedules.Order()

func schedulesListed(*statement, string, *call, paging.Args) (selection, error) {
	return selection{from: database.SQL{Text: "report_schedules"}, seen: "report_schedules", order: scheduleOrder}, nil
}
