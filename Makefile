# Everything there is to learn: make run | test | bench | attacks | lint | schema

.DEFAULT_GOAL := help
.PHONY: help run test bench attacks lint schema test-tools no-npm

NPM := $(shell command -v npm 2>/dev/null)
PAGE := playground/dist/index.html
PAGE_SOURCES := $(shell find playground -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# Settings come from .env where there is one (.env.example lists them); without it, all have defaults.
run: $(if $(NPM),$(PAGE),no-npm) ## start the server with demo data, on a SQLite file in data/
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; \
	exec cargo run --bin marketplace -- serve --demo

# One build serves the unit tests, the suite and the browser test; the database server starts only after it.
test: test-tools $(PAGE) ## all tests: on SQLite and PostgreSQL, then the playground in a browser, and clients
	cargo build --workspace --bins --tests
	tests/postgres.sh cargo test --workspace
	MARKETPLACE_BIN="$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/marketplace" tests/browser/run.sh
	MARKETPLACE_BIN="$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/marketplace" tests/clients/run.sh

# With durable commits: a database that may forget is faster than any that is in use. Both builds name the
# workspace, so that they are one.
bench: $(if $(NPM),$(PAGE),no-npm) ## measure, with a release build
	cargo build --release --workspace --bin marketplace
	cargo bench --workspace --bench operations --no-run
	MARKETPLACE_BIN="$(abspath $(or $(CARGO_TARGET_DIR),target))/release/marketplace" POSTGRES_DURABLE=1 \
		tests/postgres.sh cargo bench --workspace --bench operations

# Prints figures and judges nothing. PROFILE=dev measures the debug build, which is several times slower.
attacks: PROFILE ?= release
attacks: ## measure what hostile requests cost, with a release build
	cargo build --profile $(PROFILE) --workspace --bin marketplace
	MARKETPLACE_BIN="$(abspath $(or $(CARGO_TARGET_DIR),target))/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/marketplace" \
		cargo bench --profile $(PROFILE) --workspace --bench attacks

lint: ## formatting, clippy, and the licences and origins of dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then \
		cargo deny --locked check bans licenses sources; \
	else \
		echo "Dependencies are not checked: cargo-deny is missing (cargo install --locked cargo-deny)."; \
	fi

# By way of a second file, so that a build that fails leaves the contract as it was.
schema: ## write schema.graphql, the contract, from the code
	@mkdir -p target
	cargo run --bin marketplace -- schema > target/schema.graphql
	mv target/schema.graphql schema.graphql

# Touched, because a build that changes nothing may leave the old time, and would be repeated each run.
$(PAGE): $(PAGE_SOURCES)
	@command -v npm >/dev/null || { echo "Building the playground needs Node.js and npm." >&2; exit 1; }
	npm ci --prefix playground
	npm run build --prefix playground
	@touch $@

no-npm:
	@if [ -f $(PAGE) ]; then echo "npm is not installed: using the playground as it was last built."; \
	else echo "npm is not installed: the playground page is left out, all else works."; fi

# Asked before the long build, not after it.
test-tools:
	@command -v npm >/dev/null || { \
		echo "The tests need Node.js and npm: the playground is built and tried in a browser." >&2; exit 1; }
	@[ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		command -v google-chrome >/dev/null || { \
		echo "The browser test needs Chromium: install it, or set CHROMIUM to its path." >&2; exit 1; }
