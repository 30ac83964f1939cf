-- A promotion with a limit, and each shopper, counts the purchases that use it:
-- those that await their payment or were completed.
select p.brand_id, 'promotion ' || p.id as subject, format('counts %s uses, has %s', p.uses, coalesce(u.n, 0)) as detail
from promotions p
left join (select brand_id, promotion_id, count(*) as n from promotion_uses group by brand_id, promotion_id) u
  on u.brand_id = p.brand_id and u.promotion_id = p.id
where p.use_limit is not null and p.uses <> coalesce(u.n, 0)
union all
select s.brand_id, format('promotion %s of shopper %s', s.promotion_id, s.shopper_id), format('counts %s uses, has %s', s.uses, coalesce(u.n, 0))
from promotion_shoppers s
left join (
  select brand_id, promotion_id, shopper_id, count(*) as n
  from promotion_uses
  group by brand_id, promotion_id, shopper_id
) u on u.brand_id = s.brand_id and u.promotion_id = s.promotion_id and u.shopper_id = s.shopper_id
where s.uses <> coalesce(u.n, 0)
union all
select u.brand_id, 'promotion ' || u.promotion_id, format('used by purchase %s, which is %s', u.purchase_id, coalesce(p.status, 'not there'))
from promotion_uses u
left join purchases p on p.id = u.purchase_id
where coalesce(p.status, '') not in ('AWAITING_PAYMENT', 'COMPLETED')
