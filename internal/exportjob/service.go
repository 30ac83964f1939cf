// Package exportjob makes files of reports in the background, for those who
// asked for them or by schedules, and gives them out by links that expire.
package exportjob

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// Service keeps exports and schedules.
type Service struct {
	db      *gorm.DB
	now     func() time.Time
	sources table.Sources
	// actors gives the rights that an account has now.
	actors func(context.Context, uuid.UUID) (*auth.Actor, error)
	place  Place
	disk   disk
}

// Place is where files lie and how they are reached. Without Dir there are no exports.
type Place struct {
	// Dir holds the files. Instances that share a database share it, too.
	Dir   string
	Links *link.Signer
	// URL is where the server is reached from outside.
	URL string
	// Keep is how long a file is kept, LinkFor how long a link is good.
	Keep, LinkFor time.Duration
	// Folder is below which operators may have reports brought; empty for nowhere.
	Folder string
	// Client sends to webhooks, see Client. Inside takes those that are not on
	// https, for development.
	Client *http.Client
	Inside bool
}

// NewService takes the database, the clock, the reports, and what rights an
// account has.
func NewService(
	db *gorm.DB, now func() time.Time, sources table.Sources, actors func(context.Context, uuid.UUID) (*auth.Actor, error),
) *Service {
	return &Service{db: db, now: now, sources: sources, actors: actors, disk: disk{(*os.File).Sync}}
}

// Use says where files go. It is called before the first request.
func (s *Service) Use(p Place) { s.place = p }

// available refuses where nothing is set up.
func (s *Service) available() error {
	if s.place.Dir == "" {
		return problem.New(problem.NotAllowed, "exports are not set up on this server")
	}
	return nil
}

// caller is the account that asks, which must be allowed to read reports.
func caller(ctx context.Context) (uuid.UUID, error) {
	if err := auth.Require(ctx, auth.ReportRead); err != nil {
		return uuid.Nil, err
	}
	id := auth.From(ctx).AccountID()
	if id == nil {
		return uuid.Nil, &problem.Denied{SignedIn: true, Permission: string(auth.ReportRead)}
	}
	return *id, nil
}

// all stands for every brand.
const all = "*"

// brandsOf are the brands whose figures an actor reads.
func brandsOf(a *auth.Actor) string {
	if a.HoldsEverywhere(auth.ReportRead) {
		return all
	}
	var ids []string
	for _, b := range a.BrandsWith(auth.ReportRead) {
		ids = append(ids, b.String())
	}
	return strings.Join(ids, ",")
}

// maySee tells whether an actor reads all brands that a file has.
func maySee(a *auth.Actor, brands string) bool {
	has := brandsOf(a)
	if has == all || brands == "" {
		return a.Holds(auth.ReportRead)
	}
	if brands == all {
		return false
	}
	for id := range strings.SplitSeq(brands, ",") {
		if !strings.Contains(has, id) {
			return false
		}
	}
	return true
}

func (s *Service) path(id uuid.UUID) string { return filepath.Join(s.place.Dir, id.String()) }
