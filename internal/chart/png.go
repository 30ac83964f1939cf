package chart

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"

	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is how many dots a pixel of a chart has in each direction.
const scale = 2

type bitmap struct{ dots *image.RGBA }

func newBitmap(width, height int) *bitmap {
	return &bitmap{image.NewRGBA(image.Rect(0, 0, width*scale, height*scale))}
}

func (b *bitmap) write(w io.Writer) error { return png.Encode(w, b.dots) }

// rgb reads a colour such as #0072B2.
func rgb(c string) *image.Uniform {
	n, _ := strconv.ParseUint(c[1:], 16, 32)
	return image.NewUniform(color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255})
}

// fill paints what lies within an outline.
func (b *bitmap) fill(outline [][2]float64, c string) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range outline {
		left, right, top, bottom = min(left, p[0]), max(right, p[0]), min(top, p[1]), max(bottom, p[1])
	}
	within := image.Rect(int(left*scale)-1, int(top*scale)-1, int(right*scale)+2, int(bottom*scale)+2).Intersect(b.dots.Bounds())
	if within.Empty() {
		return
	}
	r := vector.NewRasterizer(within.Dx(), within.Dy())
	for i, p := range outline {
		x, y := float32(p[0]*scale)-float32(within.Min.X), float32(p[1]*scale)-float32(within.Min.Y)
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(b.dots, within, rgb(c), image.Point{})
}

func (b *bitmap) rect(x, y, w, h float64, c string) {
	b.fill([][2]float64{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, c)
}

func (b *bitmap) line(points [][2]float64, width float64, dash []float64, c string) {
	gone := 0.0 // along the dashes
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		length := math.Hypot(to[0]-from[0], to[1]-from[1])
		if length == 0 {
			continue
		}
		if dash == nil {
			b.stroke(from, to, width, c)
			continue
		}
		at := func(d float64) [2]float64 {
			return [2]float64{from[0] + (to[0]-from[0])*d/length, from[1] + (to[1]-from[1])*d/length}
		}
		for d := 0.0; d < length; {
			on, left := dashed(dash, gone)
			next := min(d+left, length)
			if on {
				b.stroke(at(d), at(next), width, c)
			}
			gone += next - d + 1e-9
			d = next
		}
		if width > 1 {
			continue
		}
	}
	if dash == nil && width > 1 { // joints
		for _, p := range points {
			b.fill(disc(p, width/2), c)
		}
	}
}

// dashed tells whether a dash is drawn at a distance, and how much is left of it.
func dashed(dash []float64, gone float64) (on bool, left float64) {
	whole := 0.0
	for _, d := range dash {
		whole += d
	}
	gone = math.Mod(gone, whole)
	for i, d := range dash {
		if gone < d {
			return i%2 == 0, d - gone
		}
		gone -= d
	}
	return true, dash[0]
}

func (b *bitmap) stroke(from, to [2]float64, width float64, c string) {
	dx, dy := to[0]-from[0], to[1]-from[1]
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	dx, dy = dx/length*width/2, dy/length*width/2
	b.fill([][2]float64{{from[0] - dy, from[1] + dx}, {to[0] - dy, to[1] + dx}, {to[0] + dy, to[1] - dx}, {from[0] + dy, from[1] - dx}}, c)
}

func disc(at [2]float64, radius float64) [][2]float64 {
	const corners = 16
	outline := make([][2]float64, corners)
	for i := range outline {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		outline[i] = [2]float64{at[0] + radius*cos, at[1] + radius*sin}
	}
	return outline
}

func (b *bitmap) mark(x, y float64, shape int, c string) {
	outline := shapes[shape%len(shapes)]
	if outline == nil {
		b.fill(disc([2]float64{x, y}, 3.5), c)
		return
	}
	moved := make([][2]float64, len(outline))
	for i, p := range outline {
		moved[i] = [2]float64{x + p[0], y + p[1]}
	}
	b.fill(moved, c)
}

func (b *bitmap) text(x, y float64, s string, size float64, a anchor, bold bool, c string) {
	switch a {
	case middle:
		x -= measure(s, size) / 2
	case end:
		x -= measure(s, size)
	case start:
	}
	ink := rgb(c)
	dot := fixed.Point26_6{X: fixed.Int26_6(x * scale * 64), Y: fixed.Int26_6(y * scale * 64)}
	for _, r := range s {
		g := glyphOf(r, size*scale, bold)
		where, mask, at := g.image(dot)
		if mask != nil {
			draw.DrawMask(b.dots, where, ink, image.Point{}, mask, at, draw.Over)
		}
		dot.X += g.advance
	}
}
