// Package life holds the tests of what a purchase may live through: from the
// cart by payment, shipping, returns and disputes to the payout, by the
// services that the API calls, with the sandboxes for bank and carrier.
package life
