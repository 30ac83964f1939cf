package promotion

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Wanted says whose promotions a cart may have.
type Wanted struct {
	Brands []uuid.UUID
	Codes  []string
	// Shopper is nil for a guest, of whom no uses are known.
	Shopper *uuid.UUID
	At      time.Time
}

// CandidatesTx reads what Apply takes, as Ask does.
func CandidatesTx(tx *gorm.DB, w Wanted) ([]Promotion, error) {
	asked := make([]string, len(w.Codes))
	for i, code := range w.Codes {
		asked[i] = Normal(code)
	}
	reads := database.NewBatch(tx)
	found := Ask(reads, database.Text("select unnest(?::uuid[])", w.Brands), database.Text("select unnest(?::text[])", asked), w.Shopper, w.At)
	if err := reads.Send(); err != nil {
		return nil, reading("promotions", err)
	}
	return found.List(), nil
}

// Candidates are what Ask finds, once the batch was sent.
type Candidates struct {
	rows  *[]Promotion
	codes *[]models.PromotionCode
}

// Ask adds to a batch the question for what Apply takes: the automatic
// promotions of brands that run, and those of codes, whether they run or not.
// Brands gives rows of brand_id, codes rows of a code in the form of Normal.
// It reads with nobody's rights: who fills a cart sees what a promotion takes
// off, not the promotion.
func Ask(reads *database.Batch, brands, codes database.SQL, shopper *uuid.UUID, at time.Time) Candidates {
	unlocked := database.Text("u.brand_id = any (array(?)) and u.code = any (array(?))", brands, codes)
	return Candidates{
		codes: database.Read[models.PromotionCode](reads, database.Text("select u.* from promotion_codes u where ?", unlocked)),
		rows: database.Read[Promotion](reads, database.Text(`
select p.*,
  -- Where the selected categories stand in the tree now.
  (
    select jsonb_object_agg(c.id, c.path)
    from jsonb_array_elements_text(coalesce(p.goods -> 'categories', '[]') || coalesce(p.gets -> 'categories', '[]')) as named (id)
    join categories c on c.id = named.id::uuid
  ) as paths,
  coalesce((
    select s.uses
    from promotion_shoppers s
    where s.brand_id = p.brand_id and s.promotion_id = p.id and s.shopper_id = ?
  ), 0) as shopper_uses
from (
  select p.*
  from promotions p
  where p.brand_id = any (array(?)) and p.trigger = 'AUTOMATIC' and p.starts_at <= ? and (p.ends_at is null or p.ends_at > ?)
  union all
  select p.*
  from (select distinct u.brand_id, u.promotion_id from promotion_codes u where ?) named
  join promotions p on p.brand_id = named.brand_id and p.id = named.promotion_id and p.trigger = 'CODE'
) p`,
			shopper, brands, at, at, unlocked)),
	}
}

// List are the promotions with their codes.
func (c Candidates) List() []Promotion {
	found := *c.rows
	for i := range found {
		found[i].Codes = nil
		for _, code := range *c.codes {
			if code.BrandID == found[i].BrandID && code.PromotionID == found[i].ID {
				found[i].Codes = append(found[i].Codes, code)
			}
		}
	}
	return found
}
