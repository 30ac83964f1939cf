package takehome

import (
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// words name steps in English and Chinese.
var words = map[Kind][2]string{
	Tax: {"Duty and taxes", "税费"}, Commission: {"Commission", "佣金"}, PaymentFee: {"Payment fee", "支付手续费"},
	Shipping: {"Shipping", "运费"}, Exchange: {"Exchange", "汇兑"},
}

// Title names a step.
func (s *Step) Title(language string) string {
	if s.part != nil {
		return s.part.Kind.Title(language)
	}
	if strings.HasPrefix(language, "zh") {
		return s.title[1]
	}
	return s.title[0]
}

func shown(m *money.Money) string { return string(m.Currency) + " " + m.Amount() }

// Formula says in words and figures how a step comes about. Only what stands
// behind "=" is rounded.
func (s *Step) Formula(language string) string {
	if s.part != nil {
		return s.part.Words(language)
	}
	zh := strings.HasPrefix(language, "zh")
	var b strings.Builder
	b.WriteString(s.Title(language))
	if zh {
		b.WriteString(":")
	} else {
		b.WriteString(": ")
	}
	switch {
	case s.Amount == nil && zh:
		b.WriteString("未知")
		return b.String()
	case s.Amount == nil:
		b.WriteString("not known")
		return b.String()
	case s.Base == nil || s.Rate == nil:
	case s.Kind == Exchange:
		b.WriteString(shown(s.Base) + " × " + s.Rate.String() + " = ")
	default:
		percent := landedcost.Percent(s.Rate.Shift(6).IntPart())
		if !zh {
			percent += " "
		}
		b.WriteString(shown(s.Base) + " × " + percent + "%")
		if s.Fixed != nil {
			b.WriteString(" + " + shown(s.Fixed))
		}
		if s.Kind == Commission && s.Amount.Minor == s.Base.Minor && s.Base.Minor > 0 {
			if zh {
				b.WriteString(",不超过商品价格")
			} else {
				b.WriteString(", at most the goods")
			}
		}
		b.WriteString(" = ")
	}
	b.WriteString(shown(s.Amount))
	return b.String()
}
