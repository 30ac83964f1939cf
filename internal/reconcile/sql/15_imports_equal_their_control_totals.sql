-- An import booked what its batch says.
select b.brand_id, 'import of ' || b.file_name as subject,
  format('batch says %s lines of %s, booked %s lines of %s', b.lines_booked, b.booked_minor, coalesce(l.lines, 0), coalesce(l.sum, 0)) as detail
from import_batches b
left join (
  select brand_id, batch_id, count(*) as lines, sum(goods_minor) as sum
  from order_lines
  where batch_id is not null
  group by brand_id, batch_id
) l on l.brand_id = b.brand_id and l.batch_id = b.id
where b.kind = 'SALES'
  and (b.lines_booked <> coalesce(l.lines, 0) or b.booked_minor <> coalesce(l.sum, 0))
