// Package models holds the rows and enums of every capability with their pure
// methods. It knows no database and no GraphQL.
package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// Account is a person who signs in: a shopper, and staff where memberships or
// platform roles say so.
type Account struct {
	ID uuid.UUID `gorm:"primaryKey"`
	// Handle names the account to others. It is random: sellers see the ids of
	// their shoppers, which must not lead to the accounts.
	Handle    uuid.UUID
	Issuer    string
	Subject   string
	Email     *string
	Name      *string
	CreatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (a Account) GlobalID() string { return globalid.Encode(globalid.Account, a.Handle) }

// Shopper is an account as the buyer of orders.
type Shopper struct {
	ID   uuid.UUID `gorm:"primaryKey"`
	Name *string
}

// TableName says that shoppers are accounts.
func (Shopper) TableName() string { return "accounts" }

// GlobalID is the opaque id of the API.
func (s Shopper) GlobalID() string { return globalid.Encode(globalid.Shopper, s.ID) }

// PlatformRole is held across all brands.
type PlatformRole string

// Platform roles.
const (
	RoleOperator  PlatformRole = "OPERATOR"
	RoleReporting PlatformRole = "REPORTING"
)

// PlatformGrant gives an account a platform role.
type PlatformGrant struct {
	AccountID uuid.UUID    `gorm:"primaryKey"`
	Role      PlatformRole `gorm:"primaryKey"`
	GrantedAt time.Time
}

// TableName of the grants.
func (PlatformGrant) TableName() string { return "platform_roles" }

// BrandRole is what an account may do for one brand.
type BrandRole string

// Brand roles, from most to least.
const (
	RoleOwner   BrandRole = "OWNER"
	RoleManager BrandRole = "MANAGER"
	RoleStaff   BrandRole = "STAFF"
	RoleAnalyst BrandRole = "ANALYST"
)

// Membership makes an account staff of a brand.
type Membership struct {
	BrandID   uuid.UUID `gorm:"primaryKey"`
	AccountID uuid.UUID `gorm:"primaryKey"`
	Role      BrandRole
	CreatedAt time.Time
}

// TenantID is the brand whose row this is.
func (m Membership) TenantID() uuid.UUID { return m.BrandID }

// IdempotencyKey remembers the result of a money- or stock-moving mutation.
type IdempotencyKey struct {
	ActorID       uuid.UUID `gorm:"primaryKey"`
	Mutation      string    `gorm:"primaryKey"`
	Key           string    `gorm:"primaryKey"`
	InputHash     []byte
	ResultBrandID *uuid.UUID
	ResultID      *uuid.UUID
	CreatedAt     time.Time
}
