package customs_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

func codes(list []*models.Blocker) string {
	texts := []string{}
	for _, b := range list {
		texts = append(texts, b.Code)
	}
	return strings.Join(texts, " ")
}

func TestBlockers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	day := func() *customs.Day {
		d, err := w.rules.Day(w.db, "CN", w.now)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	none := day()
	w.shipped(t, customs.China)
	known := day()
	w.shipped(t, customs.DemonstrationChina)
	w.load(t, `{set: own, version: 1, title: Own, country: CN, currency: CNY, sources: {law: {title: A law, confidence: VERIFIED}}, positive_list: [
  {hs: "0907", grams_per_year: 2000, from: 2019-01-01, source: law}, {hs: "0908", bonded_only: true, from: 2019-01-01, source: law}]}`)
	listed := day()
	if _, err := w.codes(nomenclature, sections); err != nil {
		t.Fatal(err)
	}
	coded := day()
	goods := func(code, origin string, pieces ...customs.Piece) customs.Goods {
		return customs.Goods{HSCode: code, Origin: origin, Pieces: pieces}
	}
	whole := customs.Piece{Name: "S", Grams: 300, Unit: models.Gram}
	for _, c := range []struct {
		day                *customs.Day
		regime             landedcost.Regime
		goods              customs.Goods
		blockers, warnings string
	}{
		{listed, landedcost.CBECDirect, goods("95030089", "US", whole), "", ""},
		{known, landedcost.CBECDirect, goods("95030089", "US", whole), "", "POSITIVE_LIST_MISSING"},
		{known, landedcost.GeneralTrade, goods("95030089", "US", whole), "", "RATE_UNKNOWN"},
		{known, landedcost.CBECDirect, goods("04090000", "US", whole), "", "RATE_UNKNOWN POSITIVE_LIST_MISSING"},
		{none, landedcost.CBECDirect, goods("95030089", "US", whole), "", "CUSTOMS_RULES_MISSING"},
		{listed, landedcost.CBECDirect, goods("", "", customs.Piece{}), "HS_CODE_MISSING ORIGIN_MISSING WEIGHT_MISSING", ""},
		{listed, landedcost.CBECDirect, goods("9503008", "US", whole), "HS_CODE_INVALID", ""},
		{coded, landedcost.CBECDirect, goods("95039900", "US", whole), "HS_CODE_UNKNOWN", ""},
		{coded, landedcost.CBECDirect, goods("95030089", "US", whole), "", ""},
		{listed, landedcost.CBECDirect, goods("33049900", "US", customs.Piece{Name: "S", Grams: 30}), "NET_CONTENT_MISSING", ""},
		{listed, landedcost.CBECDirect, goods("33049900", "US", whole), "", ""},
		{listed, landedcost.PersonalPost, goods("33049900", "", customs.Piece{Name: "S"}), "", ""},
		{listed, landedcost.CBECDirect, goods("36050000", "US", whole), "NOT_ON_POSITIVE_LIST", ""},
		{listed, landedcost.CBECBonded, goods("88010000", "US", whole), "NOT_ON_POSITIVE_LIST", ""},
		{listed, landedcost.GeneralTrade, goods("36050000", "US", whole), "", ""},
		{listed, landedcost.CBECDirect, goods("09081100", "US", whole), "BONDED_ONLY", ""},
		{listed, landedcost.CBECBonded, goods("09081100", "US", whole), "", ""},
		{listed, landedcost.CBECBonded, goods("09071000", "US", customs.Piece{Name: "S", Grams: 2000}, customs.Piece{Name: "L", Grams: 2001}), "OVER_WEIGHT_LIMIT", ""},
	} {
		blockers, warnings := customs.Blockers(c.day, c.regime, c.goods)
		if codes(blockers) != c.blockers || codes(warnings) != c.warnings {
			t.Errorf("%s %+v: %q %q, want %q %q", c.regime, c.goods, codes(blockers), codes(warnings), c.blockers, c.warnings)
		}
		for _, b := range append(blockers, warnings...) {
			if b.Message == "" || strings.Contains(b.Message, "%!") {
				t.Errorf("%s: %q", b.Code, b.Message)
			}
		}
	}
}
