package command

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/link"
)

// Outgoing are the flags of reports that leave the house.
type Outgoing struct {
	LinkKey      string        `group:"Reports as files" placeholder:"KEY" help:"Signs links to files and charts: 32 random bytes in base64, the same for all servers behind one URL. Better given as LINK_KEY than here. Default: a key of its own in the data folder."`
	LinkFor      time.Duration `default:"24h" group:"Reports as files" help:"How long a link to a file is good (${default})."`
	ExportKeep   time.Duration `default:"168h" group:"Reports as files" help:"How long the file of an export is kept (${default})."`
	ExportDir    string        `type:"path" group:"Reports as files" placeholder:"DIR" help:"Folder of the files, shared by all servers of one database. Default: exports in the data folder."`
	ReportFolder string        `type:"path" group:"Reports as files" placeholder:"DIR" help:"Folder below which operators may have scheduled reports brought. None by default."`
}

const (
	exportsEvery = time.Second
	filesEvery   = time.Hour
)

// exports has files made and brought while ctx lasts.
func (o *Outgoing) exports(
	ctx context.Context, c *Common, url string, addr *net.TCPAddr, service *exportjob.Service, db *Database, log *slog.Logger,
) (stop func(), err error) {
	place := exportjob.Place{
		Dir: o.ExportDir, URL: strings.TrimSuffix(url, "/"), Keep: o.ExportKeep, LinkFor: o.LinkFor, Folder: o.ReportFolder,
		Inside: addr.IP.IsLoopback(),
	}
	if place.Dir == "" {
		place.Dir = filepath.Join(c.DataDir, "exports")
	}
	if place.URL == "" {
		place.URL = "http://" + addr.String()
	}
	if o.LinkKey != "" {
		place.Links, err = link.New(o.LinkKey)
	} else {
		place.Links, err = link.Open(c.DataDir)
	}
	if err != nil {
		return nil, err
	}
	place.Client = exportjob.Client(place.Inside)
	service.Use(place)
	runner, err := exportjob.Start(ctx, service, db.Pool, log)
	if err != nil {
		return nil, err
	}
	go every(ctx, exportsEvery, log, "exports", runner.Round)
	go every(ctx, filesEvery, log, "files of exports", service.Sweep)
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := runner.Stop(ctx); err != nil {
			log.Warn("exports were cut off", "error", err)
		}
	}, nil
}
