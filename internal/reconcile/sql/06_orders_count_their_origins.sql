-- Of the sales of an order, one tells each of its origins first: each country, census region and region.
select brand_id, 'order ' || order_id as subject,
  format('of %s countries, %s census regions, %s regions; by its sales %s, %s, %s', countries, censuses, regions, country, census, region) as detail
from (
  select brand_id, order_id, count(distinct f.country) as countries, count(distinct (f.country, f.census)) as censuses,
    count(distinct (f.country, f.region)) as regions, count(*) filter (where repeats_origin < 1) as country,
    count(*) filter (where repeats_origin < 2) as census, count(*) filter (where repeats_origin < 3) as region
  from (
    select brand_id, order_id, repeats_origin, coalesce(origin_country, '') as country, coalesce(origin_region, '') as region,
      case
        when origin_country is distinct from 'US' then 0
        when origin_region in ('CT', 'MA', 'ME', 'NH', 'NJ', 'NY', 'PA', 'RI', 'VT') then 1
        when origin_region in ('IA', 'IL', 'IN', 'KS', 'MI', 'MN', 'MO', 'ND', 'NE', 'OH', 'SD', 'WI') then 2
        when origin_region in ('AL', 'AR', 'DC', 'DE', 'FL', 'GA', 'KY', 'LA', 'MD', 'MS', 'NC', 'OK', 'SC', 'TN', 'TX', 'VA', 'WV') then 3
        when origin_region in ('AK', 'AZ', 'CA', 'CO', 'HI', 'ID', 'MT', 'NM', 'NV', 'OR', 'UT', 'WA', 'WY') then 4
        else 0
      end as census
    from sales_facts
    where kind = 'SALE'
  ) f
  group by brand_id, order_id
) f
where (countries, censuses, regions) <> (country, census, region)
