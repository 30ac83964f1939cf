package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/models"
)

var killSeed = flag.Uint64("kill-seed", 1, "seed of the moments at which servers are killed")

// The server killed with -9 at random points of 200 checkouts, PostgreSQL at
// random points of 200 more: after a restart and the recovery every purchase is
// complete or cleanly undone, and `check` is silent. Half of the servers have
// cards authorised first, and an operator takes all of the money, takes that of
// one order, or releases it.
func TestKilledInTheMiddleOfCheckouts(t *testing.T) {
	t.Parallel()
	t.Run("the_server", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.DSN(t)
		m := newMassacre(t, servertest.Options{Database: dsn, Dir: dbtest.Folder(t)}, 20, 1)
		named, err := url.Parse(dsn)
		must(t, err)
		query := named.Query()
		query.Set("application_name", "onlooker")
		named.RawQuery = query.Encode()
		m.dsn = named.String
		m.kill = func(s *servertest.Server) error { return syscall.Kill(s.Pid, syscall.SIGKILL) }
		m.run(t, 10)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		m := newMassacre(t, servertest.Options{Dir: dbtest.Folder(t)}, 34, 2)
		m.dsn = func() string {
			server, err := postgres.Attach(t.Context(), postgres.Options{DataDir: m.options.Dir})
			must(t, err)
			return server.DSN("tradewind")
		}
		m.kill = func(*servertest.Server) error {
			return syscall.Kill(servertest.Postmaster(t, m.options.Dir), syscall.SIGKILL)
		}
		m.run(t, 6)
	})
}

// massacre kills again and again what buyers are in the middle of.
type massacre struct {
	options servertest.Options
	crowd   int
	random  *rand.Rand
	kill    func(*servertest.Server) error
	dsn     func() string

	signer *identity.Development
	// operator is the token of who reviews payments.
	operator string
	started  int
	goods    [2]fixture.Goods
	shops    [2]*models.Storefront
	// window is how long a crowd takes that is left alone.
	window time.Duration
	all    []*buyer
	broken int
}

const (
	plenty = 100_000
	// scarce is fewer than are asked for.
	scarce = 150
)

func newMassacre(t *testing.T, o servertest.Options, crowd int, stream uint64) *massacre {
	t.Helper()
	signer, err := identity.OpenDevelopment(o.Dir, time.Now)
	must(t, err)
	return &massacre{options: o, crowd: crowd, signer: signer, random: rand.New(rand.NewPCG(*killSeed, stream))}
}

func (m *massacre) run(t *testing.T, kills int) {
	t.Helper()
	began := time.Now()
	s := m.start(t)
	db := m.open(t)
	told := servertest.Run(t, m.options, "token", "--role=operator")
	if m.operator = strings.TrimSpace(told.Out); told.Code != 0 || m.operator == "" {
		t.Fatalf("token: exit code %d\n%s", told.Code, told.Err)
	}
	for i, name := range []string{"honey", "jam"} {
		m.shops[i] = fixture.Storefront(t, db, fixture.Brand(t, db, name), name)
		m.goods[i] = fixture.Sell(t, db, m.shops[i], name, plenty, 1200, 900)
	}
	mustExec(t, db, "update stock_levels set on_hand = ? where brand_id = ? and variant_id = ?", scarce, m.shops[1].BrandID, m.goods[1].Variants[1].ID)
	mustExec(t, db, "update stock_adjustments set delta = ? where brand_id = ? and variant_id = ?", scarce, m.shops[1].BrandID, m.goods[1].Variants[1].ID)

	// Left alone, to know how long it takes; the first are slow.
	m.rush(t, s, m.come(t, s))
	crowd := m.come(t, s)
	begin := time.Now()
	m.rush(t, s, crowd)
	m.window = time.Since(begin)
	m.settle(t, db)

	var moments []string
	for n := range kills {
		crowd := m.come(t, s)
		moment := time.Duration(m.random.Int64N(int64(m.window)))
		moments = append(moments, moment.Round(time.Millisecond).String())
		timer := time.AfterFunc(moment, func() {
			if err := m.kill(s); err != nil {
				t.Error(err)
			}
		})
		m.rush(t, s, crowd)
		if timer.Stop() {
			must(t, m.kill(s)) // they were faster this time
		}
		if code := s.Wait(t); code == 0 {
			t.Error("it ended in order")
		}
		if m.options.Database != "" {
			m.silent(t, db)
			if n%2 == 0 { // nobody comes back before the recovery
				m.settle(t, db)
				s = m.start(t)
				continue
			}
		}
		s = m.start(t)
		if m.options.Database == "" {
			db = m.open(t)
		}
		m.rush(t, s, crowd[:m.crowd/2])
		m.settle(t, db)
	}
	if r := servertest.Run(t, m.options, "check"); r.Code != 0 || strings.Contains(r.Out, "DISAGREES") {
		t.Errorf("check: exit code %d\n%s%s", r.Code, r.Out, r.Err)
	}
	t.Logf("%d checkouts, %d kills, %d calls broken off, in %s: %s", kills*m.crowd, kills, m.broken, time.Since(began).Round(time.Millisecond), m.figures(t, db))
	t.Logf("seed %d, killed after %s of some %s", *killSeed, strings.Join(moments, ", "), m.window.Round(time.Millisecond))
}

// start has two servers in turn take money at once, and two authorise it first.
func (m *massacre) start(t *testing.T) *servertest.Server {
	t.Helper()
	m.started++
	if m.started/2%2 == 0 {
		return servertest.Start(t, m.options, "--no-demo")
	}
	return servertest.Start(t, m.options, "--no-demo", "--manual-capture")
}

// silent waits until PostgreSQL has done what a killed server had sent to it.
func (m *massacre) silent(t *testing.T, db *gorm.DB) {
	t.Helper()
	if !servertest.Within(20*time.Second, func() bool {
		var n int64
		must(t, db.Raw("select count(*) from pg_stat_activity where datname = current_database() and application_name = 'tradewind'").Scan(&n).Error)
		return n == 0
	}) {
		t.Error("connections of a killed server are left")
	}
}

func (m *massacre) open(t *testing.T) *gorm.DB {
	t.Helper()
	db := dbtest.Open(t, m.dsn(), database.Options{MaxConns: 4})
	return db.Gorm.WithContext(database.AcrossBrands(t.Context(), database.Reconciliation))
}

func mustExec(t *testing.T, db *gorm.DB, sql string, args ...any) {
	t.Helper()
	must(t, db.Exec(sql, args...).Error)
}

// come makes a crowd with carts.
func (m *massacre) come(t *testing.T, s *servertest.Server) []*buyer {
	t.Helper()
	crowd := make([]*buyer, m.crowd)
	var all sync.WaitGroup
	for i := range crowd {
		token, err := m.signer.Sign(uuid.NewString(), "Li Na", time.Hour)
		must(t, err)
		b := &buyer{token: token, way: wayOf(m.random), key: uuid.NewString(), operator: m.operator, review: reviewOf(m.random), shop: m.shops[m.random.IntN(2)].GlobalID()}
		crowd[i] = b
		var lines []any
		for k, shop := range m.shops {
			v := m.goods[k].Variants[m.random.IntN(2)]
			lines = append(lines, map[string]any{"storefrontId": shop.GlobalID(), "variantId": v.GlobalID(), "quantity": 1 + m.random.IntN(3)})
		}
		all.Go(func() {
			if err := b.fill(s.URL, lines); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	m.all = append(m.all, crowd...)
	return crowd
}

// rush has a crowd buy, all at once.
func (m *massacre) rush(t *testing.T, s *servertest.Server, crowd []*buyer) {
	t.Helper()
	var all sync.WaitGroup
	var mutex sync.Mutex
	for _, b := range crowd {
		all.Go(func() {
			err := b.buy(s.URL)
			mutex.Lock()
			defer mutex.Unlock()
			if errors.Is(err, errBroken) {
				m.broken++
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// settle lets the time pass in which purchases are paid, has everything open
// recovered, and looks at what became of all purchases.
func (m *massacre) settle(t *testing.T, db *gorm.DB) {
	t.Helper()
	m.recover(t, db)
	var reviewed int64
	must(t, db.Raw("select count(*) from payments where status = 'AUTHORISED'").Scan(&reviewed).Error)
	if reviewed > 0 { // promised just now, and then nobody looked at it for six days
		m.recover(t, db)
	}
	// A server that runs recovers, too, and may not be through.
	open := func() (n int64) {
		must(t, db.Raw("select count(*) from purchases p left join payments y on y.purchase_id = p.id "+
			"where p.status = 'AWAITING_PAYMENT' or y.ask_at is not null").Scan(&n).Error)
		return n
	}
	if !servertest.Within(20*time.Second, func() bool { return open() == 0 }) {
		t.Errorf("%d purchases are left open", open())
	}
	m.sound(t, db)
}

func (m *massacre) recover(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, sql := range []string{
		"update sandbox_payments set due_at = now() - interval '1 second' where due_at is not null",
		"update payments set expires_at = now() - interval '1 second' where status in ('PENDING', 'REQUIRES_ACTION')",
		"update purchases set expires_at = now() - interval '1 hour' where status = 'AWAITING_PAYMENT'",
	} {
		mustExec(t, db, sql)
	}
	if r := servertest.Run(t, m.options, "recover"); r.Code != 0 {
		t.Fatalf("recover: exit code %d\n%s%s", r.Code, r.Out, r.Err)
	}
}

// ends tells of each purchase what is wrong with its end.
const ends = `
select format('purchase %s is %s, its payment %s over %s of %s with %s given back, at the bank %s, %s orders, %s held, cart %s',
  p.id, p.status, y.status, y.captured_minor, p.total_minor, y.refunded_minor, b.captured_minor, o.n, r.n, c.status)
from purchases p
left join payments y on y.purchase_id = p.id
left join sandbox_payments b on b.payment_id = y.id
left join carts c on c.id = p.cart_id
cross join lateral (select count(*) as n, coalesce(sum(total_minor), 0) as total from orders o where o.purchase_id = p.id) o
cross join lateral (select count(*) as n from stock_reservations s where s.purchase_id = p.id and s.status = 'HELD') r
cross join lateral (select coalesce(sum(amount_minor), 0) as n from sandbox_refunds s where s.reference = b.reference) g
where y.id is null or r.n > 0
  or coalesce(b.captured_minor, 0) <> y.captured_minor or g.n <> y.refunded_minor
  or not case p.status
    when 'COMPLETED' then o.total = p.total_minor and y.status = 'CAPTURED' and y.captured_minor = p.total_minor and y.refunding_minor = 0
      and (o.n = 2 and y.captured_minor = y.amount_minor and c.status = 'ORDERED'
        or o.n = 1 and y.captured_minor < y.amount_minor and y.manual_capture and c.status = 'OPEN')
    when 'REFUNDED' then o.n = 0 and y.status = 'CAPTURED' and y.captured_minor = y.refunded_minor and c.status = 'OPEN'
    else o.n = 0 and y.status in ('FAILED', 'VOIDED') and y.captured_minor = 0 and c.status = 'OPEN'
  end`

// sound fails for each purchase that is neither complete nor cleanly undone,
// and for each promise to a buyer that was not kept.
func (m *massacre) sound(t *testing.T, db *gorm.DB) {
	t.Helper()
	var bad []string
	must(t, db.Raw(ends).Scan(&bad).Error)
	for _, what := range bad {
		t.Error(what)
	}
	var purchases []models.Purchase
	must(t, db.Find(&purchases).Error)
	known, ofCart := map[string]models.PurchaseStatus{}, map[uuid.UUID]int{}
	for _, p := range purchases {
		known[p.GlobalID()] = p.Status
		if ofCart[*p.CartID]++; ofCart[*p.CartID] > 1 {
			t.Errorf("cart %s was bought twice", *p.CartID)
		}
	}
	for _, b := range m.all {
		status, there := known[b.purchase]
		if b.purchase != "" && !there {
			t.Errorf("purchase %s was told of and is lost", b.purchase)
		}
		// Who cancels and pays may get the money back.
		if b.told == string(models.PaymentCaptured) && status != models.PurchaseCompleted && b.way != cancelsAndPays {
			t.Errorf("purchase %s was told to be paid and is %s", b.purchase, status)
		}
	}
	for i, shop := range m.shops {
		for k, v := range m.goods[i].Variants {
			had := int64(plenty)
			if i == 1 && k == 1 {
				had = scarce
			}
			var left, held, sold int64
			must(t, db.Raw("select on_hand, reserved from stock_levels where brand_id = ? and variant_id = ?", shop.BrandID, v.ID).Row().Scan(&left, &held))
			must(t, db.Raw("select coalesce(sum(quantity), 0) from order_lines where brand_id = ? and variant_id = ?", shop.BrandID, v.ID).Scan(&sold).Error)
			if left < 0 || left != had-sold || held != 0 {
				t.Errorf("of %d pieces %d are left and %d held, %d were sold", had, left, held, sold)
			}
		}
	}
}

// figures count what became of all.
func (m *massacre) figures(t *testing.T, db *gorm.DB) string {
	t.Helper()
	var counts []struct {
		Status models.PurchaseStatus
		N      int
	}
	must(t, db.Raw("select status, count(*) as n from purchases group by 1 order by 2 desc").Scan(&counts).Error)
	began, text := 0, ""
	for _, c := range counts {
		began += c.N
		text += fmt.Sprintf(", %d %s", c.N, c.Status)
	}
	var reviewed, whole, part int
	must(t, db.Raw(`
select count(*), count(*) filter (where captured_minor = amount_minor), count(*) filter (where captured_minor between 1 and amount_minor - 1)
from payments
where manual_capture and authorised_minor > 0`).Row().Scan(&reviewed, &whole, &part))
	return fmt.Sprintf("%d with two crowds left alone, %d never began%s; %d authorised first, of which %d captured and %d in part",
		len(m.all), len(m.all)-began, text, reviewed, whole, part)
}
