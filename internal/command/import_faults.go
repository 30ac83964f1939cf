package command

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// faultFile is a CSV of what is wrong with the rows of a file, each fault on a
// line of its own. Spreadsheets take none of its texts for a formula.
type faultFile struct {
	file *os.File
	rows *csv.Writer
}

func newFaultFile(path string) (*faultFile, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--report: %w", err)
	}
	f := &faultFile{file, csv.NewWriter(file)}
	return f, f.rows.Write([]string{"line", "column", "code", "message"})
}

// add keeps the first error for close.
func (f *faultFile) add(n csvfile.Note) {
	for _, fault := range n.Faults {
		_ = f.rows.Write([]string{strconv.Itoa(n.Line), export.Harmless(fault.Column), fault.Code, export.Harmless(fault.Message)})
	}
}

func (f *faultFile) close() error {
	f.rows.Flush()
	if err := errors.Join(f.rows.Error(), f.file.Close()); err != nil {
		return fmt.Errorf("write the report of faults: %w", err)
	}
	return nil
}
