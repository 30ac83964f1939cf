package paging

import (
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// AnyOf narrows a list to rows whose column has any of the values: to none
// where there is no value, not at all where values is nil. However many there
// are, they are one parameter.
func AnyOf[T ~string](query *gorm.DB, column string, values []T) *gorm.DB {
	if values == nil {
		return query
	}
	list := make(models.StringList, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return query.Where(column+" = any (cast(? as text[]))", list)
}
