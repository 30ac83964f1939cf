package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
)

// families have Chinese, Japanese and Korean glyphs on every system that has any.
const families = `'Noto Sans','Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','Hiragino Sans','WenQuanYi Micro Hei',Helvetica,Arial,sans-serif`

type svg struct{ out bytes.Buffer }

func newSVG(width, height int, title, about string) *svg {
	s := &svg{}
	fmt.Fprintf(&s.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="%s">`,
		width, height, width, height, families)
	s.out.WriteString("<title>")
	s.escape(title)
	s.out.WriteString("</title><desc>")
	s.escape(about)
	s.out.WriteString("</desc>\n")
	return s
}

// escape writes a text of others: nothing in it is markup.
func (s *svg) escape(text string) { _ = xml.EscapeText(&s.out, []byte(text)) }

// px writes a length to the tenth of a pixel.
func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func (s *svg) rect(x, y, w, h float64, c string) {
	fmt.Fprintf(&s.out, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n", px(x), px(y), px(w), px(h), c)
}

func (s *svg) line(points [][2]float64, width float64, dash []float64, c string) {
	s.out.WriteString(`<polyline fill="none" points="`)
	for i, p := range points {
		if i > 0 {
			s.out.WriteByte(' ')
		}
		s.out.WriteString(px(p[0]) + "," + px(p[1]))
	}
	fmt.Fprintf(&s.out, `" stroke="%s" stroke-width="%s" stroke-linejoin="round"`, c, px(width))
	if dash != nil {
		s.out.WriteString(` stroke-dasharray="`)
		for i, d := range dash {
			if i > 0 {
				s.out.WriteByte(' ')
			}
			s.out.WriteString(px(d))
		}
		s.out.WriteByte('"')
	}
	s.out.WriteString("/>\n")
}

func (s *svg) mark(x, y float64, shape int, c string) {
	outline := shapes[shape%len(shapes)]
	if outline == nil {
		fmt.Fprintf(&s.out, `<circle cx="%s" cy="%s" r="3.5" fill="%s"/>`+"\n", px(x), px(y), c)
		return
	}
	s.out.WriteString(`<polygon points="`)
	for i, p := range outline {
		if i > 0 {
			s.out.WriteByte(' ')
		}
		s.out.WriteString(px(x+p[0]) + "," + px(y+p[1]))
	}
	fmt.Fprintf(&s.out, `" fill="%s"/>`+"\n", c)
}

func (s *svg) text(x, y float64, text string, size float64, a anchor, bold bool, c string) {
	if text == "" {
		return
	}
	fmt.Fprintf(&s.out, `<text x="%s" y="%s" font-size="%s" fill="%s"`, px(x), px(y), px(size), c)
	if a != start {
		fmt.Fprintf(&s.out, ` text-anchor="%s"`, [...]string{"start", "middle", "end"}[a])
	}
	if bold {
		s.out.WriteString(` font-weight="bold"`)
	}
	s.out.WriteByte('>')
	s.escape(text)
	s.out.WriteString("</text>\n")
}

func (s *svg) write(w io.Writer) error {
	s.out.WriteString("</svg>\n")
	_, err := s.out.WriteTo(w)
	return err
}

// shapes of marks around their middle; the first is a disc.
var shapes = [][][2]float64{
	nil,
	{{-3.2, -3.2}, {3.2, -3.2}, {3.2, 3.2}, {-3.2, 3.2}},
	{{0, -4.5}, {4.2, 3}, {-4.2, 3}},
	{{0, -4.8}, {4.8, 0}, {0, 4.8}, {-4.8, 0}},
	{{0, 4.5}, {4.2, -3}, {-4.2, -3}},
}
