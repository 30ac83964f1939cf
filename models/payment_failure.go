package models

// PaymentFailureCode says why a payment was not paid, whoever its provider is.
type PaymentFailureCode string

// Why a payment was not paid.
const (
	FailureDeclined         PaymentFailureCode = "DECLINED"
	FailureNoMoney          PaymentFailureCode = "INSUFFICIENT_FUNDS"
	FailureNotAuthenticated PaymentFailureCode = "AUTHENTICATION_FAILED"
	FailureCardExpired      PaymentFailureCode = "CARD_EXPIRED"
	FailureIncorrect        PaymentFailureCode = "INCORRECT_DETAILS"
	FailureNotSupported     PaymentFailureCode = "NOT_SUPPORTED"
	FailureTooLate          PaymentFailureCode = "EXPIRED"
	FailureGivenUp          PaymentFailureCode = "CANCELLED"
	FailureOfProvider       PaymentFailureCode = "PROVIDER_ERROR"
)

// failures are what providers call them. What they call otherwise, such as a
// stolen card, is a decline: who pays with it must not learn more.
var failures = map[string]PaymentFailureCode{
	"insufficient_funds": FailureNoMoney, "withdrawal_count_limit_exceeded": FailureNoMoney, "card_velocity_exceeded": FailureNoMoney,
	"authentication_failed": FailureNotAuthenticated, "authentication_required": FailureNotAuthenticated,
	"payment_intent_authentication_failure": FailureNotAuthenticated,
	"expired_card":                          FailureCardExpired,
	"incorrect_number":                      FailureIncorrect, "invalid_number": FailureIncorrect, "incorrect_cvc": FailureIncorrect, "invalid_cvc": FailureIncorrect,
	"invalid_expiry_month": FailureIncorrect, "invalid_expiry_year": FailureIncorrect, "incorrect_zip": FailureIncorrect,
	"card_not_supported": FailureNotSupported, "currency_not_supported": FailureNotSupported, "amount_too_large": FailureNotSupported,
	"amount_too_small": FailureNotSupported, "amount_too_precise": FailureNotSupported,
	"expired": FailureTooLate, "payment_intent_payment_attempt_expired": FailureTooLate, "automatic": FailureTooLate,
	"abandoned": FailureGivenUp, "requested_by_customer": FailureGivenUp, "duplicate": FailureGivenUp,
	"processing_error": FailureOfProvider, "issuer_not_available": FailureOfProvider, "try_again_later": FailureOfProvider,
	"payment_method_provider_timeout": FailureOfProvider,
}

// messages tell a shopper what to do about it.
var messages = map[PaymentFailureCode]string{
	FailureDeclined:         "The payment was declined. Pay in another way, or ask your bank.",
	FailureNoMoney:          "There is not enough money on this account. Pay in another way.",
	FailureNotAuthenticated: "Your bank could not make sure that it was you. Try again, or pay in another way.",
	FailureCardExpired:      "The card has expired. Pay with another one.",
	FailureIncorrect:        "The number, date or security code is not right. Try again.",
	FailureNotSupported:     "This cannot be paid in this way. Pay in another way.",
	FailureTooLate:          "It was not paid in time. Complete your cart again to buy it.",
	FailureGivenUp:          "The payment was given up, and nothing was taken.",
	FailureOfProvider:       "The payment could not be made for now. Try again later, or pay in another way.",
}

// PaymentFailure says why a payment was not paid.
type PaymentFailure struct{ Code PaymentFailureCode }

// Message is for the shopper.
func (f PaymentFailure) Message() string { return messages[f.Code] }

// Failure is nil for a payment that has not failed.
func (p Payment) Failure() *PaymentFailure {
	told := ""
	if p.FailureCode != nil {
		told = *p.FailureCode
	}
	return FailureOf(p.Status, told)
}

// FailureOf is the failure of a payment with a status, for which its provider
// has given a reason, maybe none; nil where it has not failed.
func FailureOf(status PaymentStatus, reason string) *PaymentFailure {
	if status != PaymentFailed && status != PaymentVoided {
		return nil
	}
	code, known := failures[reason]
	switch {
	case known:
	case status == PaymentVoided:
		code = FailureGivenUp
	default:
		code = FailureDeclined
	}
	return &PaymentFailure{code}
}
