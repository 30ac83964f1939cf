-- The duties and taxes of an order are those of the landed cost that it keeps.
select o.brand_id, 'order ' || o.number as subject, format('charged %s, quoted %s', coalesce(c.taxes, 0), l.record ->> 'TaxMinor') as detail
from order_landed_costs l
join orders o on o.brand_id = l.brand_id and o.id = l.order_id
left join (
  select brand_id, order_id, sum(amount_minor) as taxes
  from charges
  where kind in ('DUTY', 'CONSUMPTION_TAX', 'VAT')
  group by brand_id, order_id
) c on c.brand_id = l.brand_id and c.order_id = l.order_id
where coalesce(c.taxes, 0) <> (l.record ->> 'TaxMinor')::bigint
