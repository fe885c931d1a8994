# What `swift build` needs; what the tests, the demo, the counts and `make proto` need beyond it; what
# the benchmark does; what `make install` and `make deb` do, and testing the package.
BUILD_PACKAGES := libprotobuf-c-dev libsqlite3-dev nettle-dev
TEST_PACKAGES := protobuf-compiler protobuf-c-compiler python3-protobuf python3-venv \
  binutils faketime socat sqlite3 strace valgrind xxd
BENCH_PACKAGES := redis-server
INSTALL_PACKAGES := binutils chrpath
PACKAGE_PACKAGES := $(INSTALL_PACKAGES) curl debhelper lintian python3-yaml shellcheck strace \
  systemd-container

RELEASE := .build/release
# Programs hold Swift's runtime: where they are installed there is no Swift.
RELEASE_BUILD := swift build -c release --static-swift-stdlib
PYTHON := /usr/bin/python3
FOREIGN := .build/foreign
PROTOBUF := 6.33.6

help:
	@echo 'make build        orgkeyd and orgkey, optimized'
	@echo 'make demo         the product in a minute: every answer checked, nothing left behind'
	@echo 'make run          a daemon in the foreground, under ./run/'
	@echo 'make test         all tests'
	@echo 'make property     100,000 random steps against a model; STEPS=n and SEED=n choose others'
	@echo 'make campaign     the long forms of the fault tests, an hour or so; ONLY=SuiteName for one of them'
	@echo 'make test-sanitizers  the tests under the thread and the address sanitizer, an hour or so'
	@echo 'make fuzz         ten minutes of hostile bytes, for daemon and library; FUZZ_SECONDS=n for others'
	@echo 'make fuzz-short   what is kept for fuzzing, and half a minute more'
	@echo 'make soak         half an hour of everything at once; SOAK_MINUTES=n chooses another time'
	@echo 'make counts       what an Authorize and a key cost, counted, against Tests/counts/expected.txt'
	@echo 'make bench        what a call costs, beside an echo server and Redis; ARGS="--only one" and the like'
	@echo 'make manual       manual pages of both programs, into .build/manual'
	@echo 'make docs         documentation of the library, into .build/docs'
	@echo 'make completions  what bash, zsh and fish complete, into .build/completions'
	@echo 'make install      all of it, under PREFIX=/usr/local and DESTDIR=; make uninstall takes it away'
	@echo 'make deb          a package for Debian, into .build'
	@echo 'make lint         format, imports, forbidden constructs'
	@echo 'make proto        generated code anew, from proto/orgkey.proto'
	@echo 'make deps         what all of these need of Debian (they run it themselves)'

deps: build-deps test-deps
build-deps:
	@.ci/deps $(BUILD_PACKAGES)
test-deps:
	@.ci/deps $(BUILD_PACKAGES) $(TEST_PACKAGES)

build: build-deps
	$(RELEASE_BUILD) --product orgkeyd
	$(RELEASE_BUILD) --product orgkey
	@echo 'built: $(RELEASE)/orgkeyd (the daemon) and $(RELEASE)/orgkey (the command)'

demo: test-deps build
	@Tests/demo.sh $(RELEASE)

run: build
	@mkdir -p -m 0700 run
	@echo 'In another terminal:'
	@echo '  export ORGKEY_SOCKET=$(CURDIR)/run/orgkey.sock PATH=$(CURDIR)/$(RELEASE):$$PATH'
	@echo '  orgkey org put acme --name "Acme"'
	@echo '  KEY=$$(orgkey key issue acme --name "Production CRM sync" --permission "contacts:*")'
	@echo '  echo "$$KEY" | orgkey authorize --org acme --permission contacts:read'
	@echo '  orgkey status'
	@echo
	@exec $(RELEASE)/orgkeyd --socket run/orgkey.sock --database run/orgkey.db

# The day that the pages bear: the same sources make the same pages.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y Makefile)
manual: build
	rm -rf .build/manual
	.ci/manual .build/manual $$(date -u -d @$(SOURCE_DATE_EPOCH) +%F) \
	  $(RELEASE)/orgkey $(RELEASE)/orgkeyd

# Under the names by which each shell looks for them.
COMPLETIONS := .build/completions
completions: build
	mkdir -p $(COMPLETIONS)/bash $(COMPLETIONS)/zsh $(COMPLETIONS)/fish
	for program in orgkey orgkeyd; do \
	  complete="$(RELEASE)/$$program --generate-completion-script"; \
	  $$complete bash >$(COMPLETIONS)/bash/$$program && \
	  $$complete zsh >$(COMPLETIONS)/zsh/_$$program && \
	  $$complete fish >$(COMPLETIONS)/fish/$$program.fish || exit; \
	done

# With the toolchain's docc; the library is built as for `make build`.
docs: test-deps
	@.ci/docs .build/docs

# Copied apart from being built, for whoever has to be root only for that. What they read is in
# packaging/install.
install: install-deps manual completions install-files
install-deps:
	@.ci/deps $(INSTALL_PACKAGES)
install-files:
	@RELEASE='$(RELEASE)' packaging/install install
uninstall:
	@packaging/install uninstall
export DESTDIR PREFIX UNITDIR

deb: package-deps manual completions
	SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) packaging/deb
package-deps:
	@.ci/deps $(BUILD_PACKAGES) $(PACKAGE_PACKAGES)

test: test-deps $(FOREIGN)/ready
	swift test --disable-xctest --no-parallel

# The test reads STEPS and SEED from its environment; `make test` leaves both to it.
property: build-deps
	STEPS=$(or $(STEPS),100000) SEED=$(SEED) \
	  swift test --disable-xctest --no-parallel --filter PropertyTests

# Tests/README.md says what each of them is for, and how far it went.
CAMPAIGNS := ActivationTests ClockTests CrashTests DaemonGoneTests DamagedFileTests DescriptorTests FailingDiskTests \
  HostileReplyTests KillEverywhereTests LengthBombTests LinearizabilityTests PowerCutTests SecrecyTests \
  SlowClientTests SyncOrderTests
campaign: test-deps
	CAMPAIGN=1 swift test --disable-xctest --no-parallel --filter '$(or $(ONLY),$(subst $() ,|,$(CAMPAIGNS)))'

# The thread sanitizer is told of the library's part of Mutex. What is left out takes minutes on one
# thread, bounds or reads memory, of which sanitizers take terabytes, or needs faketime, whose functions
# are the sanitizer's own.
SANITIZED := ^OrgKey(Model|Wire|Store|Server|Fuzz|)Tests
UNSANITIZED := OracleTests.randomTrees|SecrecyTests.noTextOfAKeyStays|(Clock|LengthBomb|SlowClient|Subtree)Tests
# Where threads meet, and where memory is owned by hand.
RACING := Server.*\.(SharedDirectory|Revocation|Stopping|RateLimit|Frame|Usage|Update|Backup)Tests|OrgKeyTests\.(Load|Fault|Deadline)
HANDED := OrgKeyWireTests|Model.*\.(Memory|Loading|Batch|Walk)Tests|Server.*\.(Frame|Authorize|Import)Tests|Store.*\.StretchTests
test-sanitizers: test-deps
	Tests/sanitizers/run thread '$(SANITIZED)' '$(UNSANITIZED)'
	Tests/sanitizers/run address '$(SANITIZED)' '$(UNSANITIZED)'
test-sanitizers-short: test-deps
	Tests/sanitizers/run thread '$(RACING)'
	Tests/sanitizers/run address '$(HANDED)'

# What is kept in Tests/fuzz first, then what comes of it.
FUZZ_SECONDS ?= 600
fuzz: build-deps
	@Tests/fuzz/run $(FUZZ_SECONDS)
fuzz-short: build-deps
	@Tests/fuzz/run 30

# The test reads SOAK_MINUTES from its environment; `make test` leaves it out.
soak: test-deps
	SOAK_MINUTES=$(or $(SOAK_MINUTES),30) \
	  swift test --disable-xctest --no-parallel --filter SoakTests

# The optimized daemon against Tests/counts/expected.txt.
counts: test-deps build
	@$(PYTHON) -B Tests/counts/counts.py $(RELEASE)

# What has changed goes into the file, with WHY="what changed, and why".
export WHY
counts-update: test-deps build
	@$(PYTHON) -B Tests/counts/counts.py $(RELEASE) --why "$$WHY"

# Redis is the benchmark's own process, on a private socket; one that the system runs is not touched.
bench: bench-deps build
	$(RELEASE_BUILD) --product orgkey-bench
	$(RELEASE)/orgkey-bench $(ARGS)
bench-deps:
	@.ci/deps $(BUILD_PACKAGES) $(BENCH_PACKAGES)

# Google's protobuf for the foreign client; Debian's own serves where PyPI is out of reach.
$(FOREIGN)/ready:
	@mkdir -p $(FOREIGN)
	$(PYTHON) -m venv --system-site-packages $(FOREIGN)/venv
	$(FOREIGN)/venv/bin/pip install --quiet protobuf==$(PROTOBUF) || \
	  echo "PyPI can't be reached: the foreign client uses Debian's python3-protobuf"
	@touch $@

lint: test-deps
	@.ci/lint

GENERATED := Sources/OrgKeyWire/Generated/Messages.swift
proto: test-deps
	protoc-c --c_out=Sources/COrgKeyProto -Iproto orgkey.proto
	mv Sources/COrgKeyProto/orgkey.pb-c.h Sources/COrgKeyProto/include/
	protoc --descriptor_set_out=/dev/stdout --include_source_info -Iproto orgkey.proto \
	  | $(PYTHON) proto/swift-messages.py > $(GENERATED).new
	mv $(GENERATED).new $(GENERATED)

.PHONY: help deps build-deps test-deps bench-deps build demo run manual completions docs test property \
  campaign soak fuzz fuzz-short test-sanitizers test-sanitizers-short counts counts-update bench lint \
  proto install install-deps install-files uninstall deb package-deps
