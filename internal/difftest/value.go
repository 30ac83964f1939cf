package difftest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// lookups are the arguments of which a field wants exactly one set.
var lookups = map[string][][]string{
	"brand": {{"id"}, {"slug"}}, "storefront": {{"id"}, {"slug"}}, "category": {{"id"}, {"path"}}, "order": {{"id"}, {"number"}},
	"product": {{"id"}, {"brandSlug", "handle"}},
}

// arguments gives those of a field, and how many rows they let it give.
func (b *builder) arguments(at place, d *ast.FieldDefinition) (list ast.ArgumentList, rows int) {
	rows, b.at = 1, at
	given := map[string]bool{}
	for _, arg := range d.Arguments {
		given[arg.Name] = arg.Type.NonNull || b.chance(35) || b.chance(60) && b.aim.at(at.definition, d)
	}
	names := map[string]string{}
	if sets := lookups[d.Name]; at.definition == b.Schema.Query && sets != nil && b.chance(97) {
		clear(given)
		kind := map[string]string{"brand": brandSlugs, "storefront": shopSlugs, "category": paths, "order": orderNumbers, "product": handles}[d.Name]
		texts := b.name(kind)
		for i, name := range pick(b, sets) {
			given[name] = true
			if name != "id" {
				names[name] = texts[i]
			}
		}
		b.types = []string{d.Type.Name()}
	}
	if d.Name == "salesReport" && b.chance(90) { // these ask for dimensions
		for _, name := range []string{"compare", "top", "moving", "convert"} {
			given[name] = given[name] && b.chance(40)
		}
		if given["compare"] || given["moving"] || given["convert"] { // some of these need periods
			given["groupBy"] = true
		}
	}
	if d.Arguments.ForName("first") != nil {
		rows = b.page(at, d, given)
	}
	for _, arg := range d.Arguments {
		path := at.definition.Name + "." + d.Name
		var v *ast.Value
		switch {
		case arg.Name == "first" || arg.Name == "last":
			if !given[arg.Name] {
				continue
			}
			v = b.perhaps(integer(rows), arg.Type)
			rows = max(1, min(rows, 20))
		case !given[arg.Name]:
			if b.chance(96) || arg.Type.NonNull || names[arg.Name] != "" {
				continue
			}
			v = b.perhaps(&ast.Value{Kind: ast.NullValue, Raw: "null"}, arg.Type)
		case names[arg.Name] != "":
			v = b.perhaps(str(names[arg.Name]), arg.Type)
		case d.Name == "salesReport" && arg.Name == "groupBy" && (given["compare"] || given["moving"] || given["convert"]) && b.chance(95):
			v = b.perhaps(b.periods(), arg.Type)
		default:
			t := *arg.Type
			t.NonNull = t.NonNull || arg.Name == "id"
			v = b.perhaps(b.literal(path, arg.Name, &t), arg.Type)
		}
		list = append(list, &ast.Argument{Name: arg.Name, Value: v})
	}
	b.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list, rows
}

// periods are dimensions, PERIOD among them.
func (b *builder) periods() *ast.Value {
	v := &ast.Value{Kind: ast.ListValue}
	for _, d := range []string{"PERIOD", pick(b, []string{"", "BRAND", "MARKET", "SOURCE", "CURRENCY"})} {
		if d != "" {
			v.Children = append(v.Children, &ast.ChildValue{Value: &ast.Value{Kind: ast.EnumValue, Raw: d}})
		}
	}
	return v
}

// page chooses the direction and the size of a page.
func (b *builder) page(at place, d *ast.FieldDefinition, given map[string]bool) int {
	for _, name := range []string{"first", "last", "after", "before"} {
		given[name] = false
	}
	// Cursors come from answers; these are none.
	for _, name := range []string{"after", "before"} {
		given[name] = b.r.IntN(300) < 1 && d.Arguments.ForName(name) != nil
	}
	if at.rows == 1 && b.chance(20) {
		return 20
	}
	backward := d.Arguments.ForName("last") != nil && b.chance(40)
	given["first"], given["last"] = !backward, backward
	switch n := b.r.IntN(400); {
	case n < 1:
		return 101
	case n < 2:
		return -1
	case n < 4:
		given["first"], given["last"] = true, d.Arguments.ForName("last") != nil
	case n < 12:
		return 0
	}
	return 1 + b.r.IntN(max(1, min(7, maxRows/(4*at.rows))))
}

// value makes one for an argument or the field of an input; path and name say which.
func (b *builder) value(path, name string, t *ast.Type) *ast.Value {
	return b.perhaps(b.literal(path, name, t), t)
}

// perhaps puts a variable in the place of a literal.
func (b *builder) perhaps(v *ast.Value, t *ast.Type) *ast.Value {
	if !b.chance(35) || holdsVariable(v) {
		return v
	}
	return b.variable(v, t)
}

func holdsVariable(v *ast.Value) bool {
	return v.Kind == ast.Variable || slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return holdsVariable(c.Value) })
}

// variable declares a variable that has a value: given, by default, or both.
func (b *builder) variable(v *ast.Value, t *ast.Type) *ast.Value {
	name := fmt.Sprint("v", len(b.op.VariableDefinitions)+1)
	d := &ast.VariableDefinition{Variable: name, Type: t}
	given, err := v.Value(nil)
	if err != nil {
		return v
	}
	if v.Kind == ast.ListValue && len(v.Children) == 0 {
		given = []any{} // not null
	}
	isNull := v.Kind == ast.NullValue
	if !isNull && !t.NonNull && b.chance(20) {
		strict := *t
		strict.NonNull = true
		d.Type = &strict
	}
	b.variables[name] = given
	switch n := b.r.IntN(100); {
	case isNull && n < 50:
		delete(b.variables, name) // absent, not null
	case isNull:
	case n < 25: // the default alone
		d.Type = nullable(t)
		d.DefaultValue = v
		delete(b.variables, name)
	case n < 35: // a default that is not used
		d.Type = nullable(t)
		d.DefaultValue = v
	}
	b.op.VariableDefinitions = append(b.op.VariableDefinitions, d)
	return &ast.Value{Kind: ast.Variable, Raw: name}
}

func nullable(t *ast.Type) *ast.Type {
	loose := *t
	loose.NonNull = false
	return &loose
}

func str(s string) *ast.Value        { return &ast.Value{Kind: ast.StringValue, Raw: s} }
func integer[N ~int](n N) *ast.Value { return &ast.Value{Kind: ast.IntValue, Raw: fmt.Sprint(n)} }

func (b *builder) literal(path, name string, t *ast.Type) *ast.Value {
	if !t.NonNull && b.chance(4) {
		return &ast.Value{Kind: ast.NullValue, Raw: "null"}
	}
	if t.Elem != nil {
		return b.list(path, name, t)
	}
	d := b.Schema.Types[t.NamedType]
	switch d.Kind {
	case ast.Enum:
		return &ast.Value{Kind: ast.EnumValue, Raw: pick(b, b.values(d)).Name}
	case ast.InputObject:
		return b.object(d)
	default:
	}
	switch t.NamedType {
	case "ID":
		return str(b.id(path, name))
	case "Boolean":
		return &ast.Value{Kind: ast.BooleanValue, Raw: fmt.Sprint(b.chance(50))}
	case "Int":
		if path == "IntRange" && name == "max" {
			return integer(10 + b.r.IntN(60))
		}
		if name == "yearStart" || name == "moving" || name == "top" {
			return integer(1 + b.r.IntN(12))
		}
		return integer(b.r.IntN(30))
	}
	texts := map[string][]string{
		"CountryCode": countries, "RegionCode": regions, "LanguageCode": languages, "CurrencyCode": currency,
		"TimeZone": zones, "Decimal": amounts, "DateTime": instants, "Date": days,
		"query": searches, "tag": tags, "name": parts, "after": {"nonsense", ""}, "before": {"nonsense", ""},
	}
	if path == "SalesReportWhere" && b.chance(97) { // not the wrong way round
		texts["Date"] = map[string][]string{"from": days[:3], "to": days[2:]}[name]
	}
	if list := texts[t.NamedType]; list != nil {
		return str(pick(b, list))
	}
	switch name {
	case "number":
		return str(b.name(orderNumbers)[0])
	case "categoryPath", "path":
		return str(b.name(paths)[0])
	case "slug", "brandSlug", "handle":
		return str(b.name(handles)[b.r.IntN(2)])
	}
	if list := texts[name]; list != nil {
		return str(pick(b, list))
	}
	panic("no values for " + path + "." + name + ": " + t.String())
}

// list has one to three values, each once; one value may stand without brackets.
func (b *builder) list(path, name string, t *ast.Type) *ast.Value {
	n := b.r.IntN(5)
	if d := b.Schema.Types[t.Name()]; d.Kind == ast.Enum && name != "groupBy" {
		n = 1 + b.r.IntN(3+len(d.EnumValues)/2)
	}
	if name == "ids" {
		n = 1 + b.r.IntN(6)
		b.types = nil
	}
	v := &ast.Value{Kind: ast.ListValue}
	seen := map[string]bool{}
	for range n {
		e := b.literal(path, name, t.Elem)
		if !seen[e.String()] || name == "ids" {
			v.Children = append(v.Children, &ast.ChildValue{Value: e})
		}
		seen[e.String()] = true
	}
	if len(v.Children) == 1 && b.chance(30) {
		return v.Children[0].Value
	}
	for _, c := range v.Children {
		if b.chance(8) {
			c.Value = b.perhaps(c.Value, t.Elem)
		}
	}
	return v
}

// values are those of an enum that the role may use, more of what few may.
func (b *builder) values(d *ast.Definition) (list ast.EnumValueList) {
	for _, v := range d.EnumValues {
		guarded, usable := b.guarded(d.Name, v.Name)
		if usable {
			list = append(list, v)
		}
		if guarded && usable {
			list = append(list, v, v, v)
		}
	}
	return list
}

// guarded are conditions and orders that only some may use, of some brands.
func (b *builder) guarded(of, name string) (guarded, usable bool) {
	everywhere := b.bold || b.Actor.HoldsEverywhere(auth.BrandRead)
	switch of + "." + name {
	case "BrandWhere.jobsBefore", "BrandWhere.jobsNow", "BrandSortKey.JOBS_BEFORE", "BrandSortKey.JOBS_NOW", "BrandSortKey.APPLIED_AT":
		return true, everywhere
	case "BrandProductSortKey.UPDATED_AT":
		return true, everywhere || b.at.own
	}
	return false, true
}

func (b *builder) object(d *ast.Definition) *ast.Value {
	v := &ast.Value{Kind: ast.ObjectValue}
	share := 20 + 60/len(d.Fields)
	has := map[string]bool{}
	for _, f := range d.Fields {
		guarded, usable := b.guarded(d.Name, f.Name)
		has[f.Name] = usable && (f.Type.NonNull || b.chance(share) || guarded && b.chance(50))
	}
	rate := ""
	if d.Name == "SalesConversionInput" { // a day goes with the rate of a fixed day alone
		rate = pick(b, []string{"FIXED_DAY", "PERIOD_AVERAGE", "PERIOD_AVERAGE", "TRANSACTION_DAY"})
		has["rate"], has["day"] = true, (rate == "FIXED_DAY") != b.chance(3)
		has["toBrand"] = b.chance(50) // or to another currency
		has["to"] = has["toBrand"] == b.chance(3)
	}
	if d.Name == "ProductWhere" && has["price"] { // in some currency
		has["storefrontId"] = has["storefrontId"] || b.chance(95)
	}
	for _, f := range d.Fields {
		var value *ast.Value
		switch {
		case f.Name == "rate" && rate != "":
			value = &ast.Value{Kind: ast.EnumValue, Raw: rate}
		case !has[f.Name]:
			continue
		case f.Name == "toBrand":
			value = b.perhaps(&ast.Value{Kind: ast.BooleanValue, Raw: "true"}, f.Type)
		default:
			value = b.value(d.Name, f.Name, f.Type)
		}
		v.Children = append(v.Children, &ast.ChildValue{Name: f.Name, Value: value})
	}
	return v
}

// idTypes says what the ids of arguments name; those of lookups name what they give.
var idTypes = map[string]globalid.Type{
	"storefrontId": globalid.Storefront, "brandId": globalid.Brand, "categoryId": globalid.Category, "productId": globalid.Product,
	"scheduleId": globalid.ReportSchedule,
}

func (b *builder) id(path, name string) string {
	t, ok := idTypes[name]
	if name == "id" {
		t, ok = globalid.Type(strings.ToUpper(path[6:7])+path[7:]), path != "Query.node"
	}
	if !ok {
		t = globalid.Type(pick(b, b.Schema.GetPossibleTypes(b.Schema.Types["Node"])).Name)
		if name == "id" {
			b.types = nil
		}
		b.types = append(b.types, string(t))
	}
	switch n := b.r.IntN(400); {
	case n < 1:
		return "nonsense"
	case n < 2:
		return pick(b, b.Pool.all[string(globalid.Media)]).texts[0]
	case n < 10: // of nobody
		if t.OfBrand() {
			return globalid.EncodeOf(t, pick(b, b.Pool.all[string(globalid.Brand)]).brand, b.uuid())
		}
		return globalid.Encode(t, b.uuid())
	}
	return b.row(string(t)).texts[0]
}

func (b *builder) uuid() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(b.r.IntN(256))
	}
	return id
}

func (b *builder) name(kind string) []string {
	if b.chance(2) {
		return []string{"nobody", "nothing"}
	}
	return b.row(kind).texts
}

// row picks one that the role sees, mostly, and of its own brands where the
// operation is about those.
func (b *builder) row(kind string) row {
	list := b.Pool.seen[kind]
	if len(list) == 0 || b.chance(20) {
		list = b.Pool.all[kind]
	}
	if b.own {
		works := b.Actor.Brands()
		own := slices.DeleteFunc(slices.Clone(list), func(r row) bool { _, is := works[r.brand]; return !is })
		if len(own) > 0 {
			list = own
		}
	}
	return pick(b, list)
}
