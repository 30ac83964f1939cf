-- All that an order writes, in one round trip: a batch is one transaction.
-- What is looked up by a full key stands behind a fence (offset 0): else all
-- prices of a storefront may be read, since the planner believes them few.

-- claim the key
insert into idempotency_keys (actor_id, mutation, key, input_hash, result_brand_id, result_id, created_at)
values ($1, 'orderPlace', $2, $3, $4, $5, $6);

-- purchase
insert into purchases (id, shopper_id, status, currency, total_minor, draft, placed_at, completed_at)
values ($1, $2, 'COMPLETED', $3, $4, '[]', $5, $5);

-- payment
insert into payments (id, shopper_id, purchase_id, provider, reference, method, status, currency, amount_minor, authorised_minor,
  captured_minor, created_at, updated_at)
values ($1, $2, $3, 'sandbox', $4, 'CARD', 'CAPTURED', $5, $6, $6, $6, $7, $7);

-- number
insert into order_numbers (number, brand_id, order_id)
values ($1, $2, $3);

-- order with its sale in the ledger, unless the storefront is closed or the goods cost something else
with placed as (
  insert into orders (brand_id, id, number, source, kind, storefront_id, purchase_id, shopper_id, status, payment_status, fulfilment_status,
    currency, goods_minor, discount_minor, shipping_minor, tax_minor, total_minor, seller_name, buyer_country, recipient, placed_at, recorded_at, version,
    commission_plan_id, commission_rate, commission_fixed_minor, commission_minor, payable_due)
  select s.brand_id, $3, $4, 'SHOP', 'SALE', s.id, $5, $6, 'PLACED', 'PAID', 'UNFULFILLED', s.currency, w.total, 0, 0, 0, w.total, b.name, $8, $9, $10, $10, 1,
    p.id, coalesce(p.rate, 0), coalesce(p.fixed_minor, 0), least(round(w.total * coalesce(p.rate, 0)) + coalesce(p.fixed_minor, 0), w.total),
    $10 + coalesce(p.days_after_placement, 30) * interval '24 hours'
  from storefronts s
  join brands b on b.id = s.brand_id
  cross join (values (cast($7 as bigint))) as w (total)
  left join lateral (
    select *
    from commission_plans
    where (for_brand_id = s.brand_id or for_brand_id is null) and (currency = s.currency or currency is null)
      and valid_from <= $10 and coalesce(valid_to, 'infinity') > $10
    order by for_brand_id is null, currency is null
    limit 1
  ) p on true
  where s.brand_id = $1 and s.id = $2 and s.status = 'OPEN' and s.visible
    and w.total = (
      select sum(r.amount_minor * l.quantity)
      from unnest(cast($11 as uuid[]), cast($12 as bigint[])) as l (variant, quantity)
      cross join lateral (select * from prices where brand_id = $1 and storefront_id = $2 and variant_id = l.variant offset 0) r
      cross join lateral (select * from listings where brand_id = $1 and storefront_id = $2 and product_id = r.product_id offset 0) i
      where r.currency = s.currency and i.visible_from <= now()
    )
  returning brand_id, id, currency, commission_minor, total_minor
), sale as (
  insert into ledger_transactions (brand_id, id, kind, order_id, recorded_at)
  select brand_id, $13, 'SALE', id, $10
  from placed
)
insert into ledger_entries (brand_id, transaction_id, ordinal, account, currency, amount_minor, recorded_at)
select brand_id, $13, row_number() over (order by place), account, currency, amount, $10
from placed
cross join lateral (values (1, 'BRAND_PENDING', total_minor - commission_minor), (2, 'COMMISSION', commission_minor), (3, 'GATEWAY_CLEARING', -total_minor)) as e (place, account, amount)
where amount <> 0;

-- lines with their charges and facts
with line as (
  insert into order_lines (brand_id, id, order_id, ordinal, product_id, variant_id, sku, default_language, texts, options, quantity,
    unit_price, currency, goods_minor, hs_code, origin_country, origin_region, category_path)
  select v.brand_id, w.id, $3, w.ordinal, v.product_id, v.id, v.sku, p.default_language,
    (select jsonb_object_agg(t.key, jsonb_build_object('title', t.value -> 'title')) from jsonb_each(p.texts) as t),
    v.options, w.quantity, round(r.amount_minor / 100.0, 2), r.currency, r.amount_minor * w.quantity, p.hs_code, p.origin_country, p.origin_region, c.path
  from unnest(cast($4 as uuid[]), cast($5 as uuid[]), cast($6 as bigint[])) with ordinality as w (id, variant, quantity, ordinal)
  join variants v on v.brand_id = $1 and v.id = w.variant and v.archived_at is null
  join products p on p.brand_id = v.brand_id and p.id = v.product_id
  cross join lateral (select * from prices where brand_id = $1 and storefront_id = $2 and variant_id = w.variant offset 0) r
  left join categories c on c.id = p.category_id
  returning *
), charge as (
  insert into charges (brand_id, id, order_id, line_id, kind, currency, amount_minor)
  select brand_id, (cast($7 as uuid[]))[ordinal], order_id, id, 'GOODS', currency, goods_minor
  from line
)
insert into sales_facts (brand_id, id, kind, source, event_at, recorded_at, order_id, line_id, storefront_id, product_id, variant_id, shopper_id,
  category_path, market, buyer_country, origin_country, origin_region, currency, units_sold, units_returned, gross_minor, discount_minor, refund_minor,
  shipping_minor, duty_minor, tax_minor, fee_minor, commission_minor, opens_order, repeats_origin)
select brand_id, (cast($8 as uuid[]))[ordinal], 'SALE', 'SHOP', $9, $9, order_id, id, $2, product_id, variant_id, $10, category_path, 'CN', $11,
  origin_country, origin_region, currency, quantity, 0, goods_minor, 0, 0, 0, 0, 0, 0,
  round(kept * sum(goods_minor) over upto / sum(goods_minor) over ()) - round(kept * (sum(goods_minor) over upto - goods_minor) / sum(goods_minor) over ()),
  ordinal = 1, case when ordinal = 1 then 0 else 3 end
from line
cross join (select commission_minor as kept from orders where brand_id = $1 and id = $3) o
window upto as (order by ordinal);

-- allocation
insert into payment_allocations (brand_id, id, payment_id, order_id, currency, amount_minor)
values ($1, $2, $3, $4, $5, $6);

-- events
insert into order_events (brand_id, id, order_id, type, actor_id, recorded_at)
values ($1, $2, $4, 'PLACED', $5, $6), ($1, $3, $4, 'PAID', $5, $6);

-- outbox
insert into outbox_events (brand_id, id, type, subject_type, subject_id, payload, recorded_at)
values ($1, $2, 'order.placed', 'Order', $3, $4, $5);

-- stock of a variant, in the one warehouse that brands of the benchmark have
with moved as (
  update stock_levels l
  set on_hand = on_hand - $3, updated_at = $4
  where brand_id = $1 and variant_id = $2
    and exists (select 1 from warehouses h where h.brand_id = $1 and h.id = l.warehouse_id and h.active offset 0)
  returning warehouse_id
)
insert into stock_adjustments (brand_id, id, variant_id, warehouse_id, delta, reason, order_id, actor_id, recorded_at)
select $1, $5, $2, warehouse_id, -$3, 'ORDER_PLACED', $6, $7, $4
from moved;

-- lock the stock of a variant
with locked as (
  select 1 from stock_levels where brand_id = $1 and variant_id = $2 for update
)
select count(*) from locked;
