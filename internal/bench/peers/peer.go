package peers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// peerStep is a request of another server, as its file has it.
type peerStep struct {
	Query string   `json:"query"`
	Vars  []string `json:"vars"` // one of them each time
	// An answer holds the marker Min to Max times.
	Marker string `json:"marker"`
	Min    int    `json:"min"`
	Max    int    `json:"max"`
}

type peerOperation struct {
	Setup      []peerStep `json:"setup"`
	NewSession bool       `json:"newSession"`
	Steps      []peerStep `json:"steps"`
	// Told are the fields of the last answer whose values must be the API's.
	Told []string `json:"told"`
}

// Peer is another server, given as NAME=URL, NAME=URL,PID or
// NAME=URL,PID,POSTMASTER, with the operations of that name in the file.
func (d *Data) Peer(text, file string) (*Server, error) {
	name, rest, ok := strings.Cut(text, "=")
	fields := strings.Split(rest, ",")
	if !ok || len(fields) > 3 {
		return nil, fmt.Errorf("a peer is NAME=URL[,PID[,POSTMASTER]], not %q", text)
	}
	at, err := url.Parse(fields[0])
	if err != nil {
		return nil, err
	}
	s := &Server{Name: name, url: at, scripts: map[string]script{}}
	for i, to := range []*int{&s.Pid, &s.Postmaster} {
		if len(fields) > i+1 {
			if *to, err = strconv.Atoi(fields[i+1]); err != nil {
				return nil, fmt.Errorf("peer %s: %w", name, err)
			}
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var peers map[string]struct {
		Ops map[string]peerOperation `json:"ops"`
	}
	if err := json.Unmarshal(data, &peers); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(peers[name].Ops) == 0 {
		return nil, fmt.Errorf("%s has no operations of %s", file, name)
	}
	for operation, o := range peers[name].Ops {
		setup, err := d.steps(o.Setup)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", operation, name, err)
		}
		steps, err := d.steps(o.Steps)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", operation, name, err)
		}
		s.scripts[operation] = script{setup: setup, steps: steps, afresh: o.NewSession, told: o.Told}
	}
	return s, nil
}

func (d *Data) steps(list []peerStep) ([]step, error) {
	steps := make([]step, len(list))
	for i, p := range list {
		if len(p.Vars) == 0 {
			p.Vars = []string{"{}"}
		}
		templates := make([]template, len(p.Vars))
		for k, text := range p.Vars {
			var err error
			if templates[k], err = d.template(text); err != nil {
				return nil, err
			}
		}
		steps[i] = step{before(p.Query), func(b []byte, c *client) []byte {
			if len(templates) == 1 { // nothing is drawn, as by the API's clients
				return templates[0].fill(b, c)
			}
			return one(c.chance, templates).fill(b, c)
		}, p.Marker, p.Min, p.Max}
	}
	return steps, nil
}

// template is a text with places that are filled anew each time.
type template []func(b []byte, c *client) []byte

var places = regexp.MustCompile(`\$\{([^}]*)\}`)

func (t template) fill(b []byte, c *client) []byte {
	for _, part := range t {
		b = part(b, c)
	}
	return b
}

func (d *Data) template(text string) (template, error) {
	literal := func(s string) func([]byte, *client) []byte {
		return func(b []byte, _ *client) []byte { return append(b, s...) }
	}
	var t template
	from := 0
	for _, at := range places.FindAllStringSubmatchIndex(text, -1) {
		place, err := d.place(text[at[2]:at[3]])
		if err != nil {
			return nil, err
		}
		t, from = append(t, literal(text[from:at[0]]), place), at[1]
	}
	return append(t, literal(text[from:])), nil
}

var errPlace = errors.New("not a placeholder")

// place fills ${int:LOW:HIGH}, ${pick:A|B}, ${w}, the client's number, and
// from our data ${product}, ${storefront} and ${shopper}: ids of rows, those
// of brands before them as in "brand":"…","id":"…"; ${month} is
// "from":"2025-02-01","to":"2025-02-28".
func (d *Data) place(text string) (func(b []byte, c *client) []byte, error) {
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "int":
		low, high, _ := strings.Cut(rest, ":")
		from, err := strconv.ParseInt(low, 10, 64)
		to, also := strconv.ParseInt(high, 10, 64)
		if err != nil || also != nil || to < from {
			return nil, fmt.Errorf("${%s}: %w", text, errPlace)
		}
		return func(b []byte, c *client) []byte { return strconv.AppendInt(b, from+c.chance.Int64N(to-from+1), 10) }, nil
	case "pick":
		list := strings.Split(rest, "|")
		return func(b []byte, c *client) []byte { return append(b, one(c.chance, list)...) }, nil
	case "w":
		return func(b []byte, c *client) []byte { return strconv.AppendInt(b, int64(c.number), 10) }, nil
	case "month":
		return d.month, nil
	case "product", "storefront":
		keys := map[string]func(*client) (string, string){
			"product": func(c *client) (string, string) {
				k := one(c.chance, d.products)
				return k.BrandID.String(), k.ID.String()
			},
			"storefront": func(c *client) (string, string) {
				k := one(c.chance, d.shops)
				return k.BrandID.String(), k.ID.String()
			},
		}[kind]
		return func(b []byte, c *client) []byte {
			brand, id := keys(c)
			return fmt.Appendf(b, `"brand":"%s","id":"%s"`, brand, id)
		}, nil
	case "shopper":
		return func(b []byte, c *client) []byte { return append(b, one(c.chance, d.readers).id.String()...) }, nil
	}
	return nil, fmt.Errorf("${%s}: %w", text, errPlace)
}
