// Package payment takes money from shoppers and gives it back, through
// providers. A payment is one attempt at one provider. What a provider tells,
// by an answer, by a webhook or when it is asked, is always the whole state of
// the payment; states merge upwards, so that they may come twice and in any
// order (see the decision on payments). No provider is called in a transaction.
package payment
