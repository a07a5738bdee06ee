# Two commands do all the set-up:
#   make demo    rehearse the main job on a practice console
#   make test    install what the tests need and run them all
#
# One more needs PyPI and npm besides Debian, and takes minutes the first time:
#   make test-real   the tests against Wagtail and Unleash, and those of which make test does a part, whole
#
# And four that take as long as they are told to; the last line of the first three says what came of it:
#   make soak            rounds of random faults in memory (SEED=1 ROUNDS=4000)
#   make soak-chromium   the same in Chromium (SEED=1 CHROMIUM_ROUNDS=40)
#   make soak-kills      usher, ChromeDriver and Chromium killed at each fact of a small run
#   make bench           usher beside hand-written Playwright and Selenium scripts, from npm and PyPI (BENCH_ROUNDS=5 PEOPLE=50
#                        JSON=file); wants a machine that does nothing else
#
# Everything a target needs it installs itself (Debian; root, or sudo where it is there).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.PHONY: help browser console desktop ssh build demo test test-real soak soak-chromium soak-kills bench golden schema lint doc clean

help:
	@sed -n 's/^#\( \|$$\)//p' Makefile

# Chromium and ChromeDriver, from Debian.
browser:
	@if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then \
		echo "installing chromium and chromium-driver"; \
		$(SUDO) apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null; \
	fi

# The packages of the real consoles that the tests run against.
console:
	@tests/real/wordpress.sh install
	@tests/real/dokuwiki.sh install

# What stands in for a person's desktop: a keyring on a bus, and a screen without a monitor.
desktop:
	@if ! command -v gnome-keyring-daemon >/dev/null || ! command -v secret-tool >/dev/null || ! command -v dbus-run-session >/dev/null \
		|| ! command -v Xvfb >/dev/null || ! command -v xauth >/dev/null || ! command -v xdotool >/dev/null; then \
		echo "installing gnome-keyring, libsecret-tools, dbus, xvfb and xdotool"; \
		$(SUDO) apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends gnome-keyring libsecret-tools dbus dbus-daemon xvfb xauth xdotool >/dev/null; \
	fi

build:
	cargo build --locked

demo: browser build
	./target/debug/usher demo

# `ssh-keygen` is the second opinion on usher's signatures.
ssh:
	@if ! command -v ssh-keygen >/dev/null; then \
		echo "installing openssh-client"; \
		$(SUDO) apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends openssh-client >/dev/null; \
	fi

# A test waits for its pages more than it works, so there are half as many again as cores.
test: export RUST_TEST_THREADS ?= $(shell echo $$(( ($$(nproc) * 3 + 1) / 2 )))
test: browser console desktop ssh
	cargo test --locked

# Consoles that Debian does not have. What is installed for them stays below target/.
test-real: export WHOLE := 1
test-real: browser console
	@tests/real/wagtail.sh install
	@tests/real/unleash.sh install
	cargo test --locked --test it -- --include-ignored real_ everybody_is_there_once_after

# The seeds stand in the summary; one of them alone: make soak SEED=7 ROUNDS=1, or make soak-chromium SEED=7 CHROMIUM_ROUNDS=1
soak soak-chromium: export SEED ?= 1
soak: export ROUNDS ?= 4000
soak:
	@rm -f target/tmp/soak.txt
	@cargo test --locked --test it -- --ignored --exact soak::soak_in_memory --nocapture || failed=1; \
		cat target/tmp/soak.txt; exit $${failed:-0}

soak-chromium: export CHROMIUM_ROUNDS ?= 40
soak-chromium: browser
	@rm -f target/tmp/soak-chromium.txt
	@cargo test --locked --test it -- --ignored --exact soak_chromium::soak_in_chromium --nocapture || failed=1; \
		cat target/tmp/soak-chromium.txt; exit $${failed:-0}

soak-kills: browser
	@rm -f target/tmp/soak-kills.txt
	@cargo test --locked --test it -- --ignored --exact soak_chromium::points::soak_kills_at_every_fact --nocapture \
		|| failed=1; cat target/tmp/soak-kills.txt; exit $${failed:-0}

# ONLY=invite, ONLY=large or ONLY=beside measures one part.
bench: export BENCH_ROUNDS ?= 5
bench: export PEOPLE ?= 50
bench: export ONLY ?=
bench: browser
	@tests/bench/install.sh >/dev/null
	cargo build --release --locked
	@$$(tests/bench/install.sh) tests/bench/bench.py $(if $(JSON),--json $(JSON))

# Accepts what the golden files should say from now on.
golden: browser console desktop ssh
	UPDATE=1 cargo test --locked

schema: build
	@mkdir -p scripts/schema
	@for kind in app book request script settings; do ./target/debug/usher schema $$kind > scripts/schema/$$kind.json; done

lint:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

doc:
	cargo doc --locked --no-deps

clean:
	cargo clean
