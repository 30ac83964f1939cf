package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// PlanOf selects the commission plan that holds for a brand and a currency,
// both columns of the statement around it, at a time: the brand's own before
// that of all, one of the currency before one of any.
func PlanOf(brand, currency string, at time.Time) database.SQL {
	return database.Text(`
select c.*
from commission_plans c
where (c.for_brand_id = `+brand+` or c.for_brand_id is null) and (c.currency = `+currency+` or c.currency is null)
  and c.valid_from <= ? and coalesce(c.valid_to, 'infinity') > ?
order by c.for_brand_id is null, c.currency is null
limit 1`, at, at)
}

// PlanInput says what the platform will keep of sales.
type PlanInput struct {
	// BrandID is nil for all brands without a plan of their own.
	BrandID  *uuid.UUID
	Currency *money.Currency
	Name     string
	Rate     decimal.Decimal
	// Fixed is an amount of the currency, which must be given then.
	Fixed              *decimal.Decimal
	DaysAfterDelivery  int32
	DaysAfterPlacement int32
	Source             string
	// From is included and defaults to now; To is not, and nil for no end.
	From, To *time.Time
}

const maxDays = 365

func (in *PlanInput) plan(now time.Time) (*models.CommissionPlan, error) {
	var refused problem.List
	p := &models.CommissionPlan{
		ID: newID(), ForBrandID: in.BrandID, Rate: in.Rate, DaysAfterDelivery: in.DaysAfterDelivery, DaysAfterPlacement: in.DaysAfterPlacement,
		ValidFrom: now, ValidTo: in.To, CreatedAt: now,
	}
	p.Name = refused.Line("input.name", in.Name, 1, 120)
	p.Source = refused.Line("input.source", in.Source, 1, 500)
	if in.Rate.Sign() < 0 || in.Rate.GreaterThan(decimal.NewFromInt(1)) || in.Rate.Exponent() < -6 {
		refused.Add("input.rate", problem.OutOfRange, "must be 0 to 1, with at most 6 decimals")
	}
	if in.Currency != nil {
		if _, err := money.ParseCurrency(string(*in.Currency)); err != nil {
			refused.Add("input.currency", problem.Invalid, "must be an ISO 4217 currency code")
		}
		p.Currency = new(string(*in.Currency))
	}
	in.fix(p, &refused)
	refused.Number("input.daysAfterDelivery", int64(in.DaysAfterDelivery), 0, maxDays)
	refused.Number("input.daysAfterPlacement", int64(in.DaysAfterPlacement), 0, maxDays)
	if in.From != nil {
		if p.ValidFrom = in.From.UTC(); p.ValidFrom.Before(now) {
			refused.Add("input.validFrom", problem.OutOfRange, "must not lie in the past: orders are booked by what held")
		}
	}
	if in.To != nil && !in.To.After(p.ValidFrom) {
		refused.Add("input.validTo", problem.OutOfRange, "must lie after the beginning")
	}
	return p, refused.Err()
}

func (in *PlanInput) fix(p *models.CommissionPlan, refused *problem.List) {
	switch {
	case in.Fixed == nil || in.Fixed.IsZero():
		return
	case in.Currency == nil:
		refused.Add("input.fixed", problem.NotAllowed, "a fixed part is an amount of a currency: give that, too")
		return
	}
	switch fixed, err := money.FromDecimal(*in.Fixed, *in.Currency); {
	case errors.Is(err, money.ErrTooPrecise):
		refused.Add("input.fixed", problem.Invalid, "more decimals than the currency has")
	case err != nil || fixed.Minor < 0:
		refused.Add("input.fixed", problem.OutOfRange, "must not be negative")
	default:
		p.FixedMinor = fixed.Minor
	}
}

// planLock lets one at a time change plans.
const planLock = 0x706c616e73

// CreatePlan adds a commission plan. It refuses one that would hold at a time
// together with another of the same brand and currency.
func (s *Service) CreatePlan(ctx context.Context, in PlanInput) (*models.CommissionPlan, error) {
	if err := auth.Require(ctx, auth.LedgerWrite); err != nil {
		return nil, err
	}
	plan, err := in.plan(s.now())
	if err != nil {
		return nil, err
	}
	plan.CreatedBy = auth.From(ctx).AccountID()
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := tx.Exec("select pg_advisory_xact_lock(?)", planLock).Error; err != nil {
			return err
		}
		var others []string
		err := tx.Raw(`
select name from commission_plans
where for_brand_id is not distinct from ? and currency is not distinct from ?
  and tstzrange(valid_from, valid_to) && tstzrange(cast(? as timestamptz), cast(? as timestamptz))`,
			plan.ForBrandID, plan.Currency, plan.ValidFrom, plan.ValidTo).Scan(&others).Error
		if err != nil {
			return fmt.Errorf("read plans: %w", err)
		}
		if len(others) > 0 {
			return problem.At("input.validFrom", problem.Conflict, fmt.Sprintf("%s holds at that time: end it first", others[0]))
		}
		err = tx.Create(plan).Error
		if database.Violates(err, "commission_plans_brand_fk") {
			return problem.At("input.brandId", problem.NotFound, "there is no such brand")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return plan, nil
}

// EndPlan lets a plan hold no longer than until a time, which must not have
// passed; nil for now. Orders placed before keep what they froze.
func (s *Service) EndPlan(ctx context.Context, id uuid.UUID, at *time.Time) (*models.CommissionPlan, error) {
	if err := auth.Require(ctx, auth.LedgerWrite); err != nil {
		return nil, err
	}
	now := s.now()
	end := now
	if at != nil {
		end = at.UTC()
	}
	if end.Before(now) {
		return nil, problem.At("input.validTo", problem.OutOfRange, "must not lie in the past")
	}
	var plans []models.CommissionPlan
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := tx.Exec("select pg_advisory_xact_lock(?)", planLock).Error; err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Find(&plans).Error; err != nil {
			return fmt.Errorf("read a plan: %w", err)
		}
		switch {
		case len(plans) == 0:
			return problem.At("input.commissionPlanId", problem.NotFound, "there is no such plan")
		case plans[0].ValidTo != nil && plans[0].ValidTo.Before(end), !plans[0].ValidFrom.Before(end):
			return problem.At("input.validTo", problem.Conflict, "the plan does not hold until then")
		}
		plans[0].ValidTo = &end
		return tx.Model(&models.CommissionPlan{}).Where("id = ?", id).Updates(map[string]any{"valid_to": end}).Error
	})
	if err != nil {
		return nil, err
	}
	return &plans[0], nil
}
