package difftest

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/auth"
)

// aim is a field that an operation tries to reach: chance alone would seldom
// get to what lies deep. Fields that the
// role may read are aimed at alike, and more at those that few may.
type aim struct {
	on    *ast.Definition
	field *ast.FieldDefinition
	// steps from each type to the one that the field is on.
	steps map[string]int
}

func (b *builder) newAim() aim {
	types := readable(b.Schema)
	var all []aim
	for _, d := range types {
		for _, f := range d.Fields {
			rule, _ := auth.RuleOf(d.Name, f.Name)
			if !strings.HasPrefix(f.Name, "__") && (rule.Needs == "" || b.Actor.Holds(rule.Needs)) {
				all = append(all, aim{on: d, field: f})
				if rule.Needs != "" { // few may
					all = append(all, aim{on: d, field: f})
				}
				if rule.Needs == auth.LedgerWrite {
					all = append(all, slices.Repeat([]aim{{on: d, field: f}}, 30)...)
				}
				switch rule.Needs {
				case "", auth.ReportRead, auth.ProgrammeRead:
				case auth.PromotionWrite, auth.FulfilmentWrite: // and it lies deepest
					all = append(all, slices.Repeat([]aim{{on: d, field: f}}, 4)...)
				default: // and it lies deep
					all = append(all, aim{on: d, field: f})
				}
			}
		}
	}
	for {
		a := pick(b, all)
		a.steps = stepsTo(a.on, types)
		// What lies near the root is reached by chance as well, unless but one
		// role may read it.
		rule, _ := auth.RuleOf(a.on.Name, a.field.Name)
		if a.steps[b.Schema.Query.Name] > 2 || rule.Needs == auth.LedgerWrite || strings.HasPrefix(a.on.Name, "SalesReport") || b.chance(30) {
			return a
		}
	}
}

// stepsTo counts the fields between types and one of them.
func stepsTo(target *ast.Definition, types []*ast.Definition) map[string]int {
	steps := map[string]int{target.Name: 0}
	for near := true; near; {
		near = false
		for _, d := range types {
			for _, f := range d.Fields {
				n, known := steps[f.Type.Name()]
				if old, is := steps[d.Name]; known && (!is || old > n+1) {
					steps[d.Name], near = n+1, true
				}
			}
		}
	}
	return steps
}

// at tells whether a field is what is aimed at.
func (a aim) at(on *ast.Definition, f *ast.FieldDefinition) bool {
	return a.on == on && a.field.Name == f.Name
}

// choose gives the field among those of a type that leads to the aim, or is
// it; nil where none does, or chance is against it.
func (a aim) choose(on *ast.Definition, list []*ast.FieldDefinition, chance bool) *ast.FieldDefinition {
	if !chance {
		return nil
	}
	here, known := a.steps[on.Name]
	for _, f := range list {
		if n, leads := a.steps[f.Type.Name()]; a.at(on, f) || known && leads && n < here {
			return f
		}
	}
	return nil
}
