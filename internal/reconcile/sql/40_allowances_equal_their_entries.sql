-- What persons have reserved and bought of a yearly allowance, in value and of
-- goods whose weight is bounded, is the sum of its entries.
select null::uuid as brand_id, format('allowance of %s in %s %s %s', left(encode(y.person, 'hex'), 12), y.country, y.year, y.goods) as subject,
  format('%s reserved and %s taken, its entries %s and %s', y.reserved, y.taken, coalesce(e.reserved, 0), coalesce(e.taken, 0)) as detail
from allowance_years y
left join (
  select person, country, year, goods, sum(amount) filter (where status = 'RESERVED') as reserved,
    sum(amount - given_back) filter (where status = 'TAKEN') as taken
  from allowance_entries
  group by person, country, year, goods
) e on (e.person, e.country, e.year, e.goods) = (y.person, y.country, y.year, y.goods)
where (y.reserved, y.taken) is distinct from (coalesce(e.reserved, 0), coalesce(e.taken, 0))
