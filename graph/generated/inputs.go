// Package generated executes operations. All of it but this file is made by gqlgen.
package generated

import (
	"context"

	"github.com/tradewind-commerce/tradewind/graph/api"
)

// The filters of lists as resolvers get them, for what reads arguments outside
// the resolvers' execution.

// ProductWhere reads an argument of that type.
func ProductWhere(v any) (api.ProductWhere, error) {
	return (&executionContext{}).unmarshalInputProductWhere(context.Background(), v)
}

// BrandProductWhere reads an argument of that type.
func BrandProductWhere(v any) (api.BrandProductWhere, error) {
	return (&executionContext{}).unmarshalInputBrandProductWhere(context.Background(), v)
}

// OrderWhere reads an argument of that type.
func OrderWhere(v any) (api.OrderWhere, error) {
	return (&executionContext{}).unmarshalInputOrderWhere(context.Background(), v)
}

// BrandWhere reads an argument of that type.
func BrandWhere(v any) (api.BrandWhere, error) {
	return (&executionContext{}).unmarshalInputBrandWhere(context.Background(), v)
}

// SalesConversionInput reads an argument of that type.
func SalesConversionInput(v any) (api.SalesConversionInput, error) {
	return (&executionContext{}).unmarshalInputSalesConversionInput(context.Background(), v)
}

// SalesReportWhere reads an argument of that type.
func SalesReportWhere(v any) (api.SalesReportWhere, error) {
	return (&executionContext{}).unmarshalInputSalesReportWhere(context.Background(), v)
}

// StorefrontWhere reads an argument of that type.
func StorefrontWhere(v any) (api.StorefrontWhere, error) {
	return (&executionContext{}).unmarshalInputStorefrontWhere(context.Background(), v)
}

// LedgerEntryWhere reads an argument of that type.
func LedgerEntryWhere(v any) (api.LedgerEntryWhere, error) {
	return (&executionContext{}).unmarshalInputLedgerEntryWhere(context.Background(), v)
}

// SalesInsightWhere reads an argument of that type.
func SalesInsightWhere(v any) (api.SalesInsightWhere, error) {
	return (&executionContext{}).unmarshalInputSalesInsightWhere(context.Background(), v)
}

// ShopperInsightWhere reads an argument of that type.
func ShopperInsightWhere(v any) (api.ShopperInsightWhere, error) {
	return (&executionContext{}).unmarshalInputShopperInsightWhere(context.Background(), v)
}

// StockInsightWhere reads an argument of that type.
func StockInsightWhere(v any) (api.StockInsightWhere, error) {
	return (&executionContext{}).unmarshalInputStockInsightWhere(context.Background(), v)
}

// StatementInsightWhere reads an argument of that type.
func StatementInsightWhere(v any) (api.StatementInsightWhere, error) {
	return (&executionContext{}).unmarshalInputStatementInsightWhere(context.Background(), v)
}

// TariffScenarioInput reads an argument of that type.
func TariffScenarioInput(v any) (api.TariffScenarioInput, error) {
	return (&executionContext{}).unmarshalInputTariffScenarioInput(context.Background(), v)
}

// ReportExportWhere reads an argument of that type.
func ReportExportWhere(v any) (api.ReportExportWhere, error) {
	return (&executionContext{}).unmarshalInputReportExportWhere(context.Background(), v)
}
