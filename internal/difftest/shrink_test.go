package difftest_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/difftest"
)

// What fails is shown without what has no part in it.
func TestShrink(t *testing.T) {
	t.Parallel()
	op := difftest.Operation{
		Query: `query Read($first: Int, $unused: Boolean = true) @inContext(country: CN) {
			viewer { permissions ...V }
			brands(first: $first, where: {country: [US, DE], name: "a"}) {
				... on BrandConnection { totalCount @include(if: $unused) nodes { ...B ... on Node { id } } }
			}
		}
		fragment B on Brand { slug name storefronts(first: 2) { nodes { name } } }
		fragment V on Viewer { __typename }`,
		Variables: map[string]any{"first": 3, "unused": false},
	}
	small := difftest.Shrink(schema(t), op, func(op difftest.Operation) bool {
		return strings.Contains(op.Query, "slug") && strings.Contains(op.Query, "DE")
	})
	want := "query Read { brands(where: {country:[DE]}) { nodes { ... B } } } fragment B on Brand { slug }"
	if got := strings.Join(strings.Fields(small.Query), " "); got != want || len(small.Variables) > 0 {
		t.Errorf("%s %v\nwant %s", got, small.Variables, want)
	}
}
