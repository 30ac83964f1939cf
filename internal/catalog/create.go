package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// Create makes a product as a draft. A handle that was made from the title
// gets a number where another product has it; one that was given is TAKEN.
func (s *Service) Create(ctx context.Context, brand uuid.UUID, d ProductDraft) (*models.Product, error) {
	if err := auth.RequireFor(ctx, auth.ProductWrite, brand, "input.brandId"); err != nil {
		return nil, err
	}
	if err := d.Validate("input").Err(); err != nil {
		return nil, err
	}
	rows, err := d.Rows(brand, s.now())
	if err != nil {
		return nil, err
	}
	p, derived := &rows.Product, rows.Product.Handle
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := needCategory(tx, p.CategoryID); err != nil {
			return err
		}
		names, err := categoryNames(tx, p.CategoryID)
		if err != nil {
			return err
		}
		p.Tokens = search.Tokens(p, pointers(rows.Variants), names)
		if d.Handle == "" {
			if p.Handle, err = freeHandle(tx, brand, derived); err != nil {
				return err
			}
		}
		if err := handled(tx.Create(p).Error, p.Handle); err != nil {
			return err
		}
		if err := insert(tx, rows.Variants); err != nil {
			return err
		}
		return insert(tx, rows.Media)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// handled turns the failures that a new or changed product can meet into refusals.
func handled(err error, handle string) error {
	switch {
	case err == nil:
		return nil
	case database.Violates(err, "products_handle_key"):
		return problem.At("input.handle", problem.Taken, "another product of the brand has the handle "+handle)
	case database.Violates(err, "products_brand_fk"):
		return problem.At("input.brandId", problem.NotFound, "there is no such brand, or you may not see it")
	}
	return fmt.Errorf("write a product: %w", err)
}

// freeHandle gives the handle, or with the first number behind it that no
// product of the brand has.
func freeHandle(tx *gorm.DB, brand uuid.UUID, handle string) (string, error) {
	if room := MaxHandle - len("-999999"); len(handle) > room {
		handle = handle[:room]
	}
	var taken []string
	err := tx.Model(&models.Product{}).Where("brand_id = ? and (handle = ? or handle like ?)", brand, handle, handle+"-%").
		Pluck("handle", &taken).Error
	if err != nil {
		return "", reading("handles", err)
	}
	free := handle
	for n := 2; slices.Contains(taken, free); n++ {
		free = handle + "-" + strconv.Itoa(n)
	}
	return free, nil
}

func pointers[T any](rows []T) []*T {
	all := make([]*T, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return all
}
