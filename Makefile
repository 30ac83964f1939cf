# Tradewind. `make` alone lists what there is; .ci/run runs all that must hold.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO   ?= go
LINT := $(GO) tool -modfile=.ci/tools.mod golangci-lint

# Packages whose goroutines share state: pools, caches, counters, child
# processes, transactions that compete. Directories that do not exist are left
# out. The race detector recompiles everything it touches: keep to these.
RACE := $(patsubst %,./%/...,$(wildcard graph internal/auth internal/checkout internal/command internal/customs internal/database \
	internal/dbtest internal/fx internal/httpserver internal/idempotency internal/identity internal/inventory internal/order \
	internal/outbox internal/payment internal/postgres models))

# $(call tagged,TAG) runs the tests that are in files with the build tag TAG and
# no others: their packages' plain tests have run in `make test`.
define tagged
	files=$$(grep -rlE --include='*_test.go' '^//go:build (.*[ (])?$(1)\b' . || true); \
	if [[ -z "$$files" ]]; then echo "no test carries the tag $(1)"; exit 0; fi; \
	names=$$(grep -hoE '^func Test[A-Za-z0-9_]+' $$files | sed 's/^func //' | grep -vx TestMain | sort -u | paste -sd'|'); \
	$(GO) test -tags $(1) -count=1 -timeout 15m -run "^($$names)\$$" $$(dirname $$files | sort -u)
endef

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: generate
generate: ## regenerate the GraphQL server from graph/schema
	$(GO) tool gqlgen generate

.PHONY: verify
verify: ## fail when generated code, go.mod or a stub is not as it should be
	@.ci/verify

.PHONY: fmt
fmt: ## format every file
	$(LINT) fmt

.PHONY: lint
lint: ## run the linters and import fences of .golangci.yml
	$(LINT) run ./...

.PHONY: fix
fix: ## let the linters repair what they can
	$(LINT) run --fix ./...

.PHONY: vet
vet: ## run go vet, tests with build tags included
	$(GO) vet -tags realdata,browser ./...

.PHONY: test
test: ## run the tests that need nothing but this repository
	$(GO) test ./...

.PHONY: race
race: ## run the race detector over the packages that share state
	@if [[ -z "$(RACE)" ]]; then echo "no package shares state"; else set -x; $(GO) test -race -timeout 15m $(RACE); fi

.PHONY: realdata
realdata: ## run the tests on real data, read from $REALDATA or ../shared/data
	@$(call tagged,realdata)

.PHONY: browser
browser: ## run the tests that drive Chromium
	@$(call tagged,browser)

.PHONY: bench
bench: ## measure the operations people wait for, and orders a second beside hand-written ones
	$(GO) run . bench
	$(GO) run . bench --profile peers --only f,h --scale 0.05 --documents 0

.PHONY: ci
ci: ## run everything that must hold, as .ci/run does
	@.ci/run
