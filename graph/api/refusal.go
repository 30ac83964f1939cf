package api

import "github.com/tradewind-commerce/tradewind/internal/problem"

// Refused parts the outcome of a mutation: refusals become userErrors of the
// payload, anything else stays an error of the operation.
func Refused(err error) ([]*problem.Problem, error) {
	if err == nil {
		return []*problem.Problem{}, nil
	}
	if refusals := problem.From(err); refusals != nil {
		return refusals, nil //nolint:nilerr // a refusal is an answer
	}
	return []*problem.Problem{}, err
}
