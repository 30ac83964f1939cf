// Package search makes the words that products are found by, and finds
// products. The application makes the words, not PostgreSQL's dictionaries:
// so Chinese is found without one, and texts and queries are always cut the
// same way.
package search

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// queryMax bounds what somebody may type, in characters.
const queryMax = 200

// Service finds products.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now}
}

// words reads what somebody typed; asked is false where that is nothing.
func words(query string) (w wanted, asked bool, err error) {
	if utf8.RuneCountInString(query) > queryMax {
		return wanted{}, false, &problem.BadInput{Argument: "query", Message: fmt.Sprintf("must have at most %d characters", queryMax)}
	}
	if strings.TrimSpace(query) == "" {
		return wanted{}, false, nil
	}
	return parse(query), true, nil
}

// columns of products, without their tokens.
func (s *Service) columns() ([]string, error) {
	statement := gorm.Statement{DB: s.db}
	if err := statement.Parse(&models.Product{}); err != nil {
		return nil, fmt.Errorf("read the columns of products: %w", err)
	}
	var columns []string
	for _, name := range statement.Schema.DBNames {
		if name != "tokens" {
			columns = append(columns, "products."+name)
		}
	}
	return slices.Clip(columns), nil
}
