# SPDX-License-Identifier: MIT
# The program of tests/bench. It needs the packages of packaging/deps/bench.txt.

BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH_OBJ := $(BENCH_SRC:%.c=$(O)/obj/%.o)
BENCH := $(O)/tests/bench/bench

$(O)/obj/tests/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE $(CLI_PKG_CFLAGS) -c -o $@ $<

$(BENCH): $(BENCH_OBJ) $(O)/libdmauser.so
	@mkdir -p $(@D)
	$(CC) -o $@ $(BENCH_OBJ) $(USER_LDFLAGS) -L$(O) -ldmauser -luring $(shell $(PKG_CONFIG) --libs json-c)

.PHONY: bench-program
bench-program: $(BENCH)

-include $(BENCH_OBJ:.o=.d)
