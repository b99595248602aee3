# SPDX-License-Identifier: MIT
# Host tests of the library. They need the packages of packaging/deps/unit.txt.

UNIT_DIR := $(O)/tests/unit
UNIT_NAMES := $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))
UNIT_BINS := $(UNIT_NAMES:%=$(UNIT_DIR)/test_%)
UNIT_CHECKS := $(patsubst tests/unit/%.sh,%,$(wildcard tests/unit/check-*.sh))

# The functions that mock.c replaces.
UNIT_WRAPPED := dmauser_ioctl dmauser_chan_exists_at calloc realloc strdup munmap open64
UNIT_LDFLAGS := $(UNIT_WRAPPED:%=-Wl,--wrap=%) -lcriterion -pthread

$(UNIT_DIR)/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -Ilibdmauser -DEXPECTED_VERSION='"$(VERSION)"' -pthread -c -o $@ $<

$(UNIT_BINS): $(UNIT_DIR)/test_%: $(UNIT_DIR)/test_%.o $(UNIT_DIR)/mock.o $(LIB_STATIC)
	$(CC) $(USER_LDFLAGS) -o $@ $< $(UNIT_DIR)/mock.o $(LIB_STATIC) $(UNIT_LDFLAGS)

# Without Criterion, see threads.c.
$(UNIT_DIR)/threads: $(UNIT_DIR)/threads.o $(LIB_STATIC)
	$(CC) $(USER_LDFLAGS) -o $@ $< $(LIB_STATIC) -Wl,--wrap=dmauser_ioctl -pthread

# Runs every Criterion program, in the mode that SANITIZE or COVERAGE select; each writes its
# results to a .tap file.
.PHONY: unit-run
unit-run: $(UNIT_BINS)
	@status=0; for bin in $(UNIT_BINS); do \
		rm -f $$bin.tap; \
		$$bin --timeout 60 --tap=$$bin.tap || status=1; \
	done; exit $$status

# Runs the check scripts, which print TAP themselves.
.PHONY: unit-scripts
unit-scripts: libdmauser
	@mkdir -p $(UNIT_DIR)
	@status=0; for check in $(UNIT_CHECKS); do \
		O=$(O) CC="$(CC)" tests/unit/$$check.sh >$(UNIT_DIR)/$$check.tap || status=1; \
		sed "s/^/[$$check] /" $(UNIT_DIR)/$$check.tap; \
	done; exit $$status

# ThreadSanitizer of gcc 12 needs the address space without randomization.
UNIT_NO_ASLR := $(shell setarch -R true 2>/dev/null && echo setarch -R)

.PHONY: unit-threads
unit-threads: $(UNIT_DIR)/threads
	@status=0; timeout 120 $(UNIT_NO_ASLR) $< >$<.tap || status=1; sed "s/^/[threads] /" $<.tap; exit $$status

.PHONY: unit-check
unit-check:
	+$(MAKE) O=$(O) unit-run
	+$(MAKE) O=$(O) unit-scripts
	+$(MAKE) O=$(O)/asan SANITIZE=1 unit-run unit-threads
	+$(MAKE) O=$(O)/tsan CFLAGS="-O1 -g -fsanitize=thread" \
		LDFLAGS=-fsanitize=thread unit-threads

.PHONY: unit-coverage
unit-coverage:
	+$(MAKE) O=$(O)/coverage COVERAGE=1 CFLAGS=-g unit-run
	gcovr --root . --object-directory $(O)/coverage/libdmauser --filter libdmauser/ \
		--fail-under-line 90

-include $(UNIT_BINS:=.d) $(UNIT_DIR)/mock.d $(UNIT_DIR)/threads.d

# A program that sees only the installed library.
.PHONY: install-check
install-check: libdmauser
	@mkdir -p $(O)/tests/install
	@status=0; O=$(O) CC="$(CC)" tests/install/check.sh >$(O)/tests/install/check.tap || status=1; \
		sed "s/^/[install] /" $(O)/tests/install/check.tap; exit $$status
