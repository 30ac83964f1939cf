// Package transfer brings in what merchants have elsewhere: their products and
// their sales history. Importing a file again changes nothing, a killed import
// is finished by running it again, and a dry run tells what an import would.
package transfer

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

// Service imports with the caller's rights.
type Service struct {
	db *gorm.DB
	Domain
	now func() time.Time
}

// Domain are the capabilities that imports write through.
type Domain struct {
	Brands      *brand.Service
	Storefronts *storefront.Service
	Catalog     *catalog.Service
	Stock       *inventory.Service
}

// NewService takes the database, the capabilities and the clock.
func NewService(db *gorm.DB, domain Domain, now func() time.Time) *Service {
	return &Service{db: db, Domain: domain, now: now}
}

// Source is a file that can be read more than once.
type Source = salescsv.Source

// Progress is told how far a step has come, in rows.
type Progress func(step string, done, total int)

// Errors of imports as a whole.
var (
	ErrNothing    = errors.New("nothing could be imported")
	ErrUnknown    = errors.New("unknown")
	ErrDifference = errors.New("the storefront is another than you say")
)

// errDryRun ends the transaction of a dry run, so that nothing stays of it.
var errDryRun = errors.New("dry run")

// run does the work, or does it in a transaction that is rolled back. What it
// tells is the same.
func (s *Service) run(ctx context.Context, dry bool, work func(db *gorm.DB) error) error {
	if !dry {
		return work(s.db)
	}
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := work(tx); err != nil {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// fingerprint is the SHA-256 of a file as it lies on the disk.
func fingerprint(s Source) ([]byte, error) {
	in, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	return sum.Sum(nil), nil
}

func baseName(s Source) string { return filepath.Base(s.Name) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// newIDs makes ids for one goroutine that needs many: it asks for random bytes
// some thousand at a time.
func newIDs() func() uuid.UUID {
	random := bufio.NewReader(rand.Reader)
	return func() uuid.UUID { return uuid.Must(uuid.NewV7FromReader(random)) }
}
