package plan

import (
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// cache keeps the plans of the operations that were met last. An operation is
// the same as long as gqlgen keeps its document.
type cache struct {
	operations *lru.Cache[*ast.OperationDefinition, *variants]
}

func newCache(size int) *cache {
	operations, _ := lru.New[*ast.OperationDefinition, *variants](max(size, 1))
	return &cache{operations}
}

// variants are the plans of an operation, one for each combination of its
// switches that was met.
type variants struct {
	switches []string

	mutex sync.RWMutex
	plans map[string]*plan
}

// maxVariants bounds the plans of one operation.
const maxVariants = 64

// plan gives the plan of an operation, or of what a payload shows; nil where
// it cannot be planned.
func (c *cache) plan(p *Planner, op *graphql.OperationContext, of *payload) *plan {
	v, ok := c.operations.Get(op.Operation)
	if !ok {
		v = &variants{switches: switchesOf(op.Operation), plans: map[string]*plan{}}
		c.operations.Add(op.Operation, v)
	}
	var bits [64]byte
	key := bits[:0]
	for _, name := range v.switches {
		on, _ := op.Variables[name].(bool)
		if on {
			key = append(key, '1')
		} else {
			key = append(key, '0')
		}
	}
	if of != nil {
		key = append(key, of.path...)
	}
	v.mutex.RLock()
	found, ok := v.plans[string(key)]
	full := len(v.plans) >= maxVariants
	v.mutex.RUnlock()
	if ok || full {
		return found
	}
	made, err := p.compile(op.Operation, of, op.Variables)
	if err != nil {
		made = nil
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.plans[string(key)] = made
	return made
}

// switchesOf lists the variables that @skip and @include of an operation ask.
func switchesOf(op *ast.OperationDefinition) (names []string) {
	var walk func(set ast.SelectionSet)
	add := func(directives ast.DirectiveList) {
		for _, d := range directives {
			for _, a := range d.Arguments {
				if a.Value.Kind == ast.Variable && !slices.Contains(names, a.Value.Raw) {
					names = append(names, a.Value.Raw)
				}
			}
		}
	}
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				add(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				add(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				add(s.Directives)
				walk(s.Definition.SelectionSet)
			}
		}
	}
	walk(op.SelectionSet)
	return names
}
