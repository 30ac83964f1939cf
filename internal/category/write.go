package category

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of the tree.
const (
	slugMin, slugMax = 1, 60
	nameMin, nameMax = 1, 120
	namesMax         = 50
	positionMax      = 1_000_000
	depthMax         = 6
)

// Name is a category's name in one language.
type Name struct {
	Language string
	Name     string
}

// Addition is a new category.
type Addition struct {
	// ParentID is nil for a root.
	ParentID *uuid.UUID
	Slug     string
	Names    []Name
	Position int32

	texts models.Texts[models.CategoryText]
}

// Validate gives the category in the form that is kept, or all that is wrong with it.
func (a Addition) Validate() (Addition, error) {
	var refused problem.List
	refused.Slug("input.slug", a.Slug, slugMin, slugMax)
	a.texts = checkNames(&refused, a.Names)
	if _, ok := a.texts["en"]; !ok {
		refused.Add("input.names", problem.Required, "give the English name at least")
	}
	refused.Number("input.position", int64(a.Position), 0, positionMax)
	return a, refused.Err()
}

func checkNames(refused *problem.List, names []Name) models.Texts[models.CategoryText] {
	if len(names) > namesMax {
		refused.Add("input.names", problem.TooLong, fmt.Sprintf("give at most %d names", namesMax))
		return nil
	}
	texts := models.Texts[models.CategoryText]{}
	for i, n := range names {
		field := "input.names." + strconv.Itoa(i)
		if _, again := texts[n.Language]; again || n.Language == "" {
			refused.Add(field+".language", problem.Invalid, "give one name in each language")
		}
		texts[n.Language] = models.CategoryText{Name: refused.Line(field+".name", n.Name, nameMin, nameMax)}
	}
	return texts
}

// Create adds a category to the tree.
func (s *Service) Create(ctx context.Context, a Addition) (*models.Category, error) {
	if err := auth.Require(ctx, auth.CategoryWrite); err != nil {
		return nil, err
	}
	a, err := a.Validate()
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a category id: %w", err)
	}
	now := s.now()
	c := &models.Category{
		ID: id, ParentID: a.ParentID, Slug: a.Slug, Path: a.Slug, Texts: a.texts,
		Position: a.Position, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		c.Path = a.Slug
		if err := placeTx(tx, c); err != nil {
			return err
		}
		done := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "path"}}, DoNothing: true}).Create(c)
		if done.Error != nil {
			return fmt.Errorf("write the category: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			return problem.At("input.slug", problem.Taken, "there is a category "+c.Path)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// placeTx completes the path of a new category and keeps the tree in its limits.
func placeTx(tx *gorm.DB, c *models.Category) error {
	field, below := "input.slug", tx.Model(&models.Category{}).Where("parent_id is null")
	if c.ParentID != nil {
		field, below = "input.parentId", tx.Model(&models.Category{}).Where("parent_id = ?", *c.ParentID)
		parent, err := lockTx(tx, *c.ParentID, field)
		if err != nil {
			return err
		}
		if strings.Count(parent.Path, "/")+2 > depthMax {
			return problem.At(field, problem.NotAllowed, fmt.Sprintf("the tree is at most %d deep", depthMax))
		}
		c.Path = parent.Path + "/" + c.Slug
	}
	var n int64
	if err := below.Count(&n).Error; err != nil {
		return fmt.Errorf("count siblings: %w", err)
	}
	if n >= siblings {
		return problem.At(field, problem.NotAllowed, fmt.Sprintf("there are at most %d categories side by side", siblings))
	}
	return nil
}

func lockTx(tx *gorm.DB, id uuid.UUID, field string) (*models.Category, error) {
	var c models.Category
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("id = ?", id).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.At(field, problem.NotFound, "there is no such category")
	}
	if err != nil {
		return nil, fmt.Errorf("lock the category: %w", err)
	}
	return &c, nil
}

// Change is a change of a category's names and place. Its path stays for good.
type Change struct {
	ID              uuid.UUID
	ExpectedVersion *int32
	// Names to set; other languages stay.
	Names []Name
	// Position stays where nil.
	Position *int32

	texts models.Texts[models.CategoryText]
}

// Validate gives the change in the form that is kept, or all that is wrong with it.
func (c Change) Validate() (Change, error) {
	var refused problem.List
	c.texts = checkNames(&refused, c.Names)
	if c.Position != nil {
		refused.Number("input.position", int64(*c.Position), 0, positionMax)
	}
	return c, refused.Err()
}

// Update changes a category's names and its place among its siblings.
func (s *Service) Update(ctx context.Context, change Change) (*models.Category, error) {
	if err := auth.Require(ctx, auth.CategoryWrite); err != nil {
		return nil, err
	}
	change, err := change.Validate()
	if err != nil {
		return nil, err
	}
	var c *models.Category
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if c, err = lockTx(tx, change.ID, "input.categoryId"); err != nil {
			return err
		}
		if v := change.ExpectedVersion; v != nil && *v != c.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("the category is at version %d: read it again", c.Version))
		}
		c.Texts = maps.Clone(c.Texts)
		maps.Copy(c.Texts, change.texts)
		if len(c.Texts) > namesMax {
			return problem.At("input.names", problem.TooLong, fmt.Sprintf("a category has at most %d names", namesMax))
		}
		if change.Position != nil {
			c.Position = *change.Position
		}
		c.Version, c.UpdatedAt = c.Version+1, s.now()
		err = tx.Model(c).Select("texts", "position", "version", "updated_at").UpdateColumns(c).Error
		if err != nil {
			return fmt.Errorf("write the category: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}
