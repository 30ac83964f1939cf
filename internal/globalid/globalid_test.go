package globalid_test

import (
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

func TestIDsComeBackAsTheyWere(t *testing.T) {
	brand, row := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	id, err := globalid.ParseAs(globalid.Product, globalid.EncodeOf(globalid.Product, brand, row))
	if err != nil || id.Brand != brand || id.Row != row {
		t.Fatalf("got %+v, %v", id, err)
	}
	id, err = globalid.Parse(globalid.Encode(globalid.Brand, brand))
	if err != nil || id.Row != brand || id.Type != globalid.Brand {
		t.Fatalf("got %+v, %v", id, err)
	}
}

func TestParseRefuses(t *testing.T) {
	row := uuid.Must(uuid.NewV7())
	if _, err := globalid.ParseAs(globalid.Brand, globalid.Encode(globalid.Category, row)); err != globalid.ErrWrongType {
		t.Errorf("another type: %v", err)
	}
	for _, bad := range []string{
		"", "_", "prd", "prd_", "xxx_AAAAAAAAAAAAAAAAAAAAAA",
		globalid.Encode(globalid.Brand, row) + "A",
		"prd" + globalid.Encode(globalid.Brand, row)[3:],
		"brd_\x00\x00", "brd_!!!!!!!!!!!!!!!!!!!!!!",
	} {
		if _, err := globalid.Parse(bad); err != globalid.ErrMalformed {
			t.Errorf("Parse(%q): %v", bad, err)
		}
	}
}

// One row has one id: what parses encodes to the same text.
func TestParseIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`(prd|brd|ord)_[A-Za-z0-9_-]{22}([A-Za-z0-9_-]{21})?`).Draw(t, "id")
		id, err := globalid.Parse(s)
		if err != nil {
			return
		}
		again := globalid.Encode(id.Type, id.Row)
		if id.Type.OfBrand() {
			again = globalid.EncodeOf(id.Type, id.Brand, id.Row)
		}
		if again != s {
			t.Fatalf("%s and %s are one row", s, again)
		}
	})
}
