package order_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// A receipt is the shopper's and the seller's, in the reader's language, and
// says what was paid, with what, and what of it was given back.
func TestReceipts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	if err := w.db.Exec(`update products set texts = jsonb_set(texts, '{en,title}', '"<b>Honey</b> & more"')
		where brand_id = ? and id = ?`, w.brand.ID, w.honey.Product.ID).Error; err != nil {
		t.Fatal(err)
	}
	o := w.place(t, 2*1200+550, line(w.honey.Variants[0], 2), line(w.jam.Variants[0], 1))
	page := func(accept string) string {
		t.Helper()
		r, err := w.orders.Receipt(as(t, w.shopper), o.Number)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := r.WriteHTML(&b, accept); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	has := func(page string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if !strings.Contains(page, text) {
				t.Errorf("%q is not in\n%s", text, page)
			}
		}
	}
	english := page("de, fr;q=0.8")
	has(english, `<html lang="en">`, "Receipt "+o.Number, "&lt;b&gt;Honey&lt;/b&gt; &amp; more", `<td class="amount">12.00</td><td class="amount">24.00</td>`,
		"<dd>card</dd>", "2026-06-18", "Li Wei<br>200040 CN 上海市 上海市 静安区 南京西路 1 号", "29.50 CNY")
	if strings.Contains(english, "Given back") || strings.Contains(english, "ZgotmplZ") {
		t.Error(english)
	}
	has(page("zh-Hans-CN,zh;q=0.9"), `<html lang="zh-CN">`, "收据", "银行卡", "商品", "合计")

	if _, err := w.cancel(t, w.shopper, o, "changed-1"); err != nil {
		t.Fatal(err)
	}
	has(page("en"), "Given back 2026-06-18", "changed my mind", "−29.50", "0.00 CNY", "Cancelled")

	for name, actor := range map[string]bool{"another shopper": false, "the brand": true} {
		reader := fixture.Shopper(t, w.db, "Wang Fang")
		if actor {
			reader = fixture.Member(t, w.db, w.brand.ID, "OWNER")
		}
		_, err := w.orders.Receipt(as(t, reader), o.Number)
		if refused := problem.From(err); (err == nil) != actor || !actor && (len(refused) != 1 || refused[0].Code != problem.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
