package consumerid

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Revealed is who bought, in plain.
type Revealed struct {
	Name   string
	Number Number
}

// Why is what an identity is read for.
type Why struct {
	Purpose models.ReadPurpose
	// OrderNumber is that of the order it is read for.
	OrderNumber string
	Reason      string
	// Field is the path of the input that refusals name.
	Field string
}

// CheckReason trims a reason and refuses none.
func CheckReason(refused *problem.List, field, reason string) string {
	return refused.Line(field, reason, 3, 500)
}

// RevealTx reads who made a purchase in plain, and writes down who read it, when
// and why. Who may is asked here: nobody but those who hold IDENTITY_REVEAL.
func (s *Service) RevealTx(tx *gorm.DB, purchase uuid.UUID, why Why) (*Revealed, error) {
	ctx := tx.Statement.Context
	if err := auth.Require(ctx, auth.IdentityReveal); err != nil {
		return nil, err
	}
	if !s.keys.there() {
		return nil, problem.New(problem.NotAllowed, ErrNoKeys.Error())
	}
	c, err := one(tx, "purchase_id", purchase)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, problem.At(why.Field, problem.NotFound, "who bought was not told, or is erased")
	}
	plain, err := s.keys.open(c.Sealed, c.Person)
	if err != nil {
		return nil, fmt.Errorf("read who bought: %w", err)
	}
	row := models.ConsumerRead{
		ID: newID(), ConsumerID: c.ID, OrderNumber: models.Optional(why.OrderNumber), ActorID: auth.From(ctx).AccountID(),
		Purpose: why.Purpose, Reason: why.Reason, ReadAt: s.now(),
	}
	if err := tx.Create(&row).Error; err != nil {
		return nil, fmt.Errorf("write down who reads: %w", err)
	}
	return &Revealed{plain.Name, Number{plain.Number}}, nil
}

// Reveal is RevealTx for the purchase of an order, in a transaction of its own:
// nothing is told whose reading is not written down.
func (s *Service) Reveal(ctx context.Context, order models.Key, reason string) (*Revealed, error) {
	if err := auth.Require(ctx, auth.IdentityReveal); err != nil {
		return nil, err
	}
	var refused problem.List
	reason = CheckReason(&refused, "input.reason", reason)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var r *Revealed
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		found, err := database.Find[models.Order](tx.Where("brand_id = ? and id = ?", order.BrandID, order.ID), "an order")
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0].PurchaseID == nil {
			return problem.At("input.orderId", problem.NotFound, "there is no such order, or you may not see it")
		}
		r, err = s.RevealTx(tx, *found[0].PurchaseID, Why{
			Purpose: models.ReadReveal, OrderNumber: found[0].Number, Reason: reason, Field: "input.orderId",
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Newest sorts reads as Reads does.
var Newest = paging.Sort[models.ConsumerRead]{Name: "consumerReads", Desc: true, Columns: []paging.Column[models.ConsumerRead]{
	{Expr: "consumer_reads.read_at", Type: "timestamptz", Value: func(r *models.ConsumerRead) any { return r.ReadAt }},
	{Expr: "consumer_reads.id", Type: "uuid", Value: func(r *models.ConsumerRead) any { return r.ID }},
}}

// Reads tells who read an identity, when and why, newest first.
func (s *Service) Reads(ctx context.Context, args paging.Args) (*paging.Connection[models.ConsumerRead], error) {
	if err := auth.Require(ctx, auth.IdentityReveal); err != nil {
		return nil, err
	}
	return paging.Find(s.db.WithContext(ctx).Model(&models.ConsumerRead{}), args, Newest)
}

// rotateSize is how many identities one transaction seals anew.
const rotateSize = 200

// Rotate seals anew, with the key that seals now, what other keys have sealed,
// and tells how many that were. It may run beside servers, and again.
func (s *Service) Rotate(ctx context.Context) (n int, err error) {
	if err := auth.Require(ctx, auth.IdentityReveal); err != nil {
		return 0, err
	}
	if !s.keys.there() {
		return 0, ErrNoKeys
	}
	var faults error
	for after := uuid.Nil; ; {
		var rows []models.Consumer
		var done int
		var broken error
		err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
			if err := tx.Raw("select * from consumers where id > ? and erased_at is null order by id limit ? for update",
				after, rotateSize).Scan(&rows).Error; err != nil {
				return fmt.Errorf("read what is sealed: %w", err)
			}
			done, broken = s.rotateTx(tx, rows)
			return nil
		})
		n, faults = n+done, errors.Join(faults, broken)
		if err != nil || len(rows) == 0 {
			return n, errors.Join(faults, err)
		}
		after = rows[len(rows)-1].ID
	}
}

func (s *Service) rotateTx(tx *gorm.DB, rows []models.Consumer) (n int, faults error) {
	writes := database.NewBatch(tx)
	for _, c := range rows {
		if !s.keys.stale(c.Sealed) {
			continue
		}
		plain, err := s.keys.open(c.Sealed, c.Person)
		if err != nil {
			faults = errors.Join(faults, fmt.Errorf("identity %s: %w", c.ID, err))
			continue
		}
		sealed, err := s.keys.seal(plain, c.Person)
		if err != nil {
			return n, err
		}
		writes.Exec("update consumers set sealed = $2 where id = $1", c.ID, sealed)
		writes.Insert(&models.ConsumerRead{
			ID: newID(), ConsumerID: c.ID, ActorID: auth.From(tx.Statement.Context).AccountID(), Purpose: models.ReadRotation,
			Reason: "sealed with the key " + s.keys.current, ReadAt: s.now(),
		})
		n++
	}
	if err := writes.Send(); err != nil {
		return 0, errors.Join(faults, err)
	}
	return n, faults
}
