package paging

import (
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// AnyOf adds that a column has any of the values: nothing passes where there
// is no value, everything where values is nil. However many there are, they
// are one parameter.
func AnyOf[T ~string](c *database.Conditions, column string, values []T) {
	if values == nil {
		return
	}
	list := make(models.StringList, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	c.Add(column+" = any (cast(? as text[]))", list)
}
