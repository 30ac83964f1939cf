-- Who buys is known of each purchase that counts against an allowance, and is
-- the person whose allowance it is.
select e.brand_id, 'order ' || e.order_id as subject,
  format('counts for %s, bought by %s', left(encode(e.person, 'hex'), 12), coalesce(left(encode(c.person, 'hex'), 12), 'nobody')) as detail
from allowance_entries e
left join consumers c on c.purchase_id = e.purchase_id
where c.person is distinct from e.person
