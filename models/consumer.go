package models

import (
	"time"

	"github.com/google/uuid"
)

// Consumer is who buys, as customs must know it. It lies with one owner: an
// account, a guest's cart, a purchase, or a payment.
type Consumer struct {
	ID         uuid.UUID `gorm:"primaryKey"`
	ShopperID  *uuid.UUID
	CartID     *uuid.UUID
	PurchaseID *uuid.UUID
	PaymentID  *uuid.UUID
	// Person is an HMAC of the identity number.
	Person []byte
	// NameMAC is an HMAC of the name. It and all that follows are empty once
	// they are erased.
	NameMAC []byte `gorm:"column:name_mac"`
	Sealed  []byte
	// Name and Number are masked.
	Name     string `gorm:"column:masked_name"`
	Number   string `gorm:"column:masked_number"`
	GivenAt  time.Time
	ErasedAt *time.Time
}

// PersonKey tells which key persons come from.
type PersonKey struct {
	Purpose     string `gorm:"primaryKey"`
	Fingerprint []byte
	CreatedAt   time.Time
}

// ReadPurpose is what an identity was read for.
type ReadPurpose string

// Purposes of reading an identity.
const (
	ReadReveal      ReadPurpose = "REVEAL"
	ReadDeclaration ReadPurpose = "DECLARATION"
	ReadRotation    ReadPurpose = "ROTATION"
)

// ConsumerRead tells that somebody read who buys.
type ConsumerRead struct {
	ID          uuid.UUID `gorm:"primaryKey"`
	ConsumerID  uuid.UUID
	OrderNumber *string
	// ActorID is nil for the program itself.
	ActorID *uuid.UUID
	Purpose ReadPurpose
	Reason  string
	ReadAt  time.Time
}

// AllowanceYear is what a person has bought in a calendar year: the value of
// all goods where Goods is empty, or else the weight of those under this code of
// the positive list.
type AllowanceYear struct {
	Person  []byte `gorm:"primaryKey"`
	Country string `gorm:"primaryKey"`
	Year    int32  `gorm:"primaryKey"`
	Goods   string `gorm:"primaryKey"`
	// Unit is AllowanceGram, or the currency in whose minor units a value is.
	Unit     string
	Reserved int64
	Taken    int64
	// Bound is the highest limit that was ever checked against.
	Bound int64
}

// AllowanceGram is the unit of weights.
const AllowanceGram = "GRAM"

// AllowanceStatus is what became of an entry of the allowance.
type AllowanceStatus string

// Statuses of an entry. It is taken or released, once.
const (
	AllowanceReserved AllowanceStatus = "RESERVED"
	AllowanceTaken    AllowanceStatus = "TAKEN"
	AllowanceReleased AllowanceStatus = "RELEASED"
)

// AllowanceEntry is what an order takes of its buyer's allowance.
type AllowanceEntry struct {
	Person     []byte    `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	Country    string
	Year       int32
	Goods      string
	PurchaseID uuid.UUID
	BrandID    uuid.UUID
	OrderID    uuid.UUID
	Status     AllowanceStatus
	Amount     int64
	// Back is what was given back of the order for goods that count no more, in
	// its own currency or in grams; GivenBack is what that is of the amount.
	Back      int64
	GivenBack int64
	// ReturnDays are those after their release within which goods that are sent
	// back count no more; zero for none.
	ReturnDays int32
	ReservedAt time.Time
	EndedAt    *time.Time
}
