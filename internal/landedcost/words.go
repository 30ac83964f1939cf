package landedcost

import (
	"strconv"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// chinese tells whether texts are in Chinese; all others are in English.
func chinese(language string) bool { return strings.HasPrefix(language, "zh") }

// Title names a tax.
func (k Kind) Title(language string) string {
	titles := map[Kind][2]string{
		Duty: {"Duty", "关税"}, ConsumptionTax: {"Consumption tax", "消费税"}, VAT: {"VAT", "增值税"}, PostalTax: {"Postal tax", "行邮税"},
	}
	return choose(language, titles[k])
}

// Title names a regime.
func (r Regime) Title(language string) string {
	titles := map[Regime][2]string{
		CBECBonded:   {"Cross-border retail import, bonded (1210)", "跨境电商零售进口·保税备货(1210)"},
		CBECDirect:   {"Cross-border retail import, direct mail (9610)", "跨境电商零售进口·直邮(9610)"},
		PersonalPost: {"Personal post", "个人行邮"},
		GeneralTrade: {"General trade", "一般贸易"},
	}
	return choose(language, titles[r])
}

// Title names a treatment.
func (t Treatment) Title(language string) string {
	titles := map[Treatment][2]string{
		WithinLimits:   {"Within the limits of the regime", "限值以内"},
		FullTaxes:      {"One piece above the limit of an order: taxes in full", "单件超过单次限值,全额征税"},
		AsGeneralTrade: {"Taxed in full, as general trade", "按一般贸易全额征税"},
	}
	return choose(language, titles[t])
}

// Title says how sure a rule is.
func (c Confidence) Title(language string) string {
	titles := map[Confidence][2]string{
		"VERIFIED": {"verified", "已核实"}, "REPORTED": {"reported", "据报道"}, "DERIVED": {"derived", "推导得出"},
		"ASSUMED": {"assumed", "假定"}, "DEMONSTRATION": {"made up for demonstration", "演示虚构"},
	}
	return choose(language, titles[c])
}

func choose(language string, both [2]string) string {
	if chinese(language) {
		return both[1]
	}
	return both[0]
}

// Formula says in words how a tax comes about, with declared the currency of
// the rules: "VAT: CNY 425.00 ÷ (1 − 15 %) × 13 % × 70 % = CNY 45.50". It can be
// followed to the cent: only what stands behind "=" is rounded.
func (p *Part) Formula(language string, declared, currency money.Currency) string {
	zh := chinese(language)
	var b strings.Builder
	colon, bracket := ": ", [2]string{" (", ")"}
	if zh {
		colon, bracket = ":", [2]string{"(", ")"}
	}
	percent := func(ppm int64) {
		b.WriteString(Percent(ppm))
		if !zh {
			b.WriteByte(' ')
		}
		b.WriteByte('%')
	}
	b.WriteString(p.Kind.Title(language))
	b.WriteString(colon)
	b.WriteString(amount(p.Value, declared))
	if p.InDuty > 0 {
		b.WriteString(" × (1 + ")
		percent(p.InDuty)
		b.WriteByte(')')
	}
	if p.InConsumptionTax > 0 {
		b.WriteString(" ÷ (1 − ")
		percent(p.InConsumptionTax)
		b.WriteByte(')')
	}
	if p.Share > 0 {
		b.WriteString(" × ")
		percent(p.Rate)
	}
	if p.Share != Million {
		b.WriteString(" × ")
		percent(p.Share)
	}
	b.WriteString(" = ")
	b.WriteString(amount(p.unspared(), declared))
	if p.Exempt {
		b.WriteString(bracket[0] + choose(language, [2]string{"too little to be charged", "低于起征额,免征"}) + bracket[1])
	} else if declared != currency {
		b.WriteString(bracket[0] + amount(p.Amount, currency) + bracket[1])
	}
	return b.String()
}

// unspared is what would be due if it were not too little.
func (p *Part) unspared() int64 {
	if !p.Exempt {
		return p.Due
	}
	due, err := p.reckon()
	if err != nil {
		return 0
	}
	return due
}

func amount(minor int64, c money.Currency) string {
	return string(c) + " " + money.New(minor, c).Amount()
}

// Percent writes parts per million as percent without its sign: 91,000 is "9.1".
func Percent(ppm int64) string {
	const percent = Million / 100
	text := strconv.FormatInt(ppm/percent, 10)
	if rest := ppm % percent; rest > 0 {
		digits := strconv.FormatInt(percent+rest, 10)[1:]
		text += "." + strings.TrimRight(digits, "0")
	}
	return text
}

// Text says a problem to a shopper or a merchant.
func (p Problem) Text(language string) string {
	return choose(language, map[Problem][2]string{
		RateUnknown:       {"the rate is not known", "税率未知"},
		HSCodeMissing:     {"the goods have no HS code", "缺少商品HS编码"},
		HSCodeInvalid:     {"the HS code must have 6, 8 or 10 digits", "HS编码须为6、8或10位数字"},
		OriginMissing:     {"the rate depends on the origin, which is not known", "税率取决于原产地,原产地未知"},
		NetContentMissing: {"the rate depends on the net content, which is not known", "税率取决于净含量,净含量未知"},
		NotListed:         {"the goods are not on the positive list of cross-border retail import", "商品不在跨境电商零售进口商品清单内"},
		BondedOnly:        {"the goods may only come out of a bonded warehouse", "仅限网购保税商品"},
		WeightMissing:     {"the goods are bounded by weight, which is not known", "商品限重,重量未知"},
		OverWeightLimit:   {"this is more than the person may still buy of it this year", "超过个人年度限购重量"},
		RegimeUnknown:     {"the rules do not know this way of import on that day", "该日期无此监管方式的规则"},
		OverOrderLimit:    {"several pieces are above the limit of one order: buy them in several orders", "多件商品超过单次交易限值,请分次购买"},
		OverYearLimit:     {"the order is beyond what the person may still buy this year", "超过个人年度交易限值"},
	}[p])
}
