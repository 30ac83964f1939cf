// Package globalid makes the opaque ids of the API. An id carries its type,
// its brand where the row has one, and the row, so that looking one up needs
// no search and one of a wrong type is a clear error.
package globalid

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/google/uuid"
)

// Type names what an id stands for; it is the name of the GraphQL type.
type Type string

// Types with an id. Prefixes below are part of ids that clients keep: never change one.
const (
	Account        Type = "Account"
	Address        Type = "Address"
	Brand          Type = "Brand"
	Cart           Type = "Cart"
	CartLine       Type = "CartLine"
	Category       Type = "Category"
	CommissionPlan Type = "CommissionPlan"
	CustomsRule    Type = "CustomsRule"
	DeliveryOption Type = "DeliveryOption"
	Document       Type = "BrandDocument"
	Listing        Type = "Listing"
	Media          Type = "Media"
	Order          Type = "Order"
	OrderLine      Type = "OrderLine"
	OrderRefund    Type = "OrderRefund"
	Payout         Type = "Payout"
	Payment        Type = "Payment"
	Product        Type = "Product"
	Programme      Type = "Programme"
	Promotion      Type = "Promotion"
	Purchase       Type = "Purchase"
	ReportExport   Type = "ReportExport"
	ReportSchedule Type = "ReportSchedule"
	Return         Type = "Return"
	Shipment       Type = "Shipment"
	Shopper        Type = "Shopper"
	Storefront     Type = "Storefront"
	Variant        Type = "Variant"
	Warehouse      Type = "Warehouse"
)

var prefixes = map[Type]string{
	Account:        "acc",
	Address:        "adr",
	Brand:          "brd",
	Cart:           "crt",
	CartLine:       "cln",
	Category:       "cat",
	CommissionPlan: "cpl",
	CustomsRule:    "cru",
	DeliveryOption: "dlo",
	Document:       "doc",
	Listing:        "lst",
	Media:          "med",
	Order:          "ord",
	OrderLine:      "oln",
	OrderRefund:    "orf",
	Payout:         "pay",
	Payment:        "pmt",
	Product:        "prd",
	Programme:      "pgm",
	Promotion:      "prm",
	Purchase:       "pur",
	ReportExport:   "rex",
	ReportSchedule: "rsc",
	Return:         "ret",
	Shipment:       "shm",
	Shopper:        "shp",
	Storefront:     "stf",
	Variant:        "var",
	Warehouse:      "whs",
}

var types = func() map[string]Type {
	m := make(map[string]Type, len(prefixes))
	for t, p := range prefixes {
		m[p] = t
	}
	return m
}()

// Errors of parsing.
var (
	ErrMalformed = errors.New("this is not an id of this API")
	ErrWrongType = errors.New("this is the id of another type")
)

// ID is a parsed id. Brand is the zero UUID for rows that have none.
type ID struct {
	Type  Type
	Brand uuid.UUID
	Row   uuid.UUID
}

var encoding = base64.RawURLEncoding.Strict()

// Prefix begins every id of the type, before its underscore.
func Prefix(t Type) string { return prefixes[t] }

// Encode makes the id of a row without a brand.
func Encode(t Type, row uuid.UUID) string {
	return string(appendID(make([]byte, 0, 32), t, row[:]))
}

// EncodeOf makes the id of a brand's row.
func EncodeOf(t Type, brand, row uuid.UUID) string {
	var both [32]byte
	copy(both[:16], brand[:])
	copy(both[16:], row[:])
	return string(appendID(make([]byte, 0, 64), t, both[:]))
}

func appendID(text []byte, t Type, bytes []byte) []byte {
	return encoding.AppendEncode(append(append(text, prefixes[t]...), '_'), bytes)
}

// Parse reads any id, or reports ErrMalformed.
func Parse(s string) (ID, error) {
	prefix, body, ok := strings.Cut(s, "_")
	t, known := types[prefix]
	if !ok || !known || len(body) > 43 {
		return ID{}, ErrMalformed
	}
	raw, err := encoding.DecodeString(body)
	if err != nil || (len(raw) == 32) != t.OfBrand() || (len(raw) == 16) == t.OfBrand() {
		return ID{}, ErrMalformed
	}
	id := ID{Type: t}
	if len(raw) == 32 {
		id.Brand, raw = uuid.UUID(raw[:16]), raw[16:]
	}
	id.Row = uuid.UUID(raw)
	return id, nil
}

// ParseAs reads an id of the given type, or reports ErrMalformed or ErrWrongType.
func ParseAs(t Type, s string) (ID, error) {
	id, err := Parse(s)
	if err != nil {
		return ID{}, err
	}
	if id.Type != t {
		return ID{}, ErrWrongType
	}
	return id, nil
}

// OfBrand tells whether rows of this type belong to a brand.
func (t Type) OfBrand() bool {
	switch t {
	case Account, Address, Brand, Cart, CartLine, Category, CommissionPlan, CustomsRule, Payment, Programme, Purchase, ReportExport, ReportSchedule, Shopper:
		return false
	default:
		return true
	}
}
