package peers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// client sends requests over one connection that it keeps, each when the one
// before is answered. It costs little beside the server that it measures.
type client struct {
	number int // among its crowd
	chance *rand.Rand
	url    *url.URL
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
	answer bytes.Buffer
	body   []byte
	done   int // requests
	// Who asks, if anybody.
	token, shopper string
}

// patience is how long an answer may take.
const patience = 30 * time.Second

// newClient draws the same parameters for the same seed and number.
func newClient(at *url.URL, seed uint64, number int) *client {
	return &client{number: number, url: at, chance: rand.New(rand.NewPCG(seed, uint64(number)))}
}

func (c *client) as(p person) { c.token, c.shopper = p.token, p.id.String() }

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// run does steps one after the other.
func (c *client) run(ctx context.Context, steps []step) error {
	for i := range steps {
		if err := c.send(ctx, &steps[i]); err != nil {
			c.close()
			return err
		}
	}
	return nil
}

func (c *client) send(ctx context.Context, s *step) error {
	c.done++
	c.body = append(s.variables(append(c.body[:0], s.before...), c), '}')
	if c.conn == nil {
		var dialer net.Dialer
		var err error
		if c.conn, err = dialer.DialContext(ctx, "tcp", c.url.Host); err != nil {
			return err
		}
		c.in = bufio.NewReaderSize(c.conn, 32<<10)
	}
	c.request()
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	c.answer.Reset()
	_, err = io.Copy(&c.answer, response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.Close {
		c.close()
	}
	if token := response.Header.Get("Vendure-Auth-Token"); token != "" {
		c.token = token
	}
	return s.check(response.StatusCode, c.answer.Bytes())
}

func (c *client) request() {
	c.out = append(append(c.out[:0], "POST "...), c.url.RequestURI()...)
	c.out = append(append(c.out, " HTTP/1.1\r\nHost: "...), c.url.Host...)
	c.out = append(c.out, "\r\nContent-Type: application/json\r\nAccept: application/json\r\n"...)
	if c.token != "" {
		c.out = append(append(append(c.out, "Authorization: Bearer "...), c.token...), "\r\n"...)
	}
	if c.shopper != "" {
		c.out = append(append(append(c.out, ShopperHeader+": "...), c.shopper...), "\r\n"...)
	}
	c.out = strconv.AppendInt(append(c.out, "Content-Length: "...), int64(len(c.body)), 10)
	c.out = append(append(c.out, "\r\n\r\n"...), c.body...)
}

// check fails for an answer that is an error, or not what was asked for.
func (s *step) check(status int, answer []byte) error {
	var fault string
	switch n := bytes.Count(answer, []byte(s.marker)); {
	case status != http.StatusOK:
		fault = "status " + strconv.Itoa(status)
	case bytes.Contains(answer, []byte(`"errors":`)), bytes.Contains(answer, []byte(`"errorCode":`)):
		fault = "an error"
	case s.marker != "" && (n < s.low || n > s.high):
		fault = fmt.Sprintf("%s %d times, not %d to %d", s.marker, n, s.low, s.high)
	default:
		return nil
	}
	return fmt.Errorf("answered with %s: %s", fault, answer[:min(len(answer), 600)])
}
