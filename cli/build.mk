# SPDX-License-Identifier: MIT
# The tool `dmactl`.

CLI_SRC := $(wildcard cli/*.c)
CLI_OBJ := $(CLI_SRC:cli/%.c=$(O)/cli/%.o)
CLI_DEFS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DDMACTL_VERSION='"$(VERSION)"' -Icli
CLI_PKGS := json-c
CLI_JSON_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(CLI_PKGS))
CLI_LIBS = -laio $(shell $(PKG_CONFIG) --libs $(CLI_PKGS)) -pthread

all: $(O)/dmactl

$(O)/cli/%.o: cli/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(CLI_DEFS) $(CLI_JSON_CFLAGS) -c -o $@ $<

$(O)/dmactl: $(CLI_OBJ) $(O)/libdmauser.so
	$(CC) -o $@ $(CLI_OBJ) $(USER_LDFLAGS) -L$(O) -ldmauser $(CLI_LIBS)

-include $(CLI_OBJ:.o=.d)
-include tests/unit-cli/build.mk

BINDIR ?= $(PREFIX)/bin
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

.PHONY: install-cli
install: install-cli
install-cli: $(O)/dmactl
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(COMPLETIONDIR)
	$(INSTALL) -m 755 $(O)/dmactl $(DESTDIR)$(BINDIR)/
	$(INSTALL) -m 644 cli/man/dmactl.1 $(DESTDIR)$(MANDIR)/man1/
	$(INSTALL) -m 644 packaging/completions/dmactl $(DESTDIR)$(COMPLETIONDIR)/
