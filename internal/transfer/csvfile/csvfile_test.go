package csvfile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// read gives all rows as "line: cell|cell", damaged ones as "line! reason".
// The first row tells how many columns there are.
func read(t *testing.T, in io.Reader, o csvfile.Options) ([]string, error) {
	t.Helper()
	r, err := csvfile.NewReader(in, o)
	if err != nil {
		return nil, err
	}
	var got []string
	for {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return got, nil
		case err != nil:
			return got, err
		case row.Damage != "":
			got = append(got, fmt.Sprintf("%d! %s", row.Line, row.Damage))
			continue
		case len(got) == 0:
			r.Expect(len(row.Cells))
		}
		got = append(got, fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "|")))
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"keeps_quotes_commas_and_line_breaks_of_quoted_cells": {
			"a,b\n\"x, \"\"y\"\"\",\"1\r\n2\n3\"\nz,\n", []string{"1: a|b", "2: x, \"y\"|1\n2\n3", "5: z|"}},
		"takes_every_line_end_and_needs_none_at_the_end": {
			"a,b\r\n1,2\n3,4\r5,6", []string{"1: a|b", "2: 1|2", "3: 3|4", "4: 5|6"}},
		"leaves_a_byte_order_mark_and_blank_rows_out": {
			"\xef\xbb\xbfa,b\n\n , \n1,2\n", []string{"1: a|b", "4: 1|2"}},
		"takes_quotes_inside_a_cell_as_they_are": {
			"a,b\n5\" pipe,say \"hi\"\n", []string{"1: a|b", "2: 5\" pipe|say \"hi\""}},
		"takes_text_after_a_closing_quote_into_the_cell": {
			"a,b\n\"big\" shirt,\"x\"y\"z\n", []string{"1: a|b", "2: big shirt|xy\"z"}},
		"fills_short_rows_and_takes_empty_cells_beyond_the_header": {
			"a,b,c\n1\n1,2,3,,\n", []string{"1: a|b|c", "2: 1||", "3: 1|2|3"}},
		"reports_a_row_with_more_cells_than_columns": {
			"a,b\n1,2,3\n4,5\n", []string{"1: a|b", "2! the row has 3 cells, the header 2", "3: 4|5"}},
		"reports_a_quote_that_is_never_closed_and_reads_on": {
			"a,b\n1,\"2\n3,4\n5,6\n", []string{"1: a|b", "2! a quote opened in this row is never closed", "3: 3|4", "4: 5|6"}},
		"reports_a_quote_that_swallows_the_next_row_and_reads_on": {
			"a,b\n1,\"2\n3,\"4\"\n5,6\n", []string{"1: a|b",
				"2! a quote opened in this row is closed in line 3, in the midst of other cells", "3: 3|4", "4: 5|6"}},
		"reports_a_row_that_swallows_cells_and_reads_on": {
			"a,b\n\"1,2\n\",3,4\n5,6\n", []string{"1: a|b",
				"2! a quote opened in this row is closed in line 3, in the midst of other cells",
				"3! a quote opened in this row is never closed", "4: 5|6"}},
		"takes_a_quote_left_open_on_the_last_line": {
			"a,b\n1,\"2", []string{"1: a|b", "2: 1|2"}},
		"reports_bytes_that_are_not_text": {
			"a,b\n1,\xff\n2,3\n", []string{"1: a|b", "2! cell 2 is not UTF-8 text; was the file saved in another encoding?", "3: 2|3"}},
		"finds_semicolons":           {"a;b\n1,5;2\n", []string{"1: a|b", "2: 1,5|2"}},
		"finds_tabs_after_a_caption": {"caption\na\tb\n1\t2\n", []string{"1: caption", "2! the row has 2 cells, the header 1", "3! the row has 2 cells, the header 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, strings.NewReader(c.file), csvfile.Options{})
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}

	t.Run("reads_a_NUL_byte_late_in_a_file_as_damage", func(t *testing.T) {
		t.Parallel()
		got, err := read(t, strings.NewReader("a,b\n"+strings.Repeat("1,2\n", 200)+"1,\x00\n3,4\n"), csvfile.Options{})
		want := []string{"202! cell 2 holds a NUL byte", "203: 3|4"}
		if diff := cmp.Diff(want, got[201:]); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})

	t.Run("reads_other_encodings_and_gzip", func(t *testing.T) {
		t.Parallel()
		text := "名,b\n蜂蜜,é\n"
		utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
		chinese, _ := simplifiedchinese.GB18030.NewEncoder().String(text)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = io.WriteString(z, text)
		_ = z.Close()
		want := []string{"1: 名|b", "2: 蜂蜜|é"}
		for encoding, file := range map[string]string{"": utf16, "GB18030": chinese, "utf-8": packed.String()} {
			got, err := read(t, strings.NewReader(file), csvfile.Options{Encoding: encoding})
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%q: %v (-want +got):\n%s", encoding, err, diff)
			}
		}
	})

	t.Run("refuses_what_is_no_CSV", func(t *testing.T) {
		t.Parallel()
		for file, want := range map[string]error{
			"": csvfile.ErrEmpty, "PK\x03\x04xl": csvfile.ErrSpreadsheet, "\x7fELF\x00\x00": csvfile.ErrNotText,
			"\x1f\x8b" + strings.Repeat("junk", 9): gzip.ErrHeader, "\x1f\x8b": io.ErrUnexpectedEOF,
		} {
			if got, err := read(t, strings.NewReader(file), csvfile.Options{}); !errors.Is(err, want) {
				t.Errorf("%q: got %v %v, want %v", file, got, err, want)
			}
		}
		if _, err := read(t, strings.NewReader("a"), csvfile.Options{Encoding: "klingon"}); !errors.Is(err, csvfile.ErrEncoding) {
			t.Errorf("got %v", err)
		}
	})
}

// It counts the allocations of the process, so it runs alone.
func TestReaderKeepsItsMemory(t *testing.T) {
	t.Run("over_a_gigabyte_in_one_line", func(t *testing.T) {
		head, tail := strings.NewReader("a,b\n"), strings.NewReader("\n1,2\n")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := read(t, io.MultiReader(head, io.LimitReader(endless('x'), 1<<30), tail), csvfile.Options{})
		runtime.ReadMemStats(&after)
		want := []string{"1: a|b", "2! the row is longer than 1048576 bytes", "3: 1|2"}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%d MiB allocated", used>>20)
		}
	})

	t.Run("and_its_time_over_quotes_that_never_close", func(t *testing.T) {
		file := "a,b\n" + strings.Repeat("\"1\",\"2\n", 300_000)
		_, err := read(t, strings.NewReader(file), csvfile.Options{})
		if !errors.Is(err, csvfile.ErrTooDamaged) {
			t.Errorf("got %v", err)
		}
	})
}

// endless repeats a byte.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// What the strict reader reads, this one reads the same.
func TestReaderAgreesWithTheStrictReader(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "7", ",", "\"", "\n", "\r\n", " ", "蜜", ";", ""}
	for range 2000 {
		columns := 2 + random.IntN(3)
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.UseCRLF = random.IntN(2) == 0
		for range 1 + random.IntN(6) {
			record := make([]string, columns)
			for i := range record {
				for range random.IntN(4) {
					record[i] += pieces[random.IntN(len(pieces))]
				}
			}
			record[0] += "x"
			_ = w.Write(record)
		}
		w.Flush()
		strict, err := csv.NewReader(bytes.NewReader(file.Bytes())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		r, err := csvfile.NewReader(bytes.NewReader(file.Bytes()), csvfile.Options{Separator: ','})
		if err != nil {
			t.Fatal(err)
		}
		r.Expect(columns)
		var got [][]string
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || row.Damage != "" {
				t.Fatalf("%q: %v %s", file.String(), err, row.Damage)
			}
			got = append(got, row.Cells)
		}
		if diff := cmp.Diff(strict, got); diff != "" {
			t.Fatalf("%q (-strict +ours):\n%s", file.String(), diff)
		}
	}
}
