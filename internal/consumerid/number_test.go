package consumerid_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

var today = time.Date(2026, 6, 18, 0, 0, 0, 0, time.UTC)

func parse(text string) (consumerid.Number, problem.List) {
	var refused problem.List
	n := consumerid.Parse(&refused, "input.number", text, today)
	return n, refused
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"11010519491231002X":     "11010519491231002X",
		"11010519491231002x":     "11010519491231002X",
		" 110105 19491231 002x ": "11010519491231002X",
		"１１０１０５１９４９１２３１００２Ｘ":       "11010519491231002X",
		"１１０１０５１９４９１２３１００２ｘ":       "11010519491231002X",
		"1101051949\u30001231002X": "11010519491231002X",
		"440524188001010014":       "born before 1900",
		"":                         "REQUIRED",
		"   ":                      "REQUIRED",
		"110105194912310021":       "its last character",
		"11010519491231020X":       "its last character",
		"110105491231002":          "15 digits",
		"1101051949123100":         "18 characters",
		"11010519491231002X0":      "TOO_LONG",
		"11010519491331002X":       "date of birth",
		"11010519490230002X":       "date of birth",
		"110105210001010021":       "date of birth",
		"99010519491231002X":       "region",
		"11000019491231002X":       "region",
		"1101051949123100X2":       "17 digits",
		"X1010519491231002X":       "17 digits",
		"11010519491231002Y":       "17 digits",
		"一一〇一〇五一九四九一二三一〇〇二X": "17 digits",
		"-1010519491231002X":           "17 digits",
		"11010519491231\u202e02X":      "17 digits",
		strings.Repeat("1", 1_000_000): "TOO_LONG",
		"310101199003074511":           "310101199003074511",
		"330106198511023324":           "330106198511023324",
	} {
		n, refused := parse(text)
		switch {
		case len(refused) == 0 && n.Plain() != want:
			t.Errorf("%.30q became %s, want %s", text, n.Plain(), want)
		case len(refused) > 0:
			told := string(refused[0].Code) + " " + refused.Error()
			if want == "born before 1900" {
				want = "date of birth"
			}
			if !strings.Contains(told, want) || len(refused) != 1 || !strings.HasPrefix(refused.Error(), "input.number: ") {
				t.Errorf("%.30q: %s, want %s", text, told, want)
			}
			if len(text) > 5 && strings.Contains(told, text[:6]) {
				t.Errorf("the refusal holds the number: %s", told)
			}
		}
	}
}

// Whatever prints a number prints it masked.
func TestNumbersShowThemselvesMasked(t *testing.T) {
	t.Parallel()
	n, _ := parse(fixture.IdentityNumber)
	inside := struct{ N consumerid.Number }{n}
	text, err := json.Marshal(inside)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("a number", "n", n, "inside", inside)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("a number", "n", n, "inside", inside)
	for _, shown := range []string{
		n.String(), fmt.Sprint(n), fmt.Sprintf("%v %+v %#v %s %q", n, n, n, n, n), fmt.Sprintf("%v %+v", inside, &inside), string(text), log.String(),
		fmt.Errorf("a fault of %v", n).Error(),
	} {
		if strings.Contains(shown, "19491231") || !strings.Contains(shown, "110***********002X") {
			t.Errorf("shown as %s", shown)
		}
	}
}

// One wrong digit, and two neighbours changed over, are always found.
func TestChecksumFindsMistypedDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		digits := []byte(fixture.IdentityNumber)
		at := rapid.IntRange(14, 16).Draw(t, "at") // the sequence, so that the date stays possible
		if rapid.Bool().Draw(t, "changed over") {
			digits[at-1], digits[at] = digits[at], digits[at-1]
		} else {
			digits[at] = rapid.ByteRange('0', '9').Draw(t, "digit")
		}
		if at == 14 && string(digits[:14]) != fixture.IdentityNumber[:14] {
			return // another date
		}
		_, refused := parse(string(digits))
		if same := string(digits) == fixture.IdentityNumber; same != (len(refused) == 0) {
			t.Fatalf("%s: %v", digits, refused)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add(fixture.IdentityNumber)
	f.Add("１１０１０５１９４９１２３１００２ｘ")
	f.Fuzz(func(t *testing.T, text string) {
		n, refused := parse(text)
		if (n.Plain() == "") != (len(refused) > 0) {
			t.Errorf("%q: %q and %v", text, n.Plain(), refused)
		}
	})
}
