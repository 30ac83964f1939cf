package stripe

import (
	"strings"

	api "github.com/stripe/stripe-go/v85"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

// state reads a PaymentIntent.
func state(intent *api.PaymentIntent, err error) (payment.State, error) {
	if err != nil {
		return payment.State{}, failure(err)
	}
	amount := moneyOfStripe(intent.Amount, intent.Currency)
	s := payment.State{
		Reference: intent.ID, PaymentID: named(intent.Metadata, paymentKey), Amount: amount, Status: models.PaymentPending,
	}
	failed := ""
	if e := intent.LastPaymentError; e != nil {
		if failed = string(e.DeclineCode); failed == "" {
			failed = string(e.Code)
		}
		if failed == "" {
			failed = "declined"
		}
	}
	switch intent.Status {
	case api.PaymentIntentStatusRequiresPaymentMethod:
		if failed != "" {
			s.Status, s.FailureCode = models.PaymentFailed, failed
		}
	case api.PaymentIntentStatusRequiresAction:
		s.Status, s.Next = models.PaymentRequiresAction, next(intent.NextAction)
	case api.PaymentIntentStatusRequiresCapture:
		s.Status, s.Authorised = models.PaymentAuthorised, moneyOfStripe(intent.AmountCapturable, intent.Currency).Minor
	case api.PaymentIntentStatusCanceled:
		s.Status, s.FailureCode = models.PaymentVoided, string(intent.CancellationReason)
		if failed != "" {
			s.Status, s.FailureCode = models.PaymentFailed, failed
		}
	case api.PaymentIntentStatusSucceeded:
		s.Status, s.Authorised = models.PaymentCaptured, amount.Minor
		s.Captured = moneyOfStripe(intent.AmountReceived, intent.Currency).Minor
	case api.PaymentIntentStatusRequiresConfirmation, api.PaymentIntentStatusProcessing:
	}
	return s, nil
}

// fee is what Stripe keeps, as far as it counts it in the payment's currency:
// it does so in that of the account it pays out to.
func fee(intent *api.PaymentIntent) int64 {
	booked := intent.LatestCharge.BalanceTransaction
	if booked == nil || booked.Currency != intent.Currency || booked.Fee < 0 {
		return 0
	}
	return moneyOfStripe(booked.Fee, booked.Currency).Minor
}

// next is what the shopper must do, nil for what we cannot show.
func next(a *api.PaymentIntentNextAction) *models.NextAction {
	switch {
	case a == nil:
		return nil
	case a.WeChatPayDisplayQRCode != nil:
		return &models.NextAction{Type: models.ActionQRCode, URL: a.WeChatPayDisplayQRCode.Data}
	case a.AlipayHandleRedirect != nil:
		return &models.NextAction{Type: models.ActionRedirect, URL: a.AlipayHandleRedirect.URL}
	case a.RedirectToURL != nil:
		return &models.NextAction{Type: models.ActionRedirect, URL: a.RedirectToURL.URL}
	}
	return nil
}

func refundState(r *api.Refund) payment.RefundState {
	s := payment.RefundState{
		ID: named(r.Metadata, refundKey), Reference: r.ID, Amount: moneyOfStripe(r.Amount, r.Currency), Status: models.RefundPending,
	}
	switch r.Status {
	case api.RefundStatusSucceeded:
		s.Status = models.RefundSucceeded
	case api.RefundStatusFailed, api.RefundStatusCanceled:
		s.Status, s.FailureCode = models.RefundFailed, string(r.FailureReason)
	case api.RefundStatusPending, api.RefundStatusRequiresAction:
	}
	return s
}

// disputeState reads a dispute, false for one that has moved no money.
func disputeState(d *api.Dispute) (s payment.DisputeState, moved bool) {
	s = payment.DisputeState{Reference: d.ID, Status: models.DisputeOpen, Amount: moneyOfStripe(d.Amount, d.Currency)}
	switch d.Status {
	case api.DisputeStatusWarningNeedsResponse, api.DisputeStatusWarningUnderReview, api.DisputeStatusWarningClosed, api.DisputeStatusPrevented:
		return s, false
	case api.DisputeStatusLost:
		s.Status = models.DisputeLost
	case api.DisputeStatusWon:
		s.Status = models.DisputeWon
	case api.DisputeStatusNeedsResponse, api.DisputeStatusUnderReview:
	}
	var fee int64
	for _, booked := range d.BalanceTransactions {
		if booked.Currency == d.Currency {
			fee += booked.Fee
		}
	}
	s.Fee = moneyOfStripe(max(fee, 0), d.Currency).Minor
	return s, true
}

// digits says how many decimals Stripe's amounts have where that is not two:
// https://docs.stripe.com/currencies. Those with three must end with a zero.
var digits = map[money.Currency]int32{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "JPY": 0, "KMF": 0, "KRW": 0, "MGA": 0, "PYG": 0, "RWF": 0, "VND": 0, "VUV": 0,
	"XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3,
}

func digitsAtStripe(c money.Currency) int32 {
	if n, ok := digits[c]; ok {
		return n
	}
	return 2
}

// minorAtStripe is an amount as Stripe counts it, false where it cannot say it.
func minorAtStripe(m money.Money) (int64, bool) {
	minor := m.Minor
	for range max(0, digitsAtStripe(m.Currency)-m.Currency.Digits()) {
		if minor > 1<<60/10 {
			return 0, false
		}
		minor *= 10
	}
	for range max(0, m.Currency.Digits()-digitsAtStripe(m.Currency)) {
		if minor%10 != 0 {
			return 0, false
		}
		minor /= 10
	}
	return minor, digitsAtStripe(m.Currency) != 3 || minor%10 == 0
}

// moneyOfStripe is the amount that Stripe counts so.
func moneyOfStripe(minor int64, currency api.Currency) money.Money {
	c := money.Currency(strings.ToUpper(string(currency)))
	for range max(0, digitsAtStripe(c)-c.Digits()) {
		minor /= 10
	}
	for range max(0, c.Digits()-digitsAtStripe(c)) {
		minor *= 10
	}
	return money.New(minor, c)
}
