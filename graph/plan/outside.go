package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/report"
)

// SalesQuery reads the arguments of salesReport where they come as JSON from
// elsewhere than an operation, by the same rules: see problem.BadInput.
func SalesQuery(schema *ast.Schema, arguments json.RawMessage) (report.Query, error) {
	f, r, err := outside(schema, "salesReport", arguments)
	if err != nil {
		return report.Query{}, err
	}
	q, err := salesQuery(f, r)
	return q, ofArguments(err)
}

// ofArguments is an error of what was read, as one of the arguments.
func ofArguments(err error) error {
	if bad := (*problem.BadInput)(nil); err != nil && (!errors.As(err, &bad) || bad.Argument == "") {
		text := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "input: "), " : ", " ")
		return &problem.BadInput{Argument: "arguments", Message: strings.TrimPrefix(text, ": ")}
	}
	return err
}

// outside is a call of a query whose arguments are a JSON object.
func outside(schema *ast.Schema, name string, arguments json.RawMessage) (*call, *run, error) {
	def := schema.Query.Fields.ForName(name)
	given := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(arguments))
	decoder.UseNumber()
	if err := decoder.Decode(&given); err != nil || given == nil {
		return nil, nil, &problem.BadInput{Argument: "arguments", Message: "must be a JSON object"}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, &problem.BadInput{Argument: "arguments", Message: "must be one JSON object"}
	}
	op := &ast.OperationDefinition{Operation: ast.Query}
	f := &call{Field: &ast.Field{Name: name, Definition: def}}
	for arg := range given {
		d := def.Arguments.ForName(arg)
		if d == nil {
			return nil, nil, &problem.BadInput{Argument: "arguments." + arg, Message: "is no argument of " + name}
		}
		value := &ast.Value{Raw: arg, Kind: ast.Variable}
		op.VariableDefinitions = append(op.VariableDefinitions, &ast.VariableDefinition{
			Variable: arg, Type: d.Type, Definition: schema.Types[d.Type.Name()], Used: true,
		})
		f.Arguments = append(f.Arguments, &ast.Argument{Name: arg, Value: value})
	}
	variables, err := validator.VariableValues(schema, op, given)
	if err != nil {
		// The library tells the place and the reason: "input: variable.groupBy[0] MOON is not …".
		at, message, placed := strings.Cut(strings.TrimPrefix(err.Error(), "input: variable."), " ")
		if !placed {
			at, message = "", err.Error()
		}
		return nil, nil, &problem.BadInput{Argument: "arguments." + at, Message: message}
	}
	return f, &run{variables: variables}, nil
}
