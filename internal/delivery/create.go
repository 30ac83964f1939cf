package delivery

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/title"
	"github.com/tradewind-commerce/tradewind/models"
)

// MaxOptions bounds a storefront's options: they are read as a whole.
const MaxOptions = 50

const (
	daysMax     = 365
	positionMax = 1000
)

// Zone is a zone with amounts in major units of the storefront's currency.
type Zone struct {
	Countries []string
	Regions   []string
	Base      decimal.Decimal
	Steps     []Step
	Extra     *Extra
	FreeFrom  *decimal.Decimal
}

// Step is what carriage costs up to a weight.
type Step struct {
	UpToGrams int64
	Amount    decimal.Decimal
}

// Extra is what weight beyond the last step costs.
type Extra struct {
	Grams  int64
	Amount decimal.Decimal
}

// Draft is an option before it has a row.
type Draft struct {
	Storefront models.Key
	Titles     []title.Title
	Zones      []Zone
	// MinDays and MaxDays are how long it takes.
	MinDays, MaxDays int32
	// Position is its place among the storefront's options, the lowest first.
	Position int32
}

// Create adds a way of sending to a storefront.
func (s *Service) Create(ctx context.Context, d Draft) (*models.DeliveryOption, error) {
	const field = "input.storefrontId"
	if err := auth.RequireFor(ctx, auth.StorefrontWrite, d.Storefront.BrandID, field); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	now := s.now()
	o := &models.DeliveryOption{
		BrandID: d.Storefront.BrandID, ID: id, StorefrontID: d.Storefront.ID,
		MinDays: d.MinDays, MaxDays: d.MaxDays, Position: d.Position, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		shop, err := storefrontOf(tx, d.Storefront, field)
		if err != nil {
			return err
		}
		o.Currency = shop.Currency
		var refused problem.List
		o.DefaultLanguage, o.Texts = title.Check(&refused, "input.titles", d.Titles)
		o.Zones = zonesOf(&refused, "input.rates", d.Zones, money.Currency(o.Currency))
		checkDays(&refused, o)
		if err := refused.Err(); err != nil {
			return err
		}
		if err := roomFor(tx, d.Storefront, field); err != nil {
			return err
		}
		return tx.Create(o).Error
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// storefrontOf reads a storefront, so that its options are added one after another.
func storefrontOf(tx *gorm.DB, key models.Key, field string) (*models.Storefront, error) {
	var shops []*models.Storefront
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&shops).Error
	if err != nil {
		return nil, fmt.Errorf("read the storefront: %w", err)
	}
	switch {
	case len(shops) == 0:
		return nil, problem.At(field, problem.NotFound, "there is no such storefront, or you may not see it")
	case shops[0].Status == models.StorefrontClosed:
		return nil, problem.At(field, problem.Conflict, "a CLOSED storefront cannot be changed any more")
	}
	return shops[0], nil
}

func roomFor(tx *gorm.DB, storefront models.Key, field string) error {
	var there int64
	err := tx.Model(&models.DeliveryOption{}).
		Where("brand_id = ? and storefront_id = ? and archived_at is null", storefront.BrandID, storefront.ID).Count(&there).Error
	if err == nil && there >= MaxOptions {
		return problem.At(field, problem.NotAllowed, fmt.Sprintf("a storefront has at most %d delivery options", MaxOptions))
	}
	return reading(err)
}

func checkDays(refused *problem.List, o *models.DeliveryOption) {
	refused.Number("input.minDays", int64(o.MinDays), 0, daysMax)
	refused.Number("input.maxDays", int64(o.MaxDays), 0, daysMax)
	if o.MaxDays < o.MinDays {
		refused.Add("input.maxDays", problem.OutOfRange, "must not be less than minDays")
	}
	refused.Number("input.position", int64(o.Position), -positionMax, positionMax)
}

// zonesOf gives zones as they are kept, and collects what is wrong with them.
func zonesOf(refused *problem.List, field string, zones []Zone, c money.Currency) []models.DeliveryZone {
	kept := make([]models.DeliveryZone, len(zones))
	for i, z := range zones {
		at := field + "." + strconv.Itoa(i)
		k := models.DeliveryZone{
			Countries: z.Countries, Regions: z.Regions, BaseMinor: catalog.Price(refused, at+".base", z.Base, c),
		}
		for j, step := range z.Steps {
			k.Steps = append(k.Steps, models.DeliveryStep{
				UpToGrams: step.UpToGrams, AmountMinor: catalog.Price(refused, fmt.Sprintf("%s.weights.%d.amount", at, j), step.Amount, c),
			})
		}
		if z.Extra != nil {
			k.Extra = &models.DeliveryExtra{
				Grams: z.Extra.Grams, AmountMinor: catalog.Price(refused, at+".extra.amount", z.Extra.Amount, c),
			}
		}
		if z.FreeFrom != nil {
			free := catalog.Price(refused, at+".freeFrom", *z.FreeFrom, c)
			k.FreeFromMinor = &free
		}
		kept[i] = k
	}
	CheckZones(refused, field, kept)
	return kept
}
