package rollup

import (
	"fmt"

	"gorm.io/gorm"
)

// ended is, in a statement's snapshot, the oldest transaction that may yet write
// facts, or the next one: the facts of all before it can be read. Those that hold
// the lock of apart are not waited for. That lock is read later than the
// snapshot: what has ended since is waited for, no harm done.
const ended = `coalesce((
  select running
  from pg_snapshot_xip(pg_current_snapshot()) running
  where running::xid not in (
    select own.transactionid
    from pg_locks said
    join pg_locks own on own.pid = said.pid and own.locktype = 'transactionid' and own.mode = 'ExclusiveLock'
    where said.locktype = 'advisory' and said.classid = 'sales_rollups'::regclass and said.objid = 1 and said.objsubid = 2 and said.granted
      and said.database = (select oid from pg_database where datname = current_database())
  )
  order by running
  limit 1
), pg_snapshot_xmax(pg_current_snapshot()))`

// apart does something in a transaction that writes no facts, however long it
// takes: the watermark passes it.
func apart(db *gorm.DB, do func(tx *gorm.DB) error) error {
	return db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("select pg_advisory_xact_lock_shared('sales_rollups'::regclass::oid::integer, 1)").Error; err != nil {
			return err
		}
		return do(tx)
	})
}

// lastEnded is ended, by itself.
func lastEnded(db *gorm.DB) (xid string, err error) {
	if err := db.Raw("select " + ended + "::text").Scan(&xid).Error; err != nil {
		return "", fmt.Errorf("read the oldest transaction: %w", err)
	}
	return xid, nil
}
