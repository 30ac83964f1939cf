package inventory

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Count is how many pieces of a variant lie in a warehouse.
type Count struct {
	VariantID uuid.UUID
	OnHand    int64
}

// CountTx sets what lies in a warehouse of a brand, each variant once, and
// logs each difference. Where more is reserved than was counted, what is
// reserved stays: those variants are given back.
func (s *Service) CountTx(tx *gorm.DB, brand, warehouse uuid.UUID, counts []Count, reason models.StockReason) (kept []uuid.UUID, err error) {
	if err := auth.RequireFor(tx.Statement.Context, auth.StockWrite, brand, "brand"); err != nil {
		return nil, err
	}
	if len(counts) == 0 {
		return nil, nil
	}
	counted := make(map[uuid.UUID]int64, len(counts))
	ids := make([]uuid.UUID, len(counts))
	for i, c := range counts {
		counted[c.VariantID], ids[i] = c.OnHand, c.VariantID
	}
	// Levels are locked in the order of their variants, as orders lock them.
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	var levels []models.StockLevel
	err = tx.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("brand_id = ? and warehouse_id = ? and variant_id in ?", brand, warehouse, ids).Order("variant_id").Find(&levels).Error
	if err != nil {
		return nil, fmt.Errorf("read stock: %w", err)
	}
	now, actor := s.now(), auth.From(tx.Statement.Context).AccountID()
	var moves []Move
	for _, l := range levels {
		to := counted[l.VariantID]
		if to < l.Reserved {
			to, kept = l.Reserved, append(kept, l.VariantID)
		}
		if to != l.OnHand {
			moves = append(moves, Move{VariantID: l.VariantID, WarehouseID: warehouse, Delta: to - l.OnHand})
		}
		delete(counted, l.VariantID)
	}
	var fresh []models.StockLevel
	var log []models.StockAdjustment
	for _, id := range ids {
		n, missing := counted[id]
		if !missing {
			continue
		}
		fresh = append(fresh, models.StockLevel{BrandID: brand, VariantID: id, WarehouseID: warehouse, OnHand: n, UpdatedAt: now})
		if n != 0 {
			entry, err := uuid.NewV7()
			if err != nil {
				return nil, fmt.Errorf("make an id: %w", err)
			}
			log = append(log, models.StockAdjustment{BrandID: brand, ID: entry, VariantID: id, WarehouseID: warehouse,
				Delta: n, Reason: reason, ActorID: actor, RecordedAt: now})
		}
	}
	if err := database.Copy(tx, fresh); err != nil {
		return nil, err
	}
	if err := database.Copy(tx, log); err != nil {
		return nil, err
	}
	return kept, MoveTx(tx, brand, moves, models.StockAdjustment{Reason: reason, ActorID: actor, RecordedAt: now})
}

// MainTx gives the warehouse that stock lies in where nobody names one: the
// first that orders take from. A brand without any gets one at home.
func (s *Service) MainTx(tx *gorm.DB, brand *models.Brand) (*models.Warehouse, error) {
	if err := auth.RequireFor(tx.Statement.Context, auth.StockWrite, brand.ID, "brand"); err != nil {
		return nil, err
	}
	first := func() ([]*models.Warehouse, error) {
		var rows []*models.Warehouse
		err := tx.Where("brand_id = ?", brand.ID).Order("active desc, priority, code").Limit(1).Find(&rows).Error
		return rows, reading("warehouses", err)
	}
	rows, err := first()
	if err != nil || len(rows) == 1 {
		return one(rows), err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	now := s.now()
	err = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&models.Warehouse{
		BrandID: brand.ID, ID: id, Code: "MAIN", Name: "Main warehouse", Kind: models.OriginWarehouse,
		Country: brand.Country, Region: brand.Region, Active: true, Version: 1, CreatedAt: now, UpdatedAt: now,
	}).Error
	if err != nil {
		return nil, fmt.Errorf("make a warehouse: %w", err)
	}
	rows, err = first()
	return one(rows), err
}

func one(rows []*models.Warehouse) *models.Warehouse {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}
