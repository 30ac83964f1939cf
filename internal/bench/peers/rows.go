package peers

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// start is when everything begins, for a year.
var start = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// Kinds of ids.
const (
	brandRow = iota + 1
	storefrontRow
	warehouseRow
	productRow
	accountRow
	handleRow
	planRow
)

// plan is the commission of every order.
var plan = models.CommissionPlan{
	ID: idOf(planRow, 0, start), Name: "Standard", Rate: decimal.New(5, -2), DaysAfterDelivery: 7, DaysAfterPlacement: 30,
	Source: "the benchmark", ValidFrom: start, CreatedAt: start,
}

// idOf is a UUIDv7 that is the same in every database.
func idOf(kind uint64, n int, at time.Time) uuid.UUID {
	chance := rand.NewPCG(kind, uint64(n))
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|chance.Uint64()>>52|7<<12)
	binary.BigEndian.PutUint64(id[8:], chance.Uint64()>>2|1<<63)
	return id
}

// seller is a brand with its storefront and warehouse.
type seller struct {
	brand, storefront, warehouse uuid.UUID
	at                           time.Time
	slug, name                   string
}

func sellerOf(n int) seller {
	at := start.Add(-time.Duration(n+1) * time.Hour)
	return seller{
		idOf(brandRow, n, at), idOf(storefrontRow, n, at), idOf(warehouseRow, n, at), at,
		fmt.Sprintf("brand-%d", n+1), fmt.Sprintf("Brand %d", n+1),
	}
}

func (s seller) row(n int) models.Brand {
	return models.Brand{
		ID: s.brand, Slug: s.slug, Name: s.name, DefaultLanguage: "en", Texts: models.Texts[models.BrandText]{"en": {Description: s.name}},
		Status: models.BrandActive, Country: []string{"DE", "FR", "JP", "US", "KR", "AU"}[n%6], Industry: models.IndustryOther,
		Size: models.SizeSmall, JobsBefore: 1, JobsNow: 1, AppliedAt: s.at, JoinedAt: &s.at, Version: 1, CreatedAt: s.at, UpdatedAt: s.at,
	}
}

func (s seller) shop() models.Storefront {
	return models.Storefront{
		BrandID: s.brand, ID: s.storefront, Slug: s.slug + "-cn", Name: s.name, Texts: models.Texts[models.StorefrontText]{"en": {Name: s.name}},
		Country: "CN", Currency: "CNY", Languages: models.StringList{"en", "zh-CN"}, PaymentMethods: models.StringList{"CARD"},
		Status: models.StorefrontOpen, Visible: true, IsPrimary: true, OpenedAt: &s.at, Version: 1, CreatedAt: s.at, UpdatedAt: s.at,
	}
}

func (s seller) stock() models.Warehouse {
	return models.Warehouse{
		BrandID: s.brand, ID: s.warehouse, Code: "MAIN", Name: "Main", Kind: models.OriginWarehouse, Country: "US", Active: true,
		Version: 1, CreatedAt: s.at, UpdatedAt: s.at,
	}
}

// good is a product by its number.
type good struct {
	N, Seller, Place int32
	BrandID          uuid.UUID
	StorefrontID     uuid.UUID
	WarehouseID      uuid.UUID
	ProductID        uuid.UUID
}

// TableName of goods.
func (good) TableName() string { return "bench_goods" }

func (a Amounts) good(n int) good {
	brand, place := a.place(n)
	s := sellerOf(brand)
	return good{int32(n), int32(brand), int32(place), s.brand, s.storefront, s.warehouse, idOf(productRow, n, soldFrom(n))}
}

func soldFrom(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

// product of a good, with the words that it is found by.
func (g good) product() models.Product {
	n, at := int(g.N), soldFrom(int(g.N))
	p := models.Product{
		BrandID: g.BrandID, ID: g.ProductID, Handle: fmt.Sprintf("product-%d", n), Status: models.ProductActive, DefaultLanguage: "en",
		Texts: models.Texts[models.ProductText]{"en": {
			Title:       fmt.Sprintf("%s %s %d", kinds[n%len(kinds)], goods[n/len(kinds)%len(goods)], n),
			Description: fmt.Sprintf("Imported %s item for cross border shipping, batch %d", uses[n/7%len(uses)], n%997),
		}},
		Options: []models.Option{{Name: "Size", Values: []string{"1", "2", "3", "4", "5"}}},
		Version: 1, VisibleFrom: &at, CreatedAt: at, UpdatedAt: at,
	}
	sold := make([]*models.Variant, variants)
	for i := range sold {
		sku := fmt.Sprintf("SKU-%d-%d", n, i+1)
		sold[i] = &models.Variant{SKU: &sku}
	}
	p.Tokens = search.Tokens(&p, sold, nil)
	return p
}

// shopper is the n-th, from 1.
func shopper(n int) models.Account { return account(n, subject(n)) }

// analyst reads reports.
var analyst = account(0, "bench-analyst")

func account(n int, name string) models.Account {
	return models.Account{
		ID: idOf(accountRow, n, start), Handle: idOf(handleRow, n, start), Issuer: identity.DevelopmentIssuer, Subject: name, Name: &name,
		CreatedAt: start,
	}
}

func subject(n int) string { return fmt.Sprintf("bench-shopper-%d", n) }
