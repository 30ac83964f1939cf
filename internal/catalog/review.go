package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ReviewWhere narrows listings to review; what is empty asks for nothing.
type ReviewWhere struct {
	Brands      []uuid.UUID
	Storefronts []models.Key
	// Reasons are codes of blockers and warnings; nil for any.
	Reasons []string
}

const mostAsked = 100

func (w ReviewWhere) validate() error {
	for name, n := range map[string]int{"brandId": len(w.Brands), "storefrontId": len(w.Storefronts), "reason": len(w.Reasons)} {
		if n > mostAsked {
			return &problem.BadInput{Argument: "where." + name, Message: fmt.Sprintf("must have at most %d entries", mostAsked)}
		}
	}
	for i, code := range w.Reasons {
		if !slices.Contains(customs.Reviewed, code) {
			return &problem.BadInput{Argument: fmt.Sprintf("where.reason.%d", i), Message: "must be one of " + strings.Join(customs.Reviewed, ", ")}
		}
	}
	return nil
}

// reviewed is a listing with what customs ask of its goods.
type reviewed struct {
	models.Listing
	Country        string
	Regime         landedcost.Regime
	HSCode, Origin string
	// Pieces are the kinds of its variants: weight in grams and unit of the net
	// content, empty where nobody knows.
	Pieces models.StringList
}

const reviewing = `listings.*, s.country, s.customs_regime as regime, coalesce(p.hs_code, '') as hs_code, coalesce(p.origin_country, '') as origin,
array(select distinct coalesce(v.weight_grams, 0) || ' ' || coalesce(v.net_unit, '') from variants v
  where v.brand_id = listings.brand_id and v.product_id = listings.product_id and v.archived_at is null) as pieces`

// Review gives the published listings of storefronts with a customs regime that
// could not be published by today's rules, or that nobody can tell the taxes
// of: those of brands that the caller reads as their staff. They stay visible
// until somebody changes that; carts refuse what cannot be quoted.
func (s *Service) Review(ctx context.Context, where ReviewWhere, args paging.Args) (*paging.Connection[models.Listing], error) {
	if err := auth.Require(ctx, auth.BrandRead); err != nil {
		return nil, err
	}
	if err := where.validate(); err != nil {
		return nil, err
	}
	window, err := args.Window()
	if err != nil {
		return nil, err
	}
	sort := byBrand(where)
	between, err := sort.Order().Between(args)
	if err != nil {
		return nil, err
	}
	var found []*models.Listing
	err = s.review(ctx, where, window.Backward, between, func(r *reviewed) bool {
		found = append(found, &r.Listing)
		return len(found) <= window.Size
	})
	if err != nil {
		return nil, err
	}
	return sort.Page(found, args, func(ctx context.Context) (n int64, err error) {
		err = s.review(ctx, where, false, nil, func(*reviewed) bool { n++; return true })
		return n, err
	})
}

func byBrand(where ReviewWhere) paging.Sort[models.Listing] {
	return paging.Sort[models.Listing]{Name: "listingsToReview", Filter: where, Columns: []paging.Column[models.Listing]{
		{Expr: "listings.brand_id", Type: "uuid", Value: func(l *models.Listing) any { return l.BrandID }},
		{Expr: "listings.id", Type: "uuid", Value: func(l *models.Listing) any { return l.ID }},
	}}
}

// ReviewCount tells how many listings are to be reviewed, in how many
// storefronts, and how many for each reason.
type ReviewCount struct {
	Listings, Storefronts int
	Reasons               map[string]int
}

// CountReview counts what Review gives in all.
func (s *Service) CountReview(ctx context.Context) (*ReviewCount, error) {
	if err := auth.Require(ctx, auth.BrandRead); err != nil {
		return nil, err
	}
	count, shops := &ReviewCount{Reasons: map[string]int{}}, map[uuid.UUID]bool{}
	err := s.walk(ctx, ReviewWhere{}, false, nil, func(r *reviewed, reasons []string) bool {
		count.Listings++
		shops[r.StorefrontID] = true
		for _, code := range reasons {
			count.Reasons[code]++
		}
		return true
	})
	count.Storefronts = len(shops)
	return count, err
}

func (s *Service) review(
	ctx context.Context, where ReviewWhere, backward bool, between database.Conditions, take func(*reviewed) bool,
) error {
	return s.walk(ctx, where, backward, between, func(r *reviewed, reasons []string) bool {
		if where.Reasons != nil && !slices.ContainsFunc(reasons, func(code string) bool { return slices.Contains(where.Reasons, code) }) {
			return true
		}
		return take(r)
	})
}

// Rows that are read at once: few for a page that is full soon, and ever more.
const (
	firstReviewed = 250
	mostReviewed  = 16_000
)

// walk looks at published listings in the order of their brands, or against it,
// until take has enough, and hands over those with a reason.
func (s *Service) walk(
	ctx context.Context, where ReviewWhere, backward bool, between database.Conditions, take func(*reviewed, []string) bool,
) error {
	further := "(listings.brand_id, listings.id) > (?, ?)"
	if backward {
		further = "(listings.brand_id, listings.id) < (?, ?)"
	}
	query := s.published(ctx, where).Order(byBrand(where).Order().By(paging.Window{Backward: backward}))
	judge := s.judge(ctx)
	var last *reviewed
	for size := firstReviewed; ; size = min(4*size, mostReviewed) {
		conditions := slices.Clone(between)
		if last != nil {
			conditions.Add(further, last.BrandID, last.ID)
		}
		var rows []*reviewed
		if err := conditions.Narrow(query.Session(&gorm.Session{})).Limit(size).Find(&rows).Error; err != nil {
			return fmt.Errorf("read listings to review: %w", err)
		}
		for _, r := range rows {
			reasons, err := judge(r)
			if err != nil {
				return err
			}
			if len(reasons) > 0 && !take(r, reasons) {
				return nil
			}
		}
		if len(rows) < size {
			return nil
		}
		last = rows[len(rows)-1]
	}
}

// published are the listings that may need a review, of the caller's brands.
func (s *Service) published(ctx context.Context, where ReviewWhere) *gorm.DB {
	actor := auth.From(ctx)
	var c database.Conditions
	if actor.HoldsEverywhere(auth.BrandRead) {
		ctx = database.AcrossBrands(ctx, database.OperatorReports)
	} else {
		c.Add("listings.brand_id in ?", actor.BrandsWith(auth.BrandRead))
	}
	if where.Brands != nil {
		c.Add("listings.brand_id in ?", where.Brands)
	}
	if where.Storefronts != nil {
		c.Add("(listings.brand_id, listings.storefront_id) in ?", models.Pairs(where.Storefronts))
	}
	query := s.db.WithContext(ctx).Model(&models.Listing{}).Select(reviewing).
		Joins("join storefronts s on s.brand_id = listings.brand_id and s.id = listings.storefront_id and s.customs_regime is not null and s.status <> 'CLOSED'").
		Joins("join products p on p.brand_id = listings.brand_id and p.id = listings.product_id and p.status <> 'ARCHIVED'").
		Where("listings.status = 'PUBLISHED'")
	return c.Narrow(query)
}

// judge gives the reasons to review a listing. Goods that customs ask the same
// of are judged once.
func (s *Service) judge(ctx context.Context) func(*reviewed) ([]string, error) {
	type goods struct {
		country, code, origin, pieces string
		regime                        landedcost.Regime
	}
	days, known, now := map[string]*customs.Day{}, map[goods][]string{}, s.now()
	return func(r *reviewed) ([]string, error) {
		like := goods{r.Country, r.HSCode, r.Origin, strings.Join(r.Pieces, ","), r.Regime}
		if reasons, ok := known[like]; ok {
			return reasons, nil
		}
		if days[r.Country] == nil {
			day, err := s.rules.Day(s.db.WithContext(ctx), r.Country, now)
			if err != nil {
				return nil, err
			}
			days[r.Country] = day
		}
		g := customs.Goods{HSCode: r.HSCode, Origin: r.Origin}
		for _, kind := range r.Pieces {
			weight, unit, _ := strings.Cut(kind, " ")
			grams, err := strconv.ParseInt(weight, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("read the weight of a variant: %w", err)
			}
			g.Pieces = append(g.Pieces, customs.Piece{Grams: grams, Unit: models.NetUnit(unit)})
		}
		known[like] = customs.ToReview(days[r.Country], r.Regime, g)
		return known[like], nil
	}
}
