# SPDX-License-Identifier: MIT
# Tests of /dev/dmactl with bare system calls, which run in a guest. They need the packages of
# packaging/deps/uapi.txt. $(UAPI_DIR) has only programs.

# UAPI_RUNNER=lite replaces Criterion by a stand-in that forks for each test instead of starting the
# program again, which would take seconds in an emulated debug kernel. It also serves the 32-bit
# programs, for which Debian has no Criterion. The tests are the same.
UAPI_RUNNER ?= criterion

UAPI_DIR := $(O)/tests/uapi
# Programs that need a guest of their own, see tests/uapi/run.
UAPI_OWN_DIR := $(O)/tests/uapi-own
# The program of tests/power, which runs without the files of the host.
UAPI_POWER := $(O)/tests/power/power
# The program of tests/fault, for kernels with fault injection.
UAPI_FAULT := $(O)/tests/fault/fault
UAPI_OBJ := $(O)/obj/tests/uapi$(if $(filter criterion,$(UAPI_RUNNER)),-criterion)
UAPI_OBJ32 := $(O)/obj32/tests/uapi

# Other architectures' boards have no drivers of video, and no headers of libdrm here.
UAPI_NAMES := $(filter-out $(if $(FOREIGN),test-video test-syncfile test-syncfile-end),$(patsubst tests/uapi/%.c,%,$(wildcard tests/uapi/test-*.c)))
UAPI_OWN_NAMES := $(patsubst tests/uapi/own/%.c,%,$(wildcard tests/uapi/own/*.c))
# The same tests as 32-bit programs, for a 64-bit kernel. Other architectures' compilers make only
# one kind; the other comes from another ARCH. test-context-programs has the 64-bit programs run.
UAPI_NAMES32 := $(if $(FOREIGN),,$(filter-out test-aio test-context-programs,$(UAPI_NAMES)))
UAPI_COMMON := $(filter-out %/main.o,$(patsubst %.c,%.o,$(wildcard tests/uapi/common/*.c)))
UAPI_COMMON := $(UAPI_COMMON:tests/uapi/%=%)

UAPI_BINS := $(UAPI_NAMES:%=$(UAPI_DIR)/%)
UAPI_BINS32 := $(UAPI_NAMES32:%=$(UAPI_DIR)/%-32)
UAPI_OWN_BINS := $(UAPI_OWN_NAMES:%=$(UAPI_OWN_DIR)/%)

ifeq ($(UAPI_RUNNER),criterion)
UAPI_RUNNER_MAIN := common/main.o
UAPI_RUNNER_LIBS := -lcriterion
else
UAPI_RUNNER_MAIN := lite/main.o
UAPI_RUNNER_CFLAGS := -Itests/uapi/lite
endif

# The header under test is the project's; the others are the system's.
UAPI_CFLAGS := $(CSTD) $(CFLAGS) $(WARN) -Iuapi -Itests/uapi/common -D_GNU_SOURCE -pthread -MMD -MP

# The directory of the kernel's asm/ headers for the 64-bit compiler; only gcc-multilib would add it
# for -m32.
UAPI_CFLAGS32 = -m32 -idirafter /usr/include/$(shell $(CC) -print-multiarch) -Itests/uapi/lite

$(UAPI_OBJ)/%.o: tests/uapi/%.c
	@mkdir -p $(@D)
	$(CC) $(UAPI_CFLAGS) $(UAPI_RUNNER_CFLAGS) -c -o $@ $<

$(UAPI_OBJ32)/%.o: tests/uapi/%.c
	@mkdir -p $(@D)
	$(CC) $(UAPI_CFLAGS) $(UAPI_CFLAGS32) -c -o $@ $<

UAPI_MAIN := $(UAPI_COMMON:%=$(UAPI_OBJ)/%) $(UAPI_OBJ)/$(UAPI_RUNNER_MAIN)
UAPI_MAIN32 := $(UAPI_COMMON:%=$(UAPI_OBJ32)/%) $(UAPI_OBJ32)/lite/main.o

$(foreach t,test-video test-syncfile test-syncfile-end,$(UAPI_OBJ)/$(t).o $(UAPI_OBJ32)/$(t).o): UAPI_CFLAGS += $(shell $(PKG_CONFIG) --cflags libdrm)
$(UAPI_DIR)/test-aio: UAPI_LIBS := -laio -luring

# Changes when the runner does, so that the programs are linked again.
UAPI_STAMP := $(O)/obj/tests/uapi-runner
.PHONY: uapi-force
$(UAPI_STAMP): uapi-force
	@mkdir -p $(@D)
	@echo $(UAPI_RUNNER) | cmp -s - $@ || echo $(UAPI_RUNNER) >$@

$(UAPI_BINS): $(UAPI_DIR)/%: $(UAPI_OBJ)/%.o $(UAPI_MAIN) $(UAPI_STAMP)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -pthread -o $@ $(filter %.o,$^) $(UAPI_RUNNER_LIBS) $(UAPI_LIBS)

$(UAPI_BINS32): $(UAPI_DIR)/%-32: $(UAPI_OBJ32)/%.o $(UAPI_MAIN32)
	@mkdir -p $(@D)
	$(CC) -m32 $(LDFLAGS) -pthread -o $@ $^

$(UAPI_OWN_BINS): $(UAPI_OWN_DIR)/%: $(UAPI_OBJ)/own/%.o $(UAPI_MAIN) $(UAPI_STAMP)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -pthread -o $@ $(filter %.o,$^) $(UAPI_RUNNER_LIBS)

# Without Criterion, whose libraries would be needed in the initramfs.
$(O)/obj/tests/power/%.o: tests/uapi/%.c
	@mkdir -p $(@D)
	$(CC) $(UAPI_CFLAGS) -Itests/uapi/lite -c -o $@ $<

$(O)/obj/tests/power/power.o: tests/power/power.c
	@mkdir -p $(@D)
	$(CC) $(UAPI_CFLAGS) -Itests/uapi/lite -c -o $@ $<

$(UAPI_POWER): $(O)/obj/tests/power/power.o $(UAPI_COMMON:%=$(O)/obj/tests/power/%) $(O)/obj/tests/power/lite/main.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -pthread -o $@ $^

$(O)/obj/tests/fault/%.o: tests/fault/%.c
	@mkdir -p $(@D)
	$(CC) $(UAPI_CFLAGS) -Itests/uapi/lite -c -o $@ $<

$(UAPI_FAULT): $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/fault/*.c)) \
		$(UAPI_COMMON:%=$(O)/obj/tests/power/%) $(O)/obj/tests/power/lite/main.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -pthread -o $@ $^

.PHONY: uapi-tests
uapi-tests: $(UAPI_BINS) $(UAPI_BINS32) $(UAPI_OWN_BINS) $(UAPI_POWER) $(UAPI_FAULT)

# The same without Criterion, in another directory, for guests with less time. Only those 32-bit
# programs that test the width of pointers (tests/runner/guests.py lists them, too).
UAPI_QUICK_32 := $(addprefix test-,contract numbers submit stream stream-end uring ring-map mmap buf)
UAPI_QUICK := UAPI_RUNNER=lite UAPI_NAMES32="$(UAPI_QUICK_32)" UAPI_DIR=$(O)/tests/uapi-quick \
	UAPI_OWN_DIR=$(O)/tests/uapi-quick-own UAPI_STAMP=$(O)/obj/tests/uapi-quick-runner
.PHONY: uapi-quick
uapi-quick:
	+@$(MAKE) --no-print-directory $(UAPI_QUICK) uapi-tests

-include $(wildcard $(O)/obj/tests/fault/*.d $(O)/obj/tests/power/*.d $(UAPI_OBJ)/*.d $(UAPI_OBJ)/*/*.d $(UAPI_OBJ32)/*.d $(UAPI_OBJ32)/*/*.d)
