# Each target finds or installs what it needs; a second run does none of that again.
.PHONY: help serve dev build test lint fmt soak bench shots clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## build the page and show it at http://127.0.0.1:8080/ (PORT=… for another)
	@bash scripts/build.sh serve

dev: ## the same, quicker to build and slower to run
	@bash scripts/build.sh dev

build: ## build the page into dist/, ready for any web server
	@bash scripts/build.sh

test: ## format, lints, native tests, runs of real Flink, and the page in a browser
	@bash scripts/test.sh

lint: ## format and lints only
	@bash scripts/test.sh lint

fmt: ## format the sources
	@cargo fmt

soak: ## a hundred thousand random runs
	@bash scripts/soak.sh

bench: ## measure sizes and speeds, and write them into README.md
	@bash scripts/bench.sh

shots: ## pictures of the page: wide and narrow, light and dark, Korean and English
	@bash scripts/shots.sh

clean: ## remove what was built for this checkout; the tools stay
	@bash scripts/clean.sh
