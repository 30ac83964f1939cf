package main

import (
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func TestCheckCommand(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.DSN(t), Dir: dbtest.Folder(t)}
	db := dbtest.Open(t, o.Database, database.Options{})
	_, err := demo.Load(t.Context(), db.Gorm, demo.Options{Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Orders: 50})
	must(t, err)

	sound := servertest.Run(t, o, "check")
	if n := strings.Count("\n"+sound.Out, "\nok "); sound.Code != 0 || n != len(reconcile.Invariants()) || strings.Contains(sound.Out, "DISAGREES") {
		t.Errorf("sound data: exit code %d, %d rules hold\n%s", sound.Code, n, sound.Out)
	}

	var brand, number string
	conn := dial(t, o.Database)
	must(t, conn.QueryRow(t.Context(), "update orders set goods_minor = goods_minor + 1 where (brand_id, id) in "+
		"(select brand_id, id from orders limit 1) returning brand_id::text, number").Scan(&brand, &number))
	bad := servertest.Run(t, o, "check")
	if bad.Code != 1 {
		t.Errorf("exit code %d", bad.Code)
	}
	says(t, bad.Out, "DISAGREES lines_make_the_order", brand, number)
	says(t, bad.Err, "disagree")
}
