package resolvers

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/programme"
)

const programmeID = "input.programmeId"

func programmeTerms(in api.ProgrammeCreateInput) programme.Terms {
	return programme.Terms{
		Name: &in.Name, Description: change(in.Description), BusinessGoal: change(in.BusinessGoal), JobGoal: change(in.JobGoal),
		SalesGoal: change(in.SalesGoal), Currency: &in.Currency, JobsPerBusiness: given(in.JobsPerBusiness),
		From: &in.From, To: &in.To, TimeZone: in.TimeZone.Value(),
		OriginCountries: wholeList(in.OriginCountry), Sizes: wholeList(in.Size), RatesOn: change(in.RatesOn),
	}
}

func programmeChange(in api.ProgrammeUpdateInput) (uuid.UUID, programme.Terms, error) {
	var list ids
	id := list.row(programmeID, globalid.Programme, in.ProgrammeID).Row
	kept(&list.refused, "input.name", in.Name)
	kept(&list.refused, "input.currency", in.Currency)
	kept(&list.refused, "input.jobsPerBusiness", in.JobsPerBusiness)
	kept(&list.refused, "input.from", in.From)
	kept(&list.refused, "input.to", in.To)
	kept[time.Location](&list.refused, "input.timeZone", in.TimeZone)
	return id, programme.Terms{
		Name: given(in.Name), Description: change(in.Description), BusinessGoal: change(in.BusinessGoal), JobGoal: change(in.JobGoal),
		SalesGoal: change(in.SalesGoal), Currency: given(in.Currency), JobsPerBusiness: given(in.JobsPerBusiness),
		From: given(in.From), To: given(in.To), TimeZone: in.TimeZone.Value(),
		OriginCountries: wholeList(in.OriginCountry), Sizes: wholeList(in.Size), RatesOn: change(in.RatesOn),
	}, list.err()
}

// kept refuses null for what cannot be emptied.
func kept[T any](l *problem.List, field string, in graphql.Omittable[*T]) {
	if v, isSet := in.ValueOK(); isSet && v == nil {
		l.Add(field, problem.Required, "cannot be emptied")
	}
}

// wholeList is a list of an update: absent, emptied by null, or set.
func wholeList[T any](in graphql.Omittable[[]T]) patch.Field[[]T] {
	return changeList(in, func(list []T) []T { return list })
}

// programmeParts are those that an operation asks for.
func programmeParts(ctx context.Context) (parts programme.Part) {
	for _, field := range graphql.CollectAllFields(ctx) {
		switch field {
		case "regions", "censusRegions", "industries", "cohorts":
			parts |= programme.Cells
		case "categories":
			parts |= programme.Categories
		case "baseline":
			parts |= programme.BaselinePart
		}
	}
	return parts
}
