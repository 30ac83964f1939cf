package consumerid

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Owner is whose identity is meant: the caller's account, or a guest's cart.
type Owner struct {
	// Cart is nil for the account.
	Cart   *uuid.UUID
	Secret string
}

// SetInput tells who buys.
type SetInput struct {
	Owner  Owner
	Name   string
	Number string
}

const nameField, numberField = "input.name", "input.number"

// Set keeps who buys with the caller's account, or with a guest's cart until
// the guest signs in. It replaces what was told before; purchases keep what
// they began with.
func (s *Service) Set(ctx context.Context, in SetInput) (*models.Consumer, error) {
	if in.Owner.Cart == nil {
		if err := auth.Require(ctx, auth.SignedIn); err != nil {
			return nil, err
		}
	}
	told, err := s.parse(in.Name, in.Number)
	if err != nil {
		return nil, err
	}
	var kept *models.Consumer
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		column, owner, err := s.ownerTx(tx, in.Owner)
		if err != nil {
			return err
		}
		kept, err = s.keepTx(tx, column, owner, told)
		return err
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

// SetPayer keeps who has paid, as the provider of the payment has told it.
// Where nobody tells, the payer is the shopper who paid.
func (s *Service) SetPayer(ctx context.Context, payment uuid.UUID, name, number string) (*models.Consumer, error) {
	if err := auth.Require(ctx, auth.IdentityReveal); err != nil {
		return nil, err
	}
	told, err := s.parse(name, number)
	if err != nil {
		return nil, err
	}
	var kept *models.Consumer
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		var found []models.Payment
		if err := tx.Where("id = ?", payment).Find(&found).Error; err != nil {
			return fmt.Errorf("read a payment: %w", err)
		}
		if len(found) == 0 {
			return problem.At("input.paymentId", problem.NotFound, "there is no such payment")
		}
		kept, err = s.keepTx(tx, "payment_id", payment, told)
		return err
	})
	return kept, err
}

// told is a name and a number that can be right.
type told struct {
	name   string
	number Number
}

func (s *Service) parse(name, number string) (told, error) {
	var refused problem.List
	t := told{name: refused.Line(nameField, name, 1, 60)}
	if comparableName(t.name) == "" && t.name != "" {
		refused.Add(nameField, problem.Invalid, "must hold a letter")
	}
	t.number = Parse(&refused, numberField, number, s.now().In(China))
	return t, refused.Err()
}

// ownerTx is the column that names an owner, and who that is.
func (s *Service) ownerTx(tx *gorm.DB, o Owner) (column string, owner uuid.UUID, err error) {
	actor := auth.From(tx.Statement.Context)
	if o.Cart == nil {
		return "shopper_id", *actor.AccountID(), nil
	}
	shopper, err := s.carts.OpenTx(tx, *o.Cart, o.Secret)
	switch {
	case err != nil:
		return "", uuid.Nil, err
	case shopper != nil:
		return "shopper_id", *shopper, nil
	}
	return "cart_id", *o.Cart, nil
}

func (s *Service) keepTx(tx *gorm.DB, column string, owner uuid.UUID, t told) (*models.Consumer, error) {
	if err := s.keyedTx(tx); err != nil {
		return nil, err
	}
	c := &models.Consumer{
		ID: newID(), Person: s.keys.Person(t.number), NameMAC: s.keys.name(t.name), Name: maskedName(t.name), Number: t.number.Masked(),
		GivenAt: s.now(),
	}
	switch column {
	case "shopper_id":
		c.ShopperID = &owner
	case "cart_id":
		c.CartID = &owner
	default:
		c.PaymentID = &owner
	}
	var err error
	if c.Sealed, err = s.keys.seal(identity{t.name, t.number.Plain()}, c.Person); err != nil {
		return nil, fmt.Errorf("seal who buys: %w", err)
	}
	before := tx.Exec("delete from consumers where "+column+" = ?", owner)
	if before.Error != nil {
		return nil, fmt.Errorf("replace who buys: %w", before.Error)
	}
	switch err := tx.Create(c).Error; {
	case database.Violates(err, "consumers_"+column[:len(column)-len("_id")]+"_key"):
		return nil, database.Again(problem.New(problem.Conflict, "who buys is being told twice at once"))
	case err != nil:
		return nil, fmt.Errorf("keep who buys: %w", err)
	}
	return c, nil
}

// Get gives what an owner has told, masked, or reports NOT_FOUND.
func (s *Service) Get(ctx context.Context, o Owner) (*models.Consumer, error) {
	if o.Cart == nil {
		if err := auth.Require(ctx, auth.SignedIn); err != nil {
			return nil, err
		}
	}
	var c *models.Consumer
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		column, owner, err := s.ownerTx(tx, o)
		if err == nil {
			c, err = one(tx, column, owner)
		}
		if problem.From(err) != nil || err == nil && c == nil {
			err = problem.New(problem.NotFound, "nobody has told who buys")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}
