package ledger

import (
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// PlanOf selects the commission plan that holds for a brand and a currency,
// both columns of the statement around it, at a time: the brand's own before
// that of all, one of the currency before one of any.
func PlanOf(brand, currency string, at time.Time) database.SQL {
	return database.Text(`
select c.*
from commission_plans c
where (c.for_brand_id = `+brand+` or c.for_brand_id is null) and (c.currency = `+currency+` or c.currency is null)
  and c.valid_from <= ? and coalesce(c.valid_to, 'infinity') > ?
order by c.for_brand_id is null, c.currency is null
limit 1`, at, at)
}
