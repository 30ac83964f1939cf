package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

// withShoppers is an argument of files, which have no fields to ask for.
var withShoppers = &ast.ArgumentDefinition{Name: "shoppers", Type: ast.NamedType("Boolean", nil)}

// SalesQuery reads the arguments of salesReport where they come as JSON from
// elsewhere than an operation, by the same rules: see problem.BadInput. With
// `shoppers` these are counted, too.
func SalesQuery(schema *ast.Schema, arguments json.RawMessage) (report.Query, error) {
	f, r, err := outside(schema, "salesReport", arguments, withShoppers)
	if err != nil {
		return report.Query{}, err
	}
	q, err := salesQuery(f, r)
	if err == nil {
		q.Shoppers, err = f.flag(r, withShoppers.Name)
	}
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

// ProgrammeQuery reads the arguments of programmeProgress, and those of its
// series with them where these are asked for, as SalesQuery does.
func ProgrammeQuery(schema *ast.Schema, series bool, arguments json.RawMessage) (q programme.TableQuery, err error) {
	var also ast.ArgumentDefinitionList
	if series {
		also = schema.Types["ProgrammeProgress"].Fields.ForName("series").Arguments
	}
	f, r, err := outside(schema, "programmeProgress", arguments, also...)
	if err != nil {
		return q, err
	}
	id, err := f.id(r, "programmeId", globalid.Programme)
	if err != nil {
		return q, &problem.BadInput{Argument: "arguments.programmeId", Message: err.Error()}
	}
	q.Programme = id.Row
	if q.Currency, err = argument(f, r, "currency", scalar.UnmarshalCurrencyCode); err != nil {
		return q, ofArguments(err)
	}
	if q.Weeks, err = argument(f, r, "weeks", scalar.UnmarshalInt); err != nil {
		return q, ofArguments(err)
	}
	days := map[string]**models.Date{"asOf": &q.AsOf, "ratesOn": &q.RatesOn}
	if series {
		days["from"], days["to"] = &q.From, &q.To
		if period := report.Length(f.enum(r, "period")); period != "" {
			q.Period = &period
		}
	}
	for name, day := range days {
		if *day, err = argument(f, r, name, scalar.UnmarshalDate); err != nil {
			return q, ofArguments(err)
		}
	}
	return q, nil
}

// outside is a call of a query whose arguments are a JSON object, which may
// have others with them.
func outside(schema *ast.Schema, name string, arguments json.RawMessage, also ...*ast.ArgumentDefinition) (*call, *run, error) {
	query := *schema.Query.Fields.ForName(name)
	query.Arguments = append(slices.Clone(query.Arguments), also...)
	def := &query
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
	for _, d := range def.Arguments {
		if _, ok := given[d.Name]; d.Type.NonNull && d.DefaultValue == nil && !ok {
			return nil, nil, &problem.BadInput{Argument: "arguments." + d.Name, Message: "must be given"}
		}
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
