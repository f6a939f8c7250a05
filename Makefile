# lbsim: one plain Makefile. `make help` is the menu; settings first, then nothing you need to change.

ifeq ($(origin CC),default)
CC := gcc
endif
MODE    ?= release
DESTDIR ?=
PREFIX  ?= /usr/local
# Where distributions differ.
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS  ?= $(PREFIX)/share/zsh/site-functions

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wmissing-prototypes
# Every number must be the same on every machine: no fused multiply-add, no fast-math, ever.
STRICT   := -std=c11 -ffp-contract=off

FLAGS_release := -O2 -g
FLAGS_debug   := -O0 -g -DLBSIM_DEBUG
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DLBSIM_DEBUG
FLAGS_tsan    := -O1 -g -fsanitize=thread
FLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FLAGS         := $(FLAGS_$(MODE))
ifeq ($(strip $(FLAGS)),)
$(error MODE=$(MODE) is none of: release debug asan tsan fuzz)
endif
# WERROR=1 in `make check` and in CI; a stranger's newer compiler should not stop a first build.
ifdef WERROR
WARNINGS += -Werror
endif

# Warnings as errors have a place of their own: what was built without them says nothing.
BUILD := build/$(MODE)$(if $(filter clang,$(CC)),-clang)$(if $(filter release,$(MODE)),$(if $(WERROR),-strict))

# A distribution's own flags, as CFLAGS, CPPFLAGS and LDFLAGS say, stand before ours: none of them
# makes a number another one.
OWN_CFLAGS := $(WARNINGS) $(FLAGS) $(CPPFLAGS) $(CFLAGS) -fno-fast-math $(STRICT)
# liblb is built with no -I at all: the first proof that it leans on nothing.
LB_CFLAGS  := $(OWN_CFLAGS) -fPIC
SIM_CFLAGS := $(OWN_CFLAGS) -D_XOPEN_SOURCE=700 -I.
LINK_FLAGS := $(FLAGS) $(CFLAGS) -fno-fast-math $(LDFLAGS)
LIBRARIES  := -lfyaml -lcsv -ljansson -lgsl -lgslcblas -lm -lpthread -ldl

LB_SRC       := $(wildcard algorithms/*.c)
CONTRACT_SRC := $(wildcard algorithms/contract/*.c)
CLI_SRC      := $(wildcard sim/cli/*.c)
# The floors, ground first; tests/check_floors holds every include against this order.
SIM_SRC      := $(foreach floor,engine workload world scenario run real,$(wildcard sim/$(floor)/*.c)) $(wildcard reports/*.c)
TEST_SRC     := $(wildcard tests/test_*.c)
# Those that take long, and so run in `make check` only.
LONG_SRC     := $(wildcard tests/long_*.c)
TEST_LIB_SRC := $(filter-out $(TEST_SRC) $(LONG_SRC),$(wildcard tests/*.c))

objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))
LB_OBJ       := $(call objects,$(LB_SRC))
CONTRACT_OBJ := $(call objects,$(CONTRACT_SRC))
SIM_OBJ      := $(call objects,$(SIM_SRC))
CLI_OBJ      := $(call objects,$(CLI_SRC))
# What the HTML page is made of lies in the program itself.
PAGE_FILES   := $(wildcard reports/page/*)
SIM_OBJ      += $(BUILD)/page_files.o
TEST_LIB_OBJ := $(call objects,$(TEST_LIB_SRC))
TESTS        := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SRC))
LONG_TESTS   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(LONG_SRC))
# Those that are held against recordings: docs/fidelity.md is what they say.
TRUTH_TESTS  := $(foreach test,$(TESTS) $(LONG_TESTS),$(if $(findstring _truth_,$(test)),$(test)))

.PHONY: all
all: $(BUILD)/lbsim
.DELETE_ON_ERROR:
# Commands are shown by their essence; V=1 shows them whole.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))
.SECONDARY:

$(BUILD)/algorithms/%.o: algorithms/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(LB_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/page_files.o: $(BUILD)/page_files.c
	$(call say,CC,$<)
	$(Q)$(CC) $(SIM_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/page_files.c: tools/embed $(PAGE_FILES)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)tools/embed reports/page reports/page_files.h page_file > $@
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(SIM_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/liblb.a: $(LB_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^
$(BUILD)/liblb_contract.a: $(CONTRACT_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^
$(BUILD)/libsim.a: $(SIM_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^
# Algorithms that are loaded find there what lb_author.h promises them, and nothing else.
$(BUILD)/lbsim: $(CLI_OBJ) $(BUILD)/libsim.a $(BUILD)/liblb_contract.a $(BUILD)/liblb.a algorithms/plugin.symbols
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK_FLAGS) -Wl,--dynamic-list=algorithms/plugin.symbols $(filter-out %.symbols,$^) $(LIBRARIES) -o $@
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIB_OBJ) $(BUILD)/libsim.a $(BUILD)/liblb_contract.a $(BUILD)/liblb.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK_FLAGS) $^ $(LIBRARIES) -lcunit -o $@

.PHONY: tests long_tests fuzzers
tests: $(TESTS)
long_tests: $(LONG_TESTS)

# With MODE=fuzz CC=clang only.
fuzzers: $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libsim.a $(BUILD)/liblb.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK_FLAGS) -fsanitize=fuzzer $^ $(LIBRARIES) -o $@

# ---- What a newcomer types ----

OUT ?= out/ws_scale
export JOBS ?= $(shell nproc 2>/dev/null || echo 1)

.PHONY: help run test check bench example format docs snapshots clean
help:
	@echo "make run        build, and run the main job: scenarios/ws_scale.yaml (installs what is missing)"
	@echo "make test       build and pass the tests (installs what is missing)"
	@echo "make check      the slower checks: sanitizers, theory, clang-tidy, format, fuzz, nginx, a browser"
	@echo "make example    an algorithm of one's own, built and run: algorithms/example"
	@echo "make bench      what picks cost, as ratios measured interleaved"
	@echo "make format     clang-format over the tree"
	@echo "make docs       write docs/ and README's run anew, from the program and the truth suite"
	@echo "make snapshots  write the CLI's expected outputs anew; then read the diff"
	@echo "make baseline   write the numbers of the shipped scenarios anew; then read the diff"
	@echo "make install    program, library, scenarios, manual: PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make uninstall  takes away what the same make install puts there"
	@echo "make clean      remove build/ and out/"
	@echo
	@echo "MODE=release|debug|asan|tsan, CC=gcc|clang, WERROR=1 choose how it is built."

run:
	@tools/need build plot
	@$(MAKE) --no-print-directory -j$(JOBS) all
	$(BUILD)/lbsim run scenarios/ws_scale.yaml -o $(OUT)

test:
	@tools/need build test plot install
	@$(MAKE) --no-print-directory -j$(JOBS) all tests everything
	@tests/run $(TESTS) tests/check_floors tests/check_house tests/check_docs tests/check_agreement tests/cli/run \
		tests/check_install tests/check_manual tests/check_completion tests/check_plugin tests/check_contract \
		tests/check_gate -- tests/check_ci

CHECK_SOURCES = $(shell find algorithms sim reports tests -name '*.[ch]')
TIDY_SOURCES  = $(SIM_SRC) $(CLI_SRC) $(LB_SRC) $(CONTRACT_SRC)

check:
	@tools/need build test plot install check browser
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 all tests long_tests
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 CC=clang all tests
	@clang-format --dry-run --Werror $(CHECK_SOURCES)
	@echo 'clang-format: nothing to change'
	@tests/check_tidy $(TIDY_SOURCES)
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 MODE=asan all tests
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 MODE=tsan all build/tsan/tests/test_shared
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 MODE=fuzz CC=clang fuzzers
	@$(MAKE) --no-print-directory -j$(JOBS) all everything long_tests
	@WERROR=1 algorithms/nginx/build
	@LBSIM=build/asan/lbsim tests/cli/run
	@tests/run $(patsubst $(BUILD)/%,build/asan/%,$(TESTS)) $(LONG_TESTS) tests/check_liblb tests/check_bits \
		tests/check_threads tests/check_instructions tests/check_fuzz tests/nginx_probe tests/check_real \
		tests/check_completion_zsh tests/check_packages tests/check_page tests/check_baseline \
		-- tests/check_fidelity

# An algorithm of one's own, beside the library's.
example: all
	@$(MAKE) --no-print-directory -C algorithms/example
	$(BUILD)/lbsim run ws_scale --plugin algorithms/example/d_choices.so -b round_robin -b least_conn -b d_choices

bench: $(BUILD)/bench_picks
	$<
$(BUILD)/bench_picks: $(BUILD)/tests/bench/picks.o $(BUILD)/libsim.a $(BUILD)/liblb.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK_FLAGS) $^ $(LIBRARIES) -o $@

format:
	@tools/need format
	clang-format -i $(CHECK_SOURCES)

docs: all $(TRUTH_TESTS)
	tools/reference $(BUILD)/lbsim > docs/reference.md
	tools/readme $(BUILD)/lbsim > build/readme && cp build/readme README.md
	tools/picture $(BUILD)/lbsim > docs/ws_scale.svg
	tests/run $(TRUTH_TESTS)
	tools/fidelity build/truth_lines > build/fidelity && cp build/fidelity docs/fidelity.md

snapshots: all
	tests/cli/run --update

# What the shipped scenarios gave when somebody last looked; tests/check_baseline holds every number.
baseline: all
	rm -f reports/baseline/*.json
	$(BUILD)/lbsim gate $(wildcard scenarios/*.yaml scenarios/truth/*.yaml) --baseline reports/baseline --update

# ---- What an installation has ----

VERSION   := $(shell sed -n 's/^\#define LBSIM_VERSION "\(.*\)"/\1/p' sim/run/run.h)
PAGES     := $(patsubst docs/man/%.scd,build/man/%,$(wildcard docs/man/*.scd))
SCENARIOS := $(sort $(wildcard scenarios/*.* scenarios/*/*.*))
EXAMPLE   := $(sort $(filter-out %.so,$(wildcard algorithms/example/*)))

# One row a thing: what is built, and the place it gets. The program finds everything from where it is.
INSTALLED := \
	$(BUILD)/lbsim:$(PREFIX)/bin/lbsim \
	$(BUILD)/liblb.a:$(LIBDIR)/liblb.a \
	$(BUILD)/liblb_contract.a:$(LIBDIR)/liblb_contract.a \
	build/lb.pc:$(LIBDIR)/pkgconfig/lb.pc \
	build/lb_contract.pc:$(LIBDIR)/pkgconfig/lb_contract.pc \
	algorithms/lb.h:$(PREFIX)/include/lb.h \
	algorithms/lb_author.h:$(PREFIX)/include/lb_author.h \
	algorithms/contract/contract.h:$(PREFIX)/include/lb/contract.h \
	build/completion/bash:$(BASH_COMPLETIONS)/lbsim \
	build/completion/zsh:$(ZSH_COMPLETIONS)/_lbsim \
	$(foreach page,$(PAGES),$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	$(foreach file,$(SCENARIOS),$(file):$(PREFIX)/share/lbsim/$(file)) \
	$(foreach file,$(EXAMPLE),$(file):$(PREFIX)/share/lbsim/example/$(notdir $(file)))

.PHONY: everything install uninstall FORCE
everything: $(foreach row,$(INSTALLED),$(firstword $(subst :, ,$(row))))

# The pages and the completions are written from what the program says of itself.
build/man/%: docs/man/%.scd tools/manual tools/tables algorithms/lb.h $(BUILD)/lbsim
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)tools/manual $(BUILD)/lbsim $< >$@.scd && scdoc <$@.scd >$@
build/completion/%: tools/completion/write tools/completion/% tools/tables $(SCENARIOS) $(BUILD)/lbsim
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)tools/completion/write $(BUILD)/lbsim $* >$@
build/%.pc: algorithms/%.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' $< >$@

install:
	@tools/need build install
	@$(MAKE) --no-print-directory everything
	@set -e; for row in $(INSTALLED); do install -D -m 644 "$${row%%:*}" "$(DESTDIR)$${row#*:}"; done
	@chmod 755 "$(DESTDIR)$(PREFIX)/bin/lbsim"
	@echo "lbsim $(VERSION) is in $(DESTDIR)$(PREFIX)"

uninstall:
	@for row in $(INSTALLED); do rm -f "$(DESTDIR)$${row#*:}"; done
	@for folder in share/lbsim include/lb; do \
		[ ! -d "$(DESTDIR)$(PREFIX)/$$folder" ] || find "$(DESTDIR)$(PREFIX)/$$folder" -depth -type d -empty -delete; done

clean:
	rm -rf build out

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
