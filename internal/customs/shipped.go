package customs

import (
	"bytes"
	"context"
	"embed"
	"fmt"
)

//go:embed rules/*.yaml
var files embed.FS

// Names of the files that come with the software.
const (
	// China has what is known, with its sources.
	China = "china"
	// DemonstrationChina has made-up duties and a made-up positive list.
	DemonstrationChina = "demonstration-china"
)

// Shipped gives the contents of a file that comes with the software.
func Shipped(name string) ([]byte, error) { return files.ReadFile("rules/" + name + ".yaml") }

// ImportShipped brings in a file that comes with the software.
func (s *Service) ImportShipped(ctx context.Context, name string) (*RulesReport, error) {
	data, err := Shipped(name)
	if err != nil {
		return &RulesReport{}, fmt.Errorf("there are no rules %q here", name)
	}
	return s.ImportRules(ctx, bytes.NewReader(data))
}
