package exportjob

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Filter says which exports. Conditions all hold; a nil list asks for nothing,
// an empty one for what there is none of.
type Filter struct {
	Status     []models.ExportStatus
	ScheduleID *uuid.UUID
	// From is included, To is not: when they were asked for.
	From, To *time.Time
}

// SortKey is an order of exports.
type SortKey string

// Orders of exports, as in the schema.
const (
	Newest   SortKey = "NEWEST"
	ByReport SortKey = "REPORT"
)

var asked = []paging.Column[models.ReportExport]{
	{Expr: "report_exports.created_at", Type: "timestamptz", Value: func(e *models.ReportExport) any { return e.CreatedAt }},
	{Expr: "report_exports.id", Type: "uuid", Value: func(e *models.ReportExport) any { return e.ID }},
}

var orders = map[SortKey]paging.Sort[models.ReportExport]{
	Newest: {Columns: asked, Desc: true},
	ByReport: {Columns: append([]paging.Column[models.ReportExport]{
		{Expr: `report_exports.report collate "C"`, Type: "text", Value: func(e *models.ReportExport) any { return e.Report }},
	}, asked...)},
}

// Exports are the caller's.
func (s *Service) Exports(
	ctx context.Context, f Filter, key SortKey, reverse bool, args paging.Args,
) (*paging.Connection[models.ReportExport], error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	conditions, sort, err := Listed(f, key, reverse)
	if err != nil {
		return nil, err
	}
	own := s.db.WithContext(ctx).Model(&models.ReportExport{}).Where("report_exports.account_id = ?", account)
	return paging.Find(conditions.Narrow(own), args, sort)
}

// Listed says which of the caller's exports Exports gives, and how it sorts them.
func Listed(f Filter, key SortKey, reverse bool) (c database.Conditions, sort paging.Sort[models.ReportExport], err error) {
	sort, ok := orders[key]
	if !ok {
		return nil, sort, &problem.BadInput{Argument: "sortKey", Message: "is not an order of exports"}
	}
	paging.AnyOf(&c, "report_exports.status", f.Status)
	if f.ScheduleID != nil {
		c.Add("report_exports.schedule_id = ?", *f.ScheduleID)
	}
	if f.From != nil {
		c.Add("report_exports.created_at >= ?", *f.From)
	}
	if f.To != nil {
		c.Add("report_exports.created_at < ?", *f.To)
	}
	sort.Name, sort.Filter, sort.Desc = "reportExports by "+string(key), f, sort.Desc != reverse
	return c, sort, nil
}

// Schedules are the caller's, the latest first.
func (s *Service) Schedules(ctx context.Context, args paging.Args) (*paging.Connection[models.ReportSchedule], error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return paging.Find(s.db.WithContext(ctx).Model(&models.ReportSchedule{}).Where("account_id = ?", account), args, LatestSchedules)
}

// LatestSchedules sorts them, the latest first.
var LatestSchedules = paging.Sort[models.ReportSchedule]{
	Name: "reportSchedules", Desc: true,
	Columns: []paging.Column[models.ReportSchedule]{
		{Expr: "report_schedules.created_at", Type: "timestamptz", Value: func(r *models.ReportSchedule) any { return r.CreatedAt }},
		{Expr: "report_schedules.id", Type: "uuid", Value: func(r *models.ReportSchedule) any { return r.ID }},
	},
}
