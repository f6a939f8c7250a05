# lbsim: one plain Makefile. `make help` is the menu; settings first, then nothing you need to change.

CC      ?= gcc
MODE    ?= release
PREFIX  ?= /usr/local
DESTDIR ?=

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wmissing-prototypes
# Every number must be the same on every machine: no fused multiply-add, no fast-math, ever.
STRICT   := -std=c11 -ffp-contract=off

FLAGS_release := -O2 -g
FLAGS_debug   := -O0 -g -DLBSIM_DEBUG
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DLBSIM_DEBUG
FLAGS_tsan    := -O1 -g -fsanitize=thread
FLAGS         := $(FLAGS_$(MODE))
ifeq ($(strip $(FLAGS)),)
$(error MODE=$(MODE) is none of: release debug asan tsan)
endif
# WERROR=1 in `make check` and in CI; a stranger's newer compiler should not stop a first build.
ifdef WERROR
WARNINGS += -Werror
endif

BUILD := build/$(MODE)$(if $(filter clang,$(CC)),-clang)

# liblb is built with no -I at all: the first proof that it leans on nothing.
LB_CFLAGS  := $(STRICT) $(WARNINGS) $(FLAGS) -fPIC
SIM_CFLAGS := $(STRICT) $(WARNINGS) $(FLAGS) -D_XOPEN_SOURCE=700 -I.
LIBRARIES  := -lfyaml -lcsv -ljansson -lgsl -lgslcblas -lm -lpthread

LB_SRC       := $(wildcard algorithms/*.c)
CONTRACT_SRC := $(wildcard algorithms/contract/*.c)
CLI_SRC      := $(wildcard sim/cli/*.c)
# The floors, ground first; tests/check_floors holds every include against this order.
SIM_SRC      := $(foreach floor,engine workload world scenario run,$(wildcard sim/$(floor)/*.c)) $(wildcard reports/*.c)
TEST_SRC     := $(wildcard tests/test_*.c)
TEST_LIB_SRC := $(filter-out $(TEST_SRC),$(wildcard tests/*.c))

objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))
LB_OBJ       := $(call objects,$(LB_SRC))
CONTRACT_OBJ := $(call objects,$(CONTRACT_SRC))
SIM_OBJ      := $(call objects,$(SIM_SRC))
CLI_OBJ      := $(call objects,$(CLI_SRC))
TEST_LIB_OBJ := $(call objects,$(TEST_LIB_SRC))
TESTS        := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SRC))

.PHONY: all
all: $(BUILD)/lbsim
.DELETE_ON_ERROR:
.SECONDARY:

$(BUILD)/algorithms/%.o: algorithms/%.c
	@mkdir -p $(@D)
	$(CC) $(LB_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SIM_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/liblb.a: $(LB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/liblb_contract.a: $(CONTRACT_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/libsim.a: $(SIM_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/lbsim: $(CLI_OBJ) $(BUILD)/libsim.a $(BUILD)/liblb.a
	$(CC) $(FLAGS) $^ $(LIBRARIES) -o $@
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIB_OBJ) $(BUILD)/libsim.a $(BUILD)/liblb_contract.a $(BUILD)/liblb.a
	$(CC) $(FLAGS) $^ $(LIBRARIES) -lcunit -o $@

.PHONY: tests
tests: $(TESTS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
