package dbtest

import (
	"testing"
)

func TestNew(t *testing.T) {
	t.Parallel()
	t.Run("gives each test a migrated database of its own", func(t *testing.T) {
		t.Parallel()
		one, two := New(t), New(t)
		var n int
		if err := one.Gorm.Raw("select count(*) from brands").Scan(&n).Error; err != nil || n != 0 {
			t.Fatalf("brands: %d, %v", n, err)
		}
		if err := one.Gorm.Exec("create table mine (id int)").Error; err != nil {
			t.Fatal(err)
		}
		var theirs bool
		if err := two.Gorm.Raw("select to_regclass('mine') is not null").Scan(&theirs).Error; err != nil || theirs {
			t.Fatalf("leaked into another database: %v, %v", theirs, err)
		}
	})
}

func TestTx(t *testing.T) {
	for range 2 {
		t.Run("leaves nothing behind", func(t *testing.T) {
			tx := Tx(t)
			if err := tx.Exec("create table passing (id int)").Error; err != nil {
				t.Fatal(err)
			}
		})
	}
}
