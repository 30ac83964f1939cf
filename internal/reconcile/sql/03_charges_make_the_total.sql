-- The charges of an order sum to its total, kind by kind.
select o.brand_id, 'order ' || o.number as subject,
  format('goods %s, discount %s, shipping %s, tax %s, total %s; charges %s, %s, %s, %s, %s', o.goods_minor, o.discount_minor,
    o.shipping_minor, o.tax_minor, o.total_minor, coalesce(c.goods, 0), coalesce(c.discount, 0), coalesce(c.shipping, 0),
    coalesce(c.tax, 0), coalesce(c.total, 0)) as detail
from orders o
left join (
  select brand_id, order_id,
    sum(amount_minor) filter (where kind = 'GOODS') as goods,
    -sum(amount_minor) filter (where kind = 'DISCOUNT') as discount,
    sum(amount_minor) filter (where kind in ('SHIPPING', 'INSURANCE')) as shipping,
    sum(amount_minor) filter (where kind in ('DUTY', 'CONSUMPTION_TAX', 'VAT')) as tax,
    sum(amount_minor) as total
  from charges
  group by brand_id, order_id
) c on c.brand_id = o.brand_id and c.order_id = o.id
where (o.goods_minor, o.discount_minor, o.shipping_minor, o.tax_minor, o.total_minor) is distinct from
  (coalesce(c.goods, 0), coalesce(c.discount, 0), coalesce(c.shipping, 0), coalesce(c.tax, 0), coalesce(c.total, 0))
