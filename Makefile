# Everything is built in cargo's release profile: the dependencies take minutes, and a second profile would build
# them again.

CARGO ?= cargo
# Fails when Cargo.lock does not fit Cargo.toml, instead of changing it silently.
LOCKED ?= --locked
# Runs a command and says how long it took.
STEP := scripts/step.sh
# Arguments for the tests that `make test` runs, for instance TESTS='-E "binary(hardware)"' with nextest.
TESTS ?=

NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)
LIBRARY := src/rtl/lib src/top/lib
# Clocks and shift registers around a core; what is left out here instantiates a vendor's PLL, which Verilator does not know.
AROUND := src/board/lib/volley_core_clock.v src/synth/lib/volley_serial_sink.v src/synth/lib/volley_serial_source.v
# The clocks with a vendor's PLL.
PLLS := $(filter-out $(AROUND),$(wildcard src/board/lib/*.v))
# Generated cores that are committed.
EMITTED := $(wildcard rtl-out/*)
SLANG := .venv/bin/python scripts/slang.py
VERILOG := $(wildcard $(addsuffix /*.v,$(LIBRARY))) $(AROUND)

.PHONY: help demo test formal accept random mutants coverage rust-coverage soak pnr fuzz deny lint lint-rust lint-verilog
.PHONY: fmt clean setup

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Convert, generate and co-simulate the bundled network
	@$(STEP) tools scripts/install-tools.sh simulator
	$(STEP) build $(CARGO) build --release $(LOCKED)
	$(STEP) demo $(CARGO) run --quiet --release $(LOCKED) -- demo

setup: ## Install the tools that are missing (Debian packages, .venv, .venv-snakemake)
	@scripts/install-tools.sh

fmt: ## Format the Rust sources
	$(CARGO) fmt --all

lint-rust: setup
	$(CARGO) fmt --all --check
	$(STEP) clippy $(CARGO) clippy --release $(LOCKED) --workspace --all-targets --all-features -- -D warnings
	$(STEP) "library without the program" $(CARGO) check --release $(LOCKED) -p volley --lib --no-default-features
	RUSTDOCFLAGS="-D warnings" $(STEP) rustdoc $(CARGO) doc --release $(LOCKED) --no-deps

# Each module as a top, with its own default parameters; the tests lint every module as generated networks set it.
lint-verilog: setup
	@for file in $(VERILOG); do \
	    verilator --lint-only -Wall $(addprefix -y ,$(LIBRARY)) --top-module $$(basename $$file .v) $$file || exit 1; \
	done
	@echo "verilator: $(words $(VERILOG)) modules are clean"
	@$(SLANG) $(addprefix --top ,$(notdir $(basename $(VERILOG)))) $(VERILOG)
	@$(SLANG) --ignore-unknown-modules -Wno-undriven-net $(PLLS)
	@for core in $(EMITTED); do $(SLANG) --top $$(basename $$core)_core $$core/*.v || exit 1; done
	@echo "slang: $(words $(VERILOG) $(PLLS)) modules and $(notdir $(EMITTED)) are clean"

lint: lint-rust lint-verilog ## Formatting, clippy, rustdoc and the Verilog library, warnings are errors

# The runner's summary stays the last thing printed.
test: lint ## Lint, then run all tests that take minutes rather than hours
	@scripts/deny.sh
	$(STEP) "tests of the documentation" $(CARGO) test --release $(LOCKED) --doc
ifeq ($(NEXTEST),yes)
	$(STEP) "build of the tests" $(CARGO) nextest run --release $(LOCKED) --no-run
	$(CARGO) nextest run --release $(LOCKED) --no-fail-fast $(TESTS)
else
	$(CARGO) test --release $(LOCKED) --no-fail-fast --tests $(TESTS)
endif

formal: setup ## Prove the properties of the Verilog library, plant faults that they must find, and print their table (VOLLEY_FORMAL=fifo for one)
	$(CARGO) test --release $(LOCKED) --test formal -- --nocapture

accept: setup random ## Run the acceptance tests on whole test sets and print their tables
	$(CARGO) test --release $(LOCKED) --features accept --test accept -- --nocapture --skip pnr::
	VOLLEY_RANDOM_NETWORKS=100 $(CARGO) test --release $(LOCKED) --features accept --test simulation buffers:: -- --nocapture

soak: setup ## Send 10,000 frames through mnist-cnn in simulation under stalls and resets (VOLLEY_SOAK_FRAMES for fewer)
	$(CARGO) test --release $(LOCKED) --features accept --test simulation soak:: -- --nocapture

random: setup ## Draw a thousand random networks and compare them with the model, as Verilog and as netlists
	VOLLEY_RANDOM_NETWORKS=1050 $(CARGO) test --release $(LOCKED) --features accept --test simulation random_networks:: -- --nocapture --test-threads 1

mutants: setup ## Plant every fault into the Verilog and print which kind of check kills it
	$(CARGO) test --release $(LOCKED) --features accept --test verilog every_fault -- --nocapture

coverage: setup ## Count lines and toggles of the Verilog libraries under their benches
	$(CARGO) test --release $(LOCKED) --features accept --test verilog benches_cover -- --nocapture

rust-coverage: setup ## Count lines of the Rust sources under all tests
	scripts/rust-coverage.sh

pnr: setup ## Place and route the boards' reference designs and print their table (VOLLEY_PNR="board network" for one)
	$(CARGO) test --release $(LOCKED) --features accept --test accept pnr:: -- --nocapture

deny: ## Check licences, sources and known faults of the dependencies (cargo-deny)
	@scripts/deny.sh required

fuzz: ## Fuzz every reader for VOLLEY_FUZZ_SECONDS (600) each and print the table (FUZZ="npz board" for some)
	@scripts/fuzz.sh $(FUZZ)

clean: ## Remove everything that was built
	$(CARGO) clean
	rm -rf build .venv .venv-snakemake
