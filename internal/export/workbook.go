package export

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	sheetHead = `<worksheet ` + mainSpace + `><sheetViews><sheetView`
	frozen    = `><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView>`
	sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// Styles of cells by their place in styles.xml; those of currencies follow.
const (
	styleText = iota
	styleHead
	styleQuoted
	styleInteger
	styleDecimal
	stylePercent
	styleDate
	styleTime
	styleCurrency
)

// formats are the currencies seen, each with a style of its own.
type formats []money.Currency

func (f *formats) of(c money.Currency) int {
	i := slices.Index(*f, c)
	if i < 0 {
		i = len(*f)
		*f = append(*f, c)
	}
	return styleCurrency + i
}

// end writes what the table is about on a sheet of its own, and the parts that
// hold the workbook together.
func (x *xlsxWriter) end() error {
	if err := x.close(); err != nil {
		return err
	}
	if err := x.about(); err != nil {
		return err
	}
	for _, part := range []struct{ name, body string }{
		{"xl/styles.xml", x.styles()},
		{"xl/workbook.xml", x.workbook()},
		{"xl/_rels/workbook.xml.rels", x.parts()},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", x.types()},
	} {
		w, err := x.zip.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xmlHead+part.body); err != nil {
			return err
		}
	}
	return x.zip.Close()
}

func (x *xlsxWriter) about() error {
	if err := x.begin("About", []int{24, 80}, false); err != nil {
		return err
	}
	notes := append([]table.Note{{Name: "Title", Text: x.table.Title}}, x.table.About...)
	if x.table.Zone != nil {
		notes = append(notes, table.Note{Name: "Time zone", Text: x.table.Zone.String()})
	}
	for _, n := range notes {
		if err := x.texts(styleText, n.Name, n.Text); err != nil {
			return err
		}
	}
	return x.close()
}

func (x *xlsxWriter) styles() string {
	var b strings.Builder
	b.WriteString(`<styleSheet ` + mainSpace + `>`)
	fmt.Fprintf(&b, `<numFmts count="%d"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/>`, 2+len(x.formats))
	for i, c := range x.formats {
		code := "#,##0"
		if n := int(c.Digits()); n > 0 {
			code += "." + strings.Repeat("0", n)
		}
		fmt.Fprintf(&b, `<numFmt numFmtId="%d" formatCode="%s\ [$%s]"/>`, 166+i, code, appendText(nil, string(c)))
	}
	b.WriteString(`</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>` +
		`<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
		`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
		`<fill><patternFill patternType="solid"><fgColor rgb="FFE7EBF0"/><bgColor indexed="64"/></patternFill></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>`)
	fmt.Fprintf(&b, `<cellXfs count="%d"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>`+
		`<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>`+
		`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>`, styleCurrency+len(x.formats))
	for _, format := range []int{3, 0, 10, 164, 165} {
		fmt.Fprintf(&b, numbered, format)
	}
	for i := range x.formats {
		fmt.Fprintf(&b, numbered, 166+i)
	}
	b.WriteString(`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`)
	return b.String()
}

const numbered = `<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`

func (x *xlsxWriter) workbook() string {
	var sheets, names strings.Builder
	for i, s := range x.sheets {
		name := string(appendText(nil, s.name))
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		if s.filtered {
			fmt.Fprintf(&names, `<definedName name="_xlnm._FilterDatabase" localSheetId="%d" hidden="1">'%s'!$A$1:$%s$%d</definedName>`,
				i, strings.ReplaceAll(name, "'", "''"), x.columns[len(x.columns)-1], s.rows)
		}
	}
	return `<workbook ` + mainSpace + ` xmlns:r="` + relations + `"><workbookPr/><bookViews><workbookView/></bookViews><sheets>` +
		sheets.String() + `</sheets><definedNames>` + names.String() + `</definedNames></workbook>`
}

func (x *xlsxWriter) parts() string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i := range x.sheets {
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relations, i+1)
	}
	fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, len(x.sheets)+1, relations)
	return b.String()
}

func (x *xlsxWriter) types() string {
	var b strings.Builder
	b.WriteString(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + sheetType + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + sheetType + `styles+xml"/>`)
	for i := range x.sheets {
		fmt.Fprintf(&b, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, sheetType)
	}
	b.WriteString(`</Types>`)
	return b.String()
}

// letters name a column: A, B, … Z, AA.
func letters(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string('A'+rune((i-1)%26)) + name
	}
	return name
}

const (
	maxSheetName = 31
	maxCellText  = 32_767
)

// sheetName is a title without what the names of sheets must not have.
func sheetName(title string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return ' '
		}
		return r
	}, title)
	name = strings.Trim(cut(name, maxSheetName), "' ")
	if name == "" || strings.EqualFold(name, "History") || strings.EqualFold(name, "About") {
		name = "Report"
	}
	return name
}

// cut keeps as much of a text as fits in n UTF-16 units.
func cut(s string, n int) string {
	for i, r := range s {
		if n--; r > 0xFFFF {
			n--
		}
		if n < 0 {
			return s[:i]
		}
	}
	return s
}

// appendText writes a text into XML. What XML cannot hold is written as
// spreadsheets do: _x0007_.
func appendText(b []byte, s string) []byte {
	if len(s) > maxCellText {
		s = cut(s, maxCellText)
	}
	for i, r := range s {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '"':
			b = append(b, "&quot;"...)
		case r == '_' && escaped(s[i:]):
			b = append(b, "_x005F_"...)
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			b = fmt.Appendf(b, "_x%04X_", r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// escaped tells of a text that readers would take for an escaped character.
func escaped(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	return strings.Trim(s[2:6], "0123456789abcdefABCDEF") == ""
}

// widths are how wide the columns need to be, in characters, within reason.
func widths(t *table.Table, first []table.Row) []int {
	const least, most = 8, 60
	all := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		wide := columns(c.Title) + 3 // the filter's button
		switch c.Kind {
		case table.Money:
			wide = max(wide, 18)
		case table.Date, table.Integer, table.Decimal:
			wide = max(wide, 12)
		case table.Time:
			wide = max(wide, 20)
		case table.Text, table.Percent, table.Boolean:
		}
		for _, row := range first {
			if i >= len(row) {
				continue // refused when it is written
			}
			if s, ok := row[i].(string); ok {
				wide = max(wide, columns(s)+2)
			}
		}
		all[i] = min(max(wide, least), most)
	}
	return all
}

// columns is how wide a text is, in Latin letters.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
