package exportjob

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

const (
	queue = "exports"
	// workers is how many files a server makes at once.
	workers = 2
	// atOnce is how many exports are queued in one round.
	atOnce = 50
	// longest is how long a run may take.
	longest = 2 * time.Hour
)

// Kind names the jobs of the queue.
func (Job) Kind() string { return "report_export" }

// InsertOpts queue a run once. Exports themselves say what is tried again.
func (Job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable,
		rivertype.JobStateScheduled,
	}}}
}

// Runner works on exports, beside those of other servers.
type Runner struct {
	service *Service
	client  *river.Client[pgx.Tx]
}

type worker struct {
	river.WorkerDefaults[Job]

	service *Service
	log     *slog.Logger
}

// Work does a run. A fault is logged, and the export itself says when it is
// tried again.
func (w *worker) Work(ctx context.Context, job *river.Job[Job]) error {
	if err := w.service.Perform(ctx, job.Args.ID, job.Args.Run); err != nil && !errors.Is(err, context.Canceled) {
		w.log.WarnContext(ctx, "an export was not made", "export", job.Args.ID, "run", job.Args.Run, "error", err)
	}
	return nil
}

// Start begins to work. The queue's tables lie in the same database.
func Start(ctx context.Context, s *Service, pool *pgxpool.Pool, log *slog.Logger) (*Runner, error) {
	all := river.NewWorkers()
	river.AddWorker(all, &worker{service: s, log: log})
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: database.JobSchema, Workers: all, Queues: map[string]river.QueueConfig{queue: {MaxWorkers: workers}},
		JobTimeout: longest, Logger: slog.New(quiet{log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("make the job queue: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start the job queue: %w", err)
	}
	return &Runner{s, client}, nil
}

// Round queues what is to be done, and tells how much it was. Several servers
// may do it at once; call it every second.
func (r *Runner) Round(ctx context.Context) (int, error) {
	begun, err := r.service.Begin(ctx)
	if err != nil {
		return 0, err
	}
	jobs, err := r.service.Due(ctx, atOnce)
	for _, job := range jobs {
		if _, err := r.client.Insert(ctx, job, nil); err != nil {
			return begun, fmt.Errorf("queue an export: %w", err)
		}
	}
	return begun + len(jobs), err
}

// Stop ends what is being done, which goes on where a server is.
func (r *Runner) Stop(ctx context.Context) error { return r.client.StopAndCancel(ctx) }

// quiet keeps what is usual out of the log.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}
