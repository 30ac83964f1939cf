package order

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed receipt.html
var receiptPage string

var receiptPages = template.Must(template.New("receipt").Parse(receiptPage))

// receipts are written in these languages; the first is for all others.
var receiptLanguages = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

// WriteHTML writes the receipt as a page that prints, in the language that
// suits an Accept-Language best: English or Chinese. Nothing is fetched.
func (r *Receipt) WriteHTML(w io.Writer, accept string) error {
	_, i := language.MatchStrings(receiptLanguages, accept)
	p := receiptView{r, receiptWords[i]}
	return receiptPages.Execute(w, p)
}

// receiptView is a receipt in a language.
type receiptView struct {
	*Receipt

	words map[string]string
}

// Say gives a word of the language.
func (v receiptView) Say(word any) string { return v.words[fmt.Sprint(word)] }

// Language of the page.
func (v receiptView) Language() string { return v.words["language"] }

// Title of a line as it was when it was ordered.
func (v receiptView) Title(l *models.OrderLine) string {
	text, _ := l.Texts.In(l.DefaultLanguage, v.Language(), "en")
	return text.Title
}

// Options of a line, as "Size: 500 g".
func (v receiptView) Options(l *models.OrderLine) string {
	all := make([]string, len(l.Options))
	for i, o := range l.Options {
		all[i] = o.Name + ": " + o.Value
	}
	return strings.Join(all, ", ")
}

// Price of a piece.
func (v receiptView) Price(l *models.OrderLine) string {
	return l.UnitPrice.StringFixed(money.Currency(l.Currency).Digits())
}

// Day is the day of a time in the market's own zone.
func (v receiptView) Day(t time.Time) string { return t.In(chinaTime).Format(time.DateOnly) }

// Address of the recipient, the widest first as Chinese addresses are written.
func (v receiptView) Address() string {
	a := v.Recipient
	return strings.Join(strings.Fields(strings.Join([]string{a.PostalCode, a.Country, a.Province, a.City, a.District, a.Street}, " ")), " ")
}

// Taxed is the title of the line that a line of the landed cost is of.
func (v receiptView) Taxed(l *landedcost.RecordLine) string {
	for _, line := range v.Lines {
		if line.GlobalID() == l.Ref {
			return v.Title(line)
		}
	}
	return l.HSCode
}

// Cited names a rule: where it is from, how sure it is, and since when it is in force.
func (v receiptView) Cited(s *landedcost.Source) string {
	all := []string{s.Title, s.Confidence.Title(v.Language())}
	if s.From != "" {
		all = append(all, v.Say("from")+" "+s.From)
	}
	return strings.Join(append(all, s.ID), " · ")
}

// Cites are the rules of a part, each once.
func (v receiptView) Cites(p landedcost.RecordPart) (all []string) {
	for _, s := range []*landedcost.Source{p.Source, p.Terms} {
		if s != nil && !slices.Contains(all, v.Cited(s)) {
			all = append(all, v.Cited(s))
		}
	}
	return all
}

// Exchanged is the rate by which goods were declared, empty where none was needed.
func (v receiptView) Exchanged() string {
	rate, known := v.LandedCost.Exchange.Rate()
	if !known {
		return ""
	}
	return fmt.Sprintf("1 %s = %s %s · %s", v.LandedCost.Currency, rate, v.LandedCost.Declared, v.LandedCost.Exchange.Source)
}

// Levied is what the shopper pays of duties, taxes and fees.
func (v receiptView) Levied() money.Money {
	c := v.LandedCost
	return money.New(c.TaxMinor+c.FeeMinor, c.Currency)
}

// Percent of a part, without its sign; empty where nothing is due whatever the rate is.
func (v receiptView) Percent(p landedcost.RecordPart) string {
	switch p.Share {
	case 0:
		return ""
	case landedcost.Million:
		return landedcost.Percent(p.Rate) + " %"
	}
	return landedcost.Percent(p.Rate) + " % × " + landedcost.Percent(p.Share) + " %"
}

// chinaTime is the one zone of mainland China, without summer time since 1991.
var chinaTime = time.FixedZone("CST", 8*60*60)

var receiptWords = []map[string]string{{
	"language": "en", "receipt": "Receipt", "seller": "Sold by", "recipient": "Sent to", "date": "Date", "paid with": "Paid with",
	"goods": "Goods", "quantity": "Quantity", "price": "Price", "amount": "Amount", "total": "Total", "back": "Given back", "kept": "Paid in the end",
	"cancelled": "Cancelled",
	"door":      "Duties and taxes", "regime": "Brought in as", "rules": "Rules of", "exchange": "Exchange rate", "sent from": "Sent from",
	"tax": "Tax", "base": "Base", "rate": "Rate", "from": "in force from",
	"GOODS": "Goods", "DISCOUNT": "Discount", "SHIPPING": "Carriage", "INSURANCE": "Insurance", "DUTY": "Duty", "CONSUMPTION_TAX": "Consumption tax",
	"VAT": "VAT", "FEE": "Fee", "CARD": "card", "ALIPAY": "Alipay", "WECHAT_PAY": "WeChat Pay",
}, {
	"language": "zh-CN", "receipt": "收据", "seller": "卖家", "recipient": "收货人", "date": "日期", "paid with": "支付方式",
	"goods": "商品", "quantity": "数量", "price": "单价", "amount": "金额", "total": "合计", "back": "已退款", "kept": "实付",
	"cancelled": "已取消",
	"door":      "税费明细", "regime": "进口方式", "rules": "适用规则", "exchange": "汇率", "sent from": "发货地",
	"tax": "税种", "base": "计税基础", "rate": "税率", "from": "施行日期",
	"GOODS": "商品", "DISCOUNT": "优惠", "SHIPPING": "运费", "INSURANCE": "保险", "DUTY": "关税", "CONSUMPTION_TAX": "消费税",
	"VAT": "增值税", "FEE": "服务费", "CARD": "银行卡", "ALIPAY": "支付宝", "WECHAT_PAY": "微信支付",
}}
