package inventory

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// MaxWarehouses bounds a brand's warehouses: a variant's stock is read as a whole.
const MaxWarehouses = 100

const (
	maxCode     = 30
	maxName     = 120
	maxPriority = 1000
)

// WarehouseDraft is a warehouse before it has a row.
type WarehouseDraft struct {
	Code     string
	Name     string
	Kind     models.WarehouseKind
	Country  string
	Region   *string
	Priority int32
}

var codeForm = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)

func (d *WarehouseDraft) validate() problem.List {
	var l problem.List
	d.Code = strings.ToUpper(l.Line("input.code", d.Code, 1, maxCode))
	if d.Code != "" && !codeForm.MatchString(d.Code) {
		l.Add("input.code", problem.Invalid, "must be letters, digits and single hyphens between them")
	}
	d.Name = l.Line("input.name", d.Name, 1, maxName)
	l.Number("input.priority", int64(d.Priority), -maxPriority, maxPriority)
	return l
}

// CreateWarehouse adds a warehouse to a brand.
func (s *Service) CreateWarehouse(ctx context.Context, brand uuid.UUID, d WarehouseDraft) (*models.Warehouse, error) {
	if err := auth.RequireFor(ctx, auth.StockWrite, brand, "input.brandId"); err != nil {
		return nil, err
	}
	if err := d.validate().Err(); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	now := s.now()
	w := &models.Warehouse{BrandID: brand, ID: id, Code: d.Code, Name: d.Name, Kind: d.Kind, Country: d.Country,
		Region: d.Region, Priority: d.Priority, Active: true, Version: 1, CreatedAt: now, UpdatedAt: now}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		var count int64
		if err := tx.Model(w).Where("brand_id = ?", brand).Count(&count).Error; err != nil {
			return reading("warehouses", err)
		}
		if count >= MaxWarehouses {
			return problem.At("input.brandId", problem.NotAllowed, fmt.Sprintf("a brand has at most %d warehouses", MaxWarehouses))
		}
		return tx.Create(w).Error
	})
	switch {
	case database.Violates(err, "warehouses_code_key"):
		return nil, problem.At("input.code", problem.Taken, "another warehouse of the brand has this code")
	case database.Violates(err, "warehouses_brand_fk"):
		return nil, problem.At("input.brandId", problem.NotFound, "there is no such brand, or you may not see it")
	case err != nil:
		return nil, err
	}
	return w, nil
}

// WarehouseChange says what is to change of a warehouse.
type WarehouseChange struct {
	ExpectedVersion *int32
	Name            patch.Field[string]
	Priority        patch.Field[int32]
	Active          patch.Field[bool]
}

func (c *WarehouseChange) validate() problem.List {
	var l problem.List
	for field, emptied := range map[string]bool{"input.priority": c.Priority.Emptied(), "input.active": c.Active.Emptied()} {
		if emptied {
			l.Add(field, problem.Required, "must not be empty")
		}
	}
	if c.Name.Given {
		name, _ := c.Name.Set()
		c.Name = patch.To(l.Line("input.name", name, 1, maxName))
	}
	if priority, ok := c.Priority.Set(); ok {
		l.Number("input.priority", int64(priority), -maxPriority, maxPriority)
	}
	return l
}

// UpdateWarehouse changes a warehouse. One that is not active keeps its stock;
// orders take none from it.
func (s *Service) UpdateWarehouse(ctx context.Context, key models.Key, c WarehouseChange) (*models.Warehouse, error) {
	if err := auth.RequireFor(ctx, auth.StockWrite, key.BrandID, "input.warehouseId"); err != nil {
		return nil, err
	}
	if err := c.validate().Err(); err != nil {
		return nil, err
	}
	var w *models.Warehouse
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		w, err = WarehouseTx(tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}), key)
		if err != nil {
			return err
		}
		if c.ExpectedVersion != nil && *c.ExpectedVersion != w.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("this is version %d by now: read it again", w.Version))
		}
		if name, ok := c.Name.Set(); ok {
			w.Name = name
		}
		if priority, ok := c.Priority.Set(); ok {
			w.Priority = priority
		}
		if active, ok := c.Active.Set(); ok {
			w.Active = active
		}
		w.Version++
		w.UpdatedAt = s.now()
		return tx.Model(w).Select("name", "priority", "active", "version", "updated_at").UpdateColumns(w).Error
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// WarehouseTx gives a warehouse for what goes there, or NOT_FOUND at input.warehouseId.
func WarehouseTx(tx *gorm.DB, key models.Key) (*models.Warehouse, error) {
	var rows []*models.Warehouse
	if err := tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&rows).Error; err != nil {
		return nil, reading("warehouses", err)
	}
	if len(rows) == 0 {
		return nil, problem.At("input.warehouseId", problem.NotFound, "there is no such warehouse, or you may not see it")
	}
	return rows[0], nil
}
