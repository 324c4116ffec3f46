# wayseal: `make demo` shows it, `make test` tests it. Both install the Debian packages that are missing.

SWIFT   ?= swift
PREFIX  ?= /usr/local
DESTDIR ?=

# What the program is built with, what the demo runs, what the tests need besides, what benchmarks compare with.
BUILD_PACKAGES = libyaml-dev libidn2-dev libqrencode-dev libpng-dev libssl-dev libkainjow-mustache-dev libsqlite3-dev \
                 zlib1g-dev libsecp256k1-dev libcurl4-openssl-dev libpcre2-dev libmaxminddb-dev libisal-dev libzstd-dev \
                 libpango1.0-dev libglib2.0-dev libxlsxwriter-dev libzxing-dev libzbar-dev libjpeg62-turbo-dev libexpat1-dev libdeflate-dev \
                 pkg-config
DEMO_PACKAGES  = $(BUILD_PACKAGES) nginx curl ca-certificates fonts-dejavu-core
TEST_PACKAGES  = $(DEMO_PACKAGES) caddy poppler-utils qpdf ghostscript cups librsvg2-bin openssl unzip python3 \
                 python3-yaml python3-jsonschema python3-venv golang-go golang-golang-x-mod-dev chromium \
                 fonts-dejavu-core zstd uap-core logrotate systemd clickhouse-server clickhouse-client
BENCH_PACKAGES = $(TEST_PACKAGES) wrk goaccess libhpdf-dev

# The Swift runtime is linked in, so that the binary runs where no toolchain is.
RELEASE = -c release --static-swift-stdlib --product wayseal

# How long `make fuzz` looks for bytes that make a parser trap.
FUZZ_SECONDS ?= 600

.PHONY: demo test fast spark designs bench fuzz lint docs gallery install clean build

## demo: build, compile fixtures/vinea, follow one of its links on a real nginx, show its code
demo:
	@.ci/install-packages $(DEMO_PACKAGES)
	@.ci/demo

## build: the release binary, .build/release/wayseal
build:
	@.ci/install-packages $(BUILD_PACKAGES)
	$(SWIFT) build $(RELEASE)

## test: everything, real servers included
test:
	@.ci/install-packages $(TEST_PACKAGES)
	@.ci/python-packages
	$(SWIFT) build --build-tests
	WAYSEAL_SERVER_TESTS=1 $(SWIFT) test --skip-build --parallel
	@.ci/check-binary

## fast: the tests without servers and network
fast:
	$(SWIFT) test --parallel

## designs: 200 random designs that pass the gate, by both readers (seven minutes on two cores)
designs:
	@.ci/install-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)
	WAYSEAL_LONG_TESTS=1 WAYSEAL_TESTS=BuildTests $(SWIFT) test --parallel --filter RandomDesignTests

## spark: the Spark example of the docs by a real Spark, which brings half a gigabyte along
spark:
	@.ci/install-packages $(BUILD_PACKAGES) openjdk-17-jre-headless python3-venv
	@[ -x .build/spark/bin/spark-submit ] || { python3 -m venv .build/spark && \
	  .build/spark/bin/pip install --quiet --disable-pip-version-check pyspark==4.3.0; }
	WAYSEAL_TESTS=CommandTests $(SWIFT) build --build-tests
	WAYSEAL_SPARK_TESTS=1 WAYSEAL_TESTS=CommandTests $(SWIFT) test --skip-build --filter SparkTests

## bench: measured against the named peers in the same run; fails when a figure is missed
bench:
	@.ci/install-packages $(BENCH_PACKAGES)
	@.ci/python-packages
	@Benchmarks/run

## fuzz: libFuzzer over the parsers of log lines
fuzz:
	@.ci/install-packages $(BUILD_PACKAGES)
	FUZZ=1 $(SWIFT) build -c release --scratch-path .build-fuzz --product fuzz-lines
	@mkdir -p .build-fuzz/corpus
	SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/fuzz-lines -max_total_time=$(FUZZ_SECONDS) \
	  -max_len=8192 -print_final_stats=1 -artifact_prefix=.build-fuzz/ .build-fuzz/corpus Tests/Fuzz/seeds

## lint: formatting and house rules
lint:
	$(SWIFT) format lint --strict --parallel -r Sources Tests Benchmarks site-templates ledger Package.swift
	@! grep -rnE '^\s*(public |package |internal |@_exported )*import Foundation\s*$$' Sources site-templates ledger

## gallery: the pictures and scores of docs/gallery.md
gallery: build
	@.ci/gallery .build/release/wayseal

## docs: man pages into .build/docs
docs:
	@.ci/install-packages $(BUILD_PACKAGES)
	@mkdir -p .build/docs
	$(SWIFT) package --allow-writing-to-package-directory generate-manual --multi-page --section 1 \
	  --date "$$(git log -1 --format=%cs 2>/dev/null || date -u +%F)" --output-directory .build/docs >/dev/null
	@ls .build/docs

## install: binary, man pages and completions under $(DESTDIR)$(PREFIX)
install: build docs
	install -Dm755 .build/release/wayseal $(DESTDIR)$(PREFIX)/bin/wayseal
	strip $(DESTDIR)$(PREFIX)/bin/wayseal
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m644 .build/docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	.build/release/wayseal completions bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/wayseal
	.build/release/wayseal completions zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_wayseal
	.build/release/wayseal completions fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/wayseal.fish

clean:
	$(SWIFT) package clean
	rm -rf .build/demo .build/docs
