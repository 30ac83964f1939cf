package resolvers

import (
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/category"
	"github.com/tradewind-commerce/tradewind/models"
)

func categoryID(c *models.Category) uuid.UUID { return c.ID }

func parentOf(c *models.Category) (uuid.UUID, bool) {
	if c.ParentID == nil {
		return uuid.Nil, false
	}
	return *c.ParentID, true
}

func categoryNames(names []*api.CategoryNameInput) []category.Name {
	list := make([]category.Name, len(names))
	for i, n := range names {
		list[i] = category.Name{Language: n.Language, Name: n.Name}
	}
	return list
}
