package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// visible are the rows of a table that the caller may see.
func visible[T any](ctx context.Context, s *Service, table string) *gorm.DB {
	scope, args := auth.Where(auth.From(ctx), table, "", s.now())
	return s.db.WithContext(ctx).Model(new(T)).Where(scope, args...)
}

func byKeys[T any](ctx context.Context, s *Service, table string, keys []models.Key) (rows []*T, err error) {
	err = visible[T](ctx, s, table).Where("("+table+".brand_id, "+table+".id) in ?", models.Pairs(keys)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", table, err)
	}
	return rows, nil
}

// PayoutsByKeys gives the payouts that the caller may see, in any order.
func (s *Service) PayoutsByKeys(ctx context.Context, keys []models.Key) ([]*models.Payout, error) {
	return byKeys[models.Payout](ctx, s, "payouts", keys)
}

// Payout gives one that the caller may see; else it is NOT_FOUND.
func (s *Service) Payout(ctx context.Context, key models.Key) (*models.Payout, error) {
	if err := auth.Require(ctx, auth.BalanceRead); err != nil {
		return nil, err
	}
	rows, err := s.PayoutsByKeys(ctx, []models.Key{key})
	if err == nil && len(rows) == 0 {
		err = errNoPayout
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// TransactionsByKeys gives the transactions that the caller may see, in any order.
func (s *Service) TransactionsByKeys(ctx context.Context, keys []models.Key) ([]*models.LedgerTransaction, error) {
	return byKeys[models.LedgerTransaction](ctx, s, "ledger_transactions", keys)
}

// EntriesOf gives the entries of transactions, each transaction's in their order.
func (s *Service) EntriesOf(ctx context.Context, transactions []models.Key) (rows []*models.LedgerEntry, err error) {
	err = visible[models.LedgerEntry](ctx, s, "ledger_entries").
		Where("(ledger_entries.brand_id, ledger_entries.transaction_id) in ?", models.Pairs(transactions)).
		Order("ledger_entries.ordinal").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read ledger entries: %w", err)
	}
	return rows, nil
}

// EntryWhere narrows lists of entries. Nil and empty fields do not.
type EntryWhere struct {
	Accounts []models.LedgerAccount
	Currency *money.Currency
	// From is included, To is not.
	From, To *time.Time
}

// Conditions are the filter in SQL.
func (w EntryWhere) Conditions() (c database.Conditions) {
	paging.AnyOf(&c, "ledger_entries.account", w.Accounts)
	if w.Currency != nil {
		c.Add("ledger_entries.currency = ?", string(*w.Currency))
	}
	if w.From != nil {
		c.Add("ledger_entries.recorded_at >= ?", *w.From)
	}
	if w.To != nil {
		c.Add("ledger_entries.recorded_at < ?", *w.To)
	}
	return c
}

// NewestEntries sorts the entries of a brand.
func NewestEntries(where EntryWhere) paging.Sort[models.LedgerEntry] {
	return paging.Sort[models.LedgerEntry]{Name: "ledgerEntries", Filter: where, Desc: true, Columns: []paging.Column[models.LedgerEntry]{
		{Expr: "ledger_entries.recorded_at", Type: "timestamptz", Value: func(e *models.LedgerEntry) any { return e.RecordedAt }},
		{Expr: "ledger_entries.transaction_id", Type: "uuid", Value: func(e *models.LedgerEntry) any { return e.TransactionID }},
		{Expr: "ledger_entries.ordinal", Type: "integer", Value: func(e *models.LedgerEntry) any { return e.Ordinal }},
	}}
}

// EntriesOfBrands gives a page of the entries of each brand, newest first.
func (s *Service) EntriesOfBrands(
	ctx context.Context, brands []uuid.UUID, where EntryWhere, args paging.Args,
) (func(uuid.UUID) *paging.Connection[models.LedgerEntry], error) {
	query := where.Conditions().Narrow(visible[models.LedgerEntry](ctx, s, "ledger_entries"))
	return paging.Each(query, args, NewestEntries(where), "ledger_entries",
		ofBrands(brands, func(e *models.LedgerEntry) uuid.UUID { return e.BrandID }))
}

func ofBrands[N any](brands []uuid.UUID, of func(*N) uuid.UUID) paging.Parents[N, uuid.UUID] {
	return paging.Parents[N, uuid.UUID]{
		Keys: brands, Columns: []string{"brand_id"}, IDs: func(brand uuid.UUID) []uuid.UUID { return []uuid.UUID{brand} }, Of: of,
	}
}

// NewestPayouts sorts the payouts of a brand.
func NewestPayouts(statuses []models.PayoutStatus) paging.Sort[models.Payout] {
	return paging.Sort[models.Payout]{Name: "payouts", Filter: statuses, Desc: true, Columns: []paging.Column[models.Payout]{
		{Expr: "payouts.created_at", Type: "timestamptz", Value: func(p *models.Payout) any { return p.CreatedAt }},
		{Expr: "payouts.id", Type: "uuid", Value: func(p *models.Payout) any { return p.ID }},
	}}
}

// PayoutsIn narrows payouts to those of any of the statuses; nil asks for nothing.
func PayoutsIn(statuses []models.PayoutStatus) (c database.Conditions) {
	paging.AnyOf(&c, "payouts.status", statuses)
	return c
}

// PayoutsOfBrands gives a page of the payouts of each brand, newest first.
func (s *Service) PayoutsOfBrands(
	ctx context.Context, brands []uuid.UUID, statuses []models.PayoutStatus, args paging.Args,
) (func(uuid.UUID) *paging.Connection[models.Payout], error) {
	query := PayoutsIn(statuses).Narrow(visible[models.Payout](ctx, s, "payouts"))
	return paging.Each(query, args, NewestPayouts(statuses), "payouts", ofBrands(brands, (*models.Payout).TenantID))
}

// LatestPlans sorts commission plans.
var LatestPlans = paging.Sort[models.CommissionPlan]{Name: "commissionPlans", Desc: true, Columns: []paging.Column[models.CommissionPlan]{
	{Expr: "commission_plans.valid_from", Type: "timestamptz", Value: func(p *models.CommissionPlan) any { return p.ValidFrom }},
	{Expr: "commission_plans.id", Type: "uuid", Value: func(p *models.CommissionPlan) any { return p.ID }},
}}

// Plans lists the commission plans there are, what holds latest first; of a
// brand its own and those of all.
func (s *Service) Plans(ctx context.Context, brand *uuid.UUID, args paging.Args) (*paging.Connection[models.CommissionPlan], error) {
	query := visible[models.CommissionPlan](ctx, s, "commission_plans")
	if brand == nil {
		if err := auth.Require(ctx, auth.LedgerWrite); err != nil {
			return nil, err
		}
	} else {
		if err := auth.RequireFor(ctx, auth.BalanceRead, *brand, "brandId"); err != nil {
			return nil, err
		}
		query = query.Where("(commission_plans.for_brand_id = ? or commission_plans.for_brand_id is null)", *brand)
	}
	return paging.Find(query, args, LatestPlans)
}

// PlansByIDs gives the commission plans that the caller may see, in any order.
func (s *Service) PlansByIDs(ctx context.Context, ids []uuid.UUID) (rows []*models.CommissionPlan, err error) {
	if err := visible[models.CommissionPlan](ctx, s, "commission_plans").Where("commission_plans.id in ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read plans: %w", err)
	}
	return rows, nil
}
