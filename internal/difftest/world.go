// Package difftest makes random valid reads of the whole schema, as every
// role, and tells where two ways of answering them differ. Tests alone use it.
package difftest

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed world.sql
var world string

// Now is the clock of everybody who reads the world.
var Now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const orders = 600

// Key changes with what Fill makes, as dbtest.Seeded asks.
func Key() string {
	return fmt.Sprintf("difftest %s %d %x", Now, orders, sha256.Sum256([]byte(world)))
}

// Fill makes a world of which every role sees a part.
func Fill(ctx context.Context, db *database.DB) error {
	ctx = database.AcrossBrands(ctx, database.Reconciliation)
	if _, err := demo.Load(ctx, db.Gorm, demo.Options{Today: Now, Orders: orders}); err != nil {
		return err
	}
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	_, err = conn.Conn().PgConn().Exec(ctx, world).ReadAll()
	conn.Release()
	if err != nil {
		return fmt.Errorf("make the world odd: %w", err)
	}
	var brands []uuid.UUID
	if err := db.Gorm.WithContext(ctx).Model(&models.Brand{}).Order("id").Pluck("id", &brands).Error; err != nil {
		return err
	}
	return database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
		for _, id := range brands {
			if err := visibility.BrandTx(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Role is somebody who reads.
type Role struct {
	Name  string
	Actor *auth.Actor
}

// Roles are a visitor, two shoppers, the people of brands, and of the platform.
func Roles(ctx context.Context, db *gorm.DB) ([]Role, error) {
	db = db.WithContext(database.AcrossBrands(ctx, database.Reconciliation))
	var people []*models.Account
	err := db.Raw(`(select * from accounts where issuer = 'difftest' order by subject)
union all
(select a.* from accounts a join orders o on o.shopper_id = a.id group by a.id order by count(*) desc, a.id limit 2)`).Scan(&people).Error
	if err != nil {
		return nil, err
	}
	roles := []Role{{"anonymous", auth.Anonymous()}}
	shoppers := 0
	for _, a := range people {
		var works []models.Membership
		var runs []models.PlatformRole
		if err := db.Find(&works, "account_id = ?", a.ID).Error; err != nil {
			return nil, err
		}
		if err := db.Model(&models.PlatformGrant{}).Where("account_id = ?", a.ID).Pluck("role", &runs).Error; err != nil {
			return nil, err
		}
		brands := map[uuid.UUID]models.BrandRole{}
		for _, w := range works {
			brands[w.BrandID] = w.Role
		}
		name := a.Subject
		if a.Issuer != "difftest" {
			shoppers++
			name = fmt.Sprint("shopper ", shoppers)
		}
		roles = append(roles, Role{name, auth.NewActor(a, runs, brands)})
	}
	return roles, nil
}
