# SPDX-License-Identifier: MIT
# Host tests of the tool: parsers and command line.

UNIT_CLI_DIR := $(O)/tests/unit-cli
UNIT_CLI_BINS := $(patsubst tests/unit-cli/test_%.c,$(UNIT_CLI_DIR)/test_%,$(wildcard tests/unit-cli/test_*.c))
# Objects that work without a device.
UNIT_CLI_OBJ := $(patsubst %,$(O)/cli/%.o,cyclic/ring-locate cyclic/shape dev/fdinfo dev/memory explain/trace-event \
	file/image out/openmetrics out/progress out/terminal out/units out/words test/pattern test/plan test/plan-check test/plan-raid verb/watch-line)

$(UNIT_CLI_DIR)/%.o: tests/unit-cli/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(CLI_DEFS) -c -o $@ $<

# The test replaces the functions of the ring that filler.c calls.
$(UNIT_CLI_DIR)/test_filler: $(O)/cli/cyclic/filler.o
$(UNIT_CLI_BINS): $(UNIT_CLI_DIR)/test_%: $(UNIT_CLI_DIR)/test_%.o $(UNIT_CLI_OBJ)
	$(CC) -o $@ $^ $(USER_LDFLAGS) -lcriterion -pthread

.PHONY: unit-cli-run unit-cli-check
unit-cli-run: $(UNIT_CLI_BINS) $(O)/dmactl
	@status=0; for bin in $(UNIT_CLI_BINS); do \
		rm -f $$bin.tap; \
		LD_LIBRARY_PATH=$(O) DMACTL=$(O)/dmactl $$bin --tap=$$bin.tap || status=1; \
	done; exit $$status

unit-cli-check:
	+$(MAKE) O=$(O) unit-cli-run
	+$(MAKE) O=$(O)/asan SANITIZE=1 unit-cli-run

-include $(UNIT_CLI_BINS:=.d)
