package models_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/tradewind-commerce/tradewind/models"
)

// Rows are written and read by many goroutines at once; the race detector
// watches what they share.
func TestStringListIsWrittenAndReadByMany(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			list := models.StringList{"gift box", `quo"ted`, "a,b", "", "NULL", strconv.Itoa(i)}
			text, err := list.Value()
			if err != nil {
				t.Error(err)
				return
			}
			var read models.StringList
			if err := read.Scan(text); err != nil || !slices.Equal(read, list) {
				t.Errorf("%q became %q, %v", list, read, err)
			}
		})
	}
	all.Wait()
}
