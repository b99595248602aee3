# SPDX-License-Identifier: MIT
# dmactl-zmq, $(O)/dmactl-zmq. `all` builds it only if libzmq is installed. Packages and
# tests need it, so they use the target `zmq`, which fails without it.

ZMQ_DIR := $(O)/zmq
ZMQ_OBJ := $(patsubst libdmauser/adapters/zmq/%.c,$(ZMQ_DIR)/%.o,$(wildcard libdmauser/adapters/zmq/*.c))
# Sizes, times and numbers are read as by dmactl.
ZMQ_OBJ_CLI := $(O)/cli/out/units.o $(O)/cli/out/values.o
ZMQ_PKGS := libzmq json-c
ZMQ_HAVE := $(if $(FOREIGN),,$(shell $(PKG_CONFIG) --exists $(ZMQ_PKGS) && echo 1))

.PHONY: zmq
zmq: $(O)/dmactl-zmq

ifneq ($(ZMQ_HAVE),)
all: zmq
endif

$(ZMQ_OBJ): $(ZMQ_DIR)/%.o: libdmauser/adapters/zmq/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Icli $(shell $(PKG_CONFIG) --cflags $(ZMQ_PKGS)) -c -o $@ $<

# This program can run from the build directory, without installation.
$(O)/dmactl-zmq: $(ZMQ_OBJ) $(ZMQ_OBJ_CLI) $(LIB_LINKS)
	$(CC) -o $@ $(ZMQ_OBJ) $(ZMQ_OBJ_CLI) $(USER_LDFLAGS) -L$(O) -Wl,-rpath,'$$ORIGIN' -ldmauser $(shell $(PKG_CONFIG) --libs $(ZMQ_PKGS))

.PHONY: install-zmq
install-zmq: zmq
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1
	$(CC) -o $(ZMQ_DIR)/dmactl-zmq.installed $(ZMQ_OBJ) $(ZMQ_OBJ_CLI) $(USER_LDFLAGS) -L$(O) $(CLI_RPATH) -ldmauser \
		$(shell $(PKG_CONFIG) --libs $(ZMQ_PKGS))
	$(INSTALL) -m 755 $(ZMQ_DIR)/dmactl-zmq.installed $(DESTDIR)$(BINDIR)/dmactl-zmq
	$(INSTALL) -m 644 libdmauser/adapters/zmq/dmactl-zmq.1 $(DESTDIR)$(MANDIR)/man1/

-include $(ZMQ_OBJ:.o=.d)
