-- A line is quantity times unit price, rounded half up once to the minor unit.
-- PostgreSQL's round() of numeric rounds halves away from zero.
select l.brand_id, 'line ' || l.ordinal || ' of order ' || o.number as subject,
  format('%s times %s is not %s minor units', l.quantity, l.unit_price, l.goods_minor) as detail
from order_lines l
join orders o on o.brand_id = l.brand_id and o.id = l.order_id
where l.goods_minor not in (
  select round(l.quantity * l.unit_price * power(10::numeric, digits))
  from (values (case
    when l.currency in (select unnest(cast(@zero as text[]))) then 0
    when l.currency in (select unnest(cast(@three as text[]))) then 3
    else 2
  end)) as d (digits)
)
