-- An import booked what its batch says.
select b.brand_id, 'import of ' || b.file_name as subject,
  format('batch says %s lines of %s, booked %s lines of %s', b.lines_booked, b.booked_minor, coalesce(l.lines, 0), coalesce(l.sum, 0)) as detail
from import_batches b
left join (
  select o.brand_id, o.batch_id, count(*) as lines, sum(l.goods_minor) as sum
  from orders o
  join order_lines l on l.brand_id = o.brand_id and l.order_id = o.id
  where o.batch_id is not null
  group by o.brand_id, o.batch_id
) l on l.brand_id = b.brand_id and l.batch_id = b.id
where b.kind = 'SALES' and b.finished_at is not null
  and (b.lines_booked <> coalesce(l.lines, 0) or b.booked_minor <> coalesce(l.sum, 0))
