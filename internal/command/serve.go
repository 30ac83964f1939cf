package command

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// Serve serves the API until it is told to stop.
type Serve struct {
	Addr        string   `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Migrate     bool     `default:"true" negatable:"" help:"Bring the schema up to date first. Without it a schema that is behind is refused."`
	Demo        *bool    `negatable:"" help:"Fill an empty database with demonstration data and show tokens for each role. Default: only on loopback with the private PostgreSQL."`
	CorsOrigins []string `placeholder:"ORIGIN" help:"Other sites whose pages may call the API, such as https://shop.example; * is all. None by default."`

	OIDCIssuer   string `name:"oidc-issuer" and:"oidc" group:"Tokens" placeholder:"URL" help:"Issuer (iss) whose tokens are accepted. Without one: tokens signed with the key in the data folder, see the token command."`
	OIDCAudience string `name:"oidc-audience" and:"oidc" group:"Tokens" placeholder:"NAME" help:"Audience (aud) that its tokens must name."`
	OIDCKeys     string `name:"oidc-jwks-url" and:"oidc" group:"Tokens" placeholder:"URL" help:"Where its keys are (JWKS), over https."`

	MaxDepth         int           `default:"15" group:"Limits of one operation" help:"Most levels of nested fields (${default})."`
	MaxFields        int           `default:"1000" group:"Limits of one operation" help:"Most fields, fragments spread (${default})."`
	MaxCost          int           `default:"50000" group:"Limits of one operation" help:"Most fields, those below a list times its page size (${default})."`
	MaxPage          int           `default:"100" group:"Limits of one operation" help:"Most rows of a page, up to 100 (${default})."`
	MaxTokens        int           `default:"15000" group:"Limits of one operation" help:"Most tokens of its text (${default})."`
	MaxBody          int64         `default:"1048576" group:"Limits of one operation" help:"Most bytes of a request body (${default})."`
	OperationTimeout time.Duration `default:"30s" group:"Limits of one operation" help:"Longest time it may take (${default})."`
	QueryCache       int           `default:"1000" group:"Limits of one operation" help:"Parsed operations to keep, and as many with their plans (${default})."`
	Introspection    bool          `default:"true" negatable:"" group:"Limits of one operation" help:"Answer questions about the schema."`
	Plan             bool          `default:"true" negatable:"" group:"Limits of one operation" help:"Answer reads with one statement where that can be; else all through the resolvers."`

	Portals
	Outgoing

	HeaderTimeout time.Duration `default:"5s" group:"Connections" help:"Longest time to read a request's headers (${default})."`
	ReadTimeout   time.Duration `default:"30s" group:"Connections" help:"Longest time to read a request (${default})."`
	IdleTimeout   time.Duration `default:"2m" group:"Connections" help:"Longest time a connection waits for its next request (${default})."`
	DrainTimeout  time.Duration `default:"30s" group:"Connections" help:"Longest time that requests under way get to finish after SIGTERM (${default})."`
}

const serveLevel = slog.LevelInfo

// Run serves until ctx ends, lets running requests finish and stops what it started.
func (s *Serve) Run(ctx context.Context, c *Common) error {
	log := c.Logger(serveLevel)
	slog.SetDefault(log)
	limitMemory(c.DatabaseURL == "")
	server, err := httpserver.Listen(ctx, s.Addr, httpserver.Timeouts{
		Header: s.HeaderTimeout, Read: s.ReadTimeout, Write: s.ReadTimeout + s.OperationTimeout, Idle: s.IdleTimeout,
	}, log)
	if err != nil {
		return err
	}
	db, err := c.open(ctx, log, postgres.Start, s.Migrate)
	if err != nil {
		return errors.Join(interrupted(ctx, err), s.drain(server))
	}
	defer db.Close()
	if err := s.begin(ctx, c, server, db, log); err != nil {
		return errors.Join(interrupted(ctx, err), s.drain(server))
	}
	select {
	case <-ctx.Done():
		log.Info("stopping", "reason", context.Cause(ctx))
	case <-db.Done():
		err = errors.New("the private PostgreSQL ended; its log is postgres/postgres.log in the data folder")
	case err = <-server.Ended():
	}
	return errors.Join(err, s.drain(server))
}

// begin opens the server on an open database, and says so.
func (s *Serve) begin(ctx context.Context, c *Common, server *httpserver.Server, db *Database, log *slog.Logger) error {
	if err := db.Ready(ctx); err != nil {
		return err
	}
	verifier, signer, err := s.verifier(ctx, c)
	if err != nil {
		return err
	}
	out, err := s.outside(db, "http://"+server.Addr().String())
	if err != nil {
		return err
	}
	api := WireCarried(db.Gorm, utc, out.carrier, out.gateways...)
	if s.ManualCapture {
		api.Payments.AuthoriseFirst()
	}
	if err := s.keys(ctx, c, api.Consumers, log); err != nil {
		return err
	}
	stop, err := s.exports(ctx, c, s.PublicURL, server.Addr(), api.Exports, db, log)
	if err != nil {
		return err
	}
	db.before = append(db.before, stop)
	var tokens []RoleToken
	development := s.forDevelopment(c, server.Addr())
	if development {
		if err := s.fill(ctx, c, db, log); err != nil {
			return err
		}
		if tokens, err = ready(ctx, db, api, signer); err != nil {
			return err
		}
	}
	start, err := startPage(tokens)
	if err != nil {
		return err
	}
	plans, err := s.planner(db.DB, api, log)
	if err != nil {
		return err
	}
	server.Open(s.handler(parts{
		db: db, api: api, plans: plans, tokens: verifier, sandbox: out.bank, start: start, localHosts: development && s.Demo == nil, log: log,
	}))
	go every(ctx, keysEvery, log, "idempotency keys", func(ctx context.Context) (int, error) {
		return idempotency.Sweep(ctx, db.Gorm, utc())
	})
	go every(ctx, recoverEvery, log, "payments", api.Payments.Recover)
	go every(ctx, expireEvery, log, "purchases", api.Checkout.Expire)
	go every(ctx, labelsEvery, log, "parcels", api.Fulfilment.Recover)
	go every(ctx, booksEvery, log, "ledger", api.Ledger.Sweep)
	go every(ctx, rollupsEvery, log, "roll-ups", rollup.NewService(db.Gorm, utc).Advance)
	go every(ctx, cartsEvery, log, "carts", api.Carts.Sweep)
	go every(ctx, cartsEvery, log, "who was to buy", api.Checkout.Forget)
	go every(ctx, deliverEvery, log, "sandbox parcels", func(ctx context.Context) (int, error) { return out.carrier.Deliver(ctx, http.DefaultClient) })
	if out.bank != nil {
		go every(ctx, deliverEvery, log, "sandbox webhooks", func(ctx context.Context) (int, error) { return out.bank.Deliver(ctx, http.DefaultClient) })
	}
	s.welcome(c.Out, server.Addr(), tokens)
	return nil
}

// fill puts demonstration data into an empty database.
func (s *Serve) fill(ctx context.Context, c *Common, db *Database, log *slog.Logger) error {
	began, progress := time.Now(), c.Progress()
	loaded, err := demo.Load(auth.With(ctx, auth.System()), db.Gorm, demo.Options{
		Today:    utc(),
		Progress: func(done float64) { progress("demonstration data", int(done*100), 100) },
	})
	if loaded {
		log.Info("filled with demonstration data", "took", time.Since(began).Round(time.Millisecond))
	}
	return err
}

// interrupted is nil for a start that was broken off on purpose.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = nil
	}
	return err
}

func (s *Serve) drain(server *httpserver.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.DrainTimeout)
	defer cancel()
	return server.Close(ctx)
}
