package chart

import (
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/hajimehoshi/bitmapfont/v3"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Letters are drawn with the Go fonts. What these lack, Chinese above all, comes
// from a font of the machine where there is one, and else from the dots of
// bitmapfont, which is in the program.
type fonts struct {
	mutex sync.Mutex
	// latin are regular and bold; wide is nil where the machine has none.
	latin [2]*sfnt.Font
	wide  *sfnt.Font
	faces map[faceKey]font.Face
}

type faceKey struct {
	font *sfnt.Font
	size int
}

var letters = sync.OnceValue(func() *fonts { return newFonts(openWide(wideFonts())) })

func newFonts(wide *sfnt.Font) *fonts {
	f := &fonts{wide: wide, faces: map[faceKey]font.Face{}}
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		f.latin[i], _ = sfnt.Parse(data) // compiled in
	}
	return f
}

// glyph is a letter in a size, of a face, or made of dots.
type glyph struct {
	fonts   *fonts
	face    font.Face
	letter  rune
	advance fixed.Int26_6
	// times is how often each dot is drawn beside itself; 0 for faces.
	times int
}

// dotHeight is what a letter of dots has above and below its line.
const dotHeight = 13

// glyphOf finds a letter; a size is a number of dots.
func glyphOf(r rune, size float64, bold bool) glyph { return letters().glyph(r, size, bold) }

func (f *fonts) glyph(r rune, size float64, bold bool) glyph {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	first := f.latin[0]
	if bold {
		first = f.latin[1]
	}
	var buffer sfnt.Buffer
	for _, one := range []*sfnt.Font{first, f.wide} {
		if one == nil {
			continue
		}
		if i, err := one.GlyphIndex(&buffer, r); err != nil || i == 0 {
			continue
		}
		face := f.face(one, size)
		if advance, ok := face.GlyphAdvance(r); ok {
			return glyph{fonts: f, face: face, letter: r, advance: advance}
		}
	}
	times := max(int(size/dotHeight+0.5), 1)
	advance, ok := bitmapfont.FaceSC.GlyphAdvance(r)
	if !ok {
		r = '□'
		advance, _ = bitmapfont.FaceSC.GlyphAdvance(r)
	}
	return glyph{fonts: f, face: bitmapfont.FaceSC, letter: r, advance: advance * fixed.Int26_6(times), times: times}
}

func (f *fonts) face(of *sfnt.Font, size float64) font.Face {
	key := faceKey{of, int(size*4 + 0.5)}
	if face, ok := f.faces[key]; ok {
		return face
	}
	if len(f.faces) > 64 {
		clear(f.faces)
	}
	face, err := opentype.NewFace(of, &opentype.FaceOptions{Size: float64(key.size) / 4, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		face = bitmapfont.FaceSC
	}
	f.faces[key] = face
	return face
}

// image gives a letter's shape with its line beginning at dot.
func (g glyph) image(dot fixed.Point26_6) (image.Rectangle, image.Image, image.Point) {
	g.fonts.mutex.Lock()
	defer g.fonts.mutex.Unlock()
	if g.times == 0 {
		where, mask, at, _, ok := g.face.Glyph(dot, g.letter)
		if !ok {
			return image.Rectangle{}, nil, image.Point{}
		}
		// Faces draw the next letter over the last one.
		copied := image.NewAlpha(image.Rectangle{Max: where.Size()})
		for y := range where.Dy() {
			for x := range where.Dx() {
				copied.Set(x, y, mask.At(at.X+x, at.Y+y))
			}
		}
		return where, copied, image.Point{}
	}
	where, mask, at, _, ok := g.face.Glyph(fixed.Point26_6{}, g.letter)
	if !ok {
		return image.Rectangle{}, nil, image.Point{}
	}
	larger := image.NewAlpha(image.Rect(0, 0, where.Dx()*g.times, where.Dy()*g.times))
	for y := range larger.Rect.Dy() {
		for x := range larger.Rect.Dx() {
			larger.Set(x, y, mask.At(at.X+x/g.times, at.Y+y/g.times))
		}
	}
	origin := image.Pt(dot.X.Round()+where.Min.X*g.times, dot.Y.Round()+where.Min.Y*g.times)
	return larger.Rect.Add(origin), larger, image.Point{}
}

// measure is how wide a text is, in pixels.
func measure(s string, size float64) float64 {
	var wide fixed.Int26_6
	for _, r := range s {
		wide += glyphOf(r, size*scale, false).advance
	}
	return float64(wide) / 64 / scale
}

// fit shortens a text to a width.
func fit(s string, size, width float64) string {
	if measure(s, size) <= width {
		return s
	}
	all := []rune(s)
	for n := len(all) - 1; n > 0; n-- {
		if short := string(all[:n]) + "…"; measure(short, size) <= width {
			return short
		}
	}
	return ""
}

// wideNames are fonts with Chinese letters, the best first.
var wideNames = []string{
	"NotoSansCJK-Regular", "NotoSansCJKsc-Regular", "NotoSansSC-Regular", "SourceHanSansSC-Regular", "SourceHanSans-Regular",
	"PingFang", "Hiragino Sans GB", "msyh", "wqy-microhei", "wqy-zenhei", "DroidSansFallbackFull", "simhei",
}

// wideFonts lists such fonts of the machine.
func wideFonts() []string {
	roots := []string{"/usr/share/fonts", "/usr/local/share/fonts"}
	switch runtime.GOOS {
	case "darwin":
		roots = []string{"/System/Library/Fonts", "/Library/Fonts"}
	case "windows":
		roots = []string{filepath.Join(os.Getenv("WINDIR"), "Fonts")}
	}
	found := map[string]string{}
	for _, root := range roots {
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil //nolint:nilerr // what cannot be read is not used
			}
			name := strings.TrimSuffix(d.Name(), filepath.Ext(d.Name()))
			if slices.Contains(wideNames, name) && found[name] == "" {
				found[name] = path
			}
			return nil
		})
	}
	var paths []string
	for _, name := range wideNames {
		if found[name] != "" {
			paths = append(paths, found[name])
		}
	}
	return paths
}

// openWide opens the first font that can be read and has Chinese letters. It
// stays open: letters are read when they are needed.
func openWide(paths []string) *sfnt.Font {
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			continue
		}
		if one := firstOf(file); one != nil {
			return one
		}
		_ = file.Close()
	}
	return nil
}

func firstOf(file *os.File) *sfnt.Font {
	all, err := sfnt.ParseCollectionReaderAt(file)
	if err != nil {
		return nil
	}
	var buffer sfnt.Buffer
	best := (*sfnt.Font)(nil)
	for i := range all.NumFonts() {
		one, err := all.Font(i)
		if err != nil {
			continue
		}
		if glyph, err := one.GlyphIndex(&buffer, '蜜'); err != nil || glyph == 0 {
			continue
		}
		if name, err := one.Name(&buffer, sfnt.NameIDFull); best == nil || err == nil && strings.Contains(name, " SC") && !strings.Contains(name, "Mono") {
			best = one
			if err == nil && strings.Contains(name, " SC") {
				break
			}
		}
	}
	return best
}
