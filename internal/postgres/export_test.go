package postgres

import (
	"context"
	"errors"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// On has o see only the given installations, and no way to download.
func On(o Options, found ...Installation) Options {
	o.find = func(context.Context) ([]Installation, error) { return found, nil }
	o.download = func(context.Context, layout, *account) (Installation, error) {
		return Installation{}, errors.New("no network")
	}
	return o
}

// DownloadingFrom has o see no installation and download from a repository.
func DownloadingFrom(o Options, repository string) Options {
	o = On(o)
	o.download = func(ctx context.Context, l layout, as *account) (Installation, error) {
		return fetch(ctx, l, as, embedded.DefaultConfig().BinaryRepositoryURL(repository))
	}
	return o
}

var (
	Search          = search
	CompareVersions = compareVersions
	WatchByShell    = watchByShell
)

const LongestSocket = longestSocket
