package tariff_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
)

// BenchmarkScenario reckons a scenario over 100,000 variants by HS chapter.
func BenchmarkScenario(b *testing.B) {
	w := newWorld(b)
	for _, sql := range []string{
		`insert into variants select brand_id, gen_random_uuid(), product_id, n, 'n-' || n, null, options, 'n-' || n, weight_grams, net_content, net_unit,
			track_stock, null, 1, created_at, updated_at from (select distinct on (brand_id, product_id) * from variants where brand_id is not null) v, generate_series(10, 16675) n`,
		"analyze",
		`insert into prices (brand_id, storefront_id, variant_id, product_id, amount_minor, currency, updated_at)
			select v.brand_id, s.id, v.id, v.product_id, 1000 + v.position, 'CNY', v.updated_at from variants v join storefronts s on s.brand_id = v.brand_id
			where v.position >= 10`,
		"analyze",
	} {
		if err := w.db.WithContext(database.AcrossBrands(b.Context(), database.OperatorReports)).Exec(sql).Error; err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for b.Loop() {
		r := w.report(b, system(b), tariff.Query{Scenario: us45("62", "95"), GroupBy: []tariff.Dimension{tariff.ByHSChapter}})
		b.ReportMetric(float64(r.Totals.Lines+r.Totals.Unknown), "variants")
	}
}
