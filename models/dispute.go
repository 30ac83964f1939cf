package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// DisputeStatus says whether the shopper's bank has taken a payment up.
type DisputeStatus string

// Statuses of a dispute, in the order in which they outrank each other.
const (
	DisputeNone DisputeStatus = "NONE"
	DisputeOpen DisputeStatus = "OPEN"
	DisputeWon  DisputeStatus = "WON"
	DisputeLost DisputeStatus = "LOST"
)

var disputeRanks = map[DisputeStatus]int{DisputeNone: 0, DisputeOpen: 1, DisputeWon: 2, DisputeLost: 3}

// Outranks tells whether a status stands once both were reported, in whatever order.
func (s DisputeStatus) Outranks(o DisputeStatus) bool { return disputeRanks[s] > disputeRanks[o] }

// DisputeOf is how a payment or an order stands with several disputes: OPEN
// while one is undecided, then LOST where one was lost.
func DisputeOf(statuses ...DisputeStatus) DisputeStatus {
	all := DisputeNone
	for _, s := range statuses {
		switch {
		case s == DisputeOpen || all == DisputeOpen:
			all = DisputeOpen
		case s.Outranks(all):
			all = s
		}
	}
	return all
}

// PaymentDispute is a part of a payment that the shopper's bank has taken up.
type PaymentDispute struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	PaymentID uuid.UUID
	// Reference is the provider's name of it.
	Reference   string
	Status      DisputeStatus
	Currency    string
	AmountMinor int64
	// FeeMinor is what the bank charges for it, as it stands now.
	FeeMinor  int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (d PaymentDispute) money(minor int64) money.Money {
	return money.New(minor, money.Currency(d.Currency))
}

// Amount is what the bank has taken, or took.
func (d PaymentDispute) Amount() money.Money { return d.money(d.AmountMinor) }

// Fee is what the bank charges for it, as it stands now.
func (d PaymentDispute) Fee() money.Money { return d.money(d.FeeMinor) }

// OrderDispute is the part of a dispute that falls on an order.
type OrderDispute struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	DisputeID   uuid.UUID `gorm:"primaryKey"`
	OrderID     uuid.UUID `gorm:"primaryKey"`
	Status      DisputeStatus
	Currency    string
	AmountMinor int64
}

// Amount is the order's part.
func (d OrderDispute) Amount() money.Money {
	return money.New(d.AmountMinor, money.Currency(d.Currency))
}
