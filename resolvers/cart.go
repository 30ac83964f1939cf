package resolvers

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// priced makes what belongs to a cart groups, so that it loads together.
func priced(ctx context.Context, c *cart.Priced, err error) (*cart.Priced, error) {
	if err == nil && c != nil {
		loaders.Together(ctx, c.Groups)
		loaders.Together(ctx, c.Lines())
	}
	return c, err
}

// answered is a changed cart with the refusals of the change.
func answered(ctx context.Context, c *cart.Priced, err error) (*cart.Priced, []*problem.Problem, error) {
	c, err = priced(ctx, c, err)
	refused, err := api.Refused(err)
	return c, refused, err
}

// cartOf reads which cart is meant.
func (r *ids) cart(id string, secret graphql.Omittable[*string]) cart.Ref {
	return cart.Ref{ID: r.row("input.cartId", globalid.Cart, id).Row, Secret: or(given(secret), "")}
}

func (r *ids) cartLines(lines []*api.CartLineInput) []cart.LineInput {
	all := make([]cart.LineInput, len(lines))
	for i, l := range lines {
		at := "input.lines." + strconv.Itoa(i)
		all[i] = cart.LineInput{
			Storefront: r.key(at+".storefrontId", globalid.Storefront, l.StorefrontID),
			Variant:    r.key(at+".variantId", globalid.Variant, l.VariantID), Quantity: int64(l.Quantity),
		}
	}
	return all
}

func (r *Resolver) createCart(ctx context.Context, input api.CartCreateInput) (*cart.Created, error) {
	var in ids
	create := cart.CreateInput{Country: input.Country, Currency: input.Currency, Lines: in.cartLines(input.Lines.Value())}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.Create(ctx, create)
}

func (r *Resolver) addLines(ctx context.Context, input api.CartLinesAddInput) (*cart.Priced, error) {
	var in ids
	ref, lines := in.cart(input.CartID, input.Secret), in.cartLines(input.Lines)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.AddLines(ctx, ref, lines)
}

func (r *Resolver) changeLines(ctx context.Context, input api.CartLinesUpdateInput) (*cart.Priced, error) {
	var in ids
	ref := in.cart(input.CartID, input.Secret)
	lines := make([]cart.QuantityInput, len(input.Lines))
	for i, l := range input.Lines {
		lines[i] = cart.QuantityInput{
			Line: in.row("input.lines."+strconv.Itoa(i)+".lineId", globalid.CartLine, l.LineID).Row, Quantity: int64(l.Quantity),
		}
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.ChangeLines(ctx, ref, lines)
}

func (r *Resolver) removeLines(ctx context.Context, input api.CartLinesRemoveInput) (*cart.Priced, error) {
	var in ids
	ref := in.cart(input.CartID, input.Secret)
	lines := make([]uuid.UUID, len(input.LineIds))
	for i, id := range input.LineIds {
		lines[i] = in.row("input.lineIds."+strconv.Itoa(i), globalid.CartLine, id).Row
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.RemoveLines(ctx, ref, lines)
}

func (r *Resolver) sendCart(ctx context.Context, input api.CartAddressSetInput) (*cart.Priced, error) {
	var in ids
	ref := in.cart(input.CartID, input.Secret)
	address, recipient := in.optional("input.addressId", globalid.Address, given(input.AddressID)), input.Recipient.Value()
	if err := in.err(); err != nil {
		return nil, err
	}
	switch {
	case address != nil && recipient == nil:
		return r.Carts.SetAddress(ctx, ref, *address)
	case address == nil && recipient != nil:
		return r.Carts.SetRecipient(ctx, ref, recipientOf(recipient))
	}
	return nil, problem.At("input.recipient", problem.Required, "give either addressId or recipient")
}

func (r *Resolver) deliverCart(ctx context.Context, input api.CartDeliveryOptionSetInput) (*cart.Priced, error) {
	var in ids
	ref, shop := in.cart(input.CartID, input.Secret), in.key("input.storefrontId", globalid.Storefront, input.StorefrontID)
	var option *models.Key
	if id := given(input.DeliveryOptionID); id != nil {
		option = new(in.key(deliveryOptionID, globalid.DeliveryOption, *id))
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.SetDelivery(ctx, ref, shop, option, given(input.ExpectedVersion))
}

// onCart does something to a cart that needs no more ids.
func onCart(
	ctx context.Context, id string, secret graphql.Omittable[*string], do func(context.Context, cart.Ref) (*cart.Priced, error),
) (*cart.Priced, []*problem.Problem, error) {
	var in ids
	ref := in.cart(id, secret)
	if err := in.err(); err != nil {
		return answered(ctx, nil, err)
	}
	c, err := do(ctx, ref)
	return answered(ctx, c, err)
}

// recipientOf maps who receives goods.
func recipientOf(r *api.RecipientInput) models.Recipient {
	return models.Recipient{
		Name: r.Name, Phone: r.Phone, Country: r.Country, Region: or(given(r.Region), ""), Province: or(given(r.Province), ""), City: r.City,
		District: or(given(r.District), ""), Street: r.Street, PostalCode: or(given(r.PostalCode), ""),
	}
}

func (r *Resolver) updateAddress(ctx context.Context, input api.AddressUpdateInput) (*models.Address, error) {
	var in ids
	id := in.row("input.addressId", globalid.Address, input.AddressID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.UpdateAddress(ctx, id.Row, input.ExpectedVersion, addressInput(input.Recipient, input.IsDefault))
}

func (r *Resolver) deleteAddress(ctx context.Context, input api.AddressDeleteInput) (*models.Address, error) {
	var in ids
	id := in.row("input.addressId", globalid.Address, input.AddressID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Carts.DeleteAddress(ctx, id.Row)
}

func addressInput(r *api.RecipientInput, isDefault graphql.Omittable[*bool]) cart.AddressInput {
	return cart.AddressInput{Recipient: recipientOf(r), IsDefault: or(given(isDefault), false)}
}

// methodsOf are ways to pay as the API names them.
func methodsOf(names []string) []api.PaymentMethod {
	methods := make([]api.PaymentMethod, len(names))
	for i, name := range names {
		methods[i] = api.PaymentMethod(name)
	}
	return methods
}

func methodName(method *api.PaymentMethod) *string {
	if method == nil {
		return nil
	}
	return new(string(*method))
}
