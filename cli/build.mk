# SPDX-License-Identifier: MIT
# The tool `dmactl`.

CLI_SRC := $(wildcard cli/*.c cli/*/*.c)
CLI_OBJ := $(CLI_SRC:cli/%.c=$(O)/cli/%.o)
CLI_DEFS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DDMACTL_VERSION='"$(VERSION)"' -Icli
CLI_PKGS := json-c libtracefs libtraceevent smartcols
CLI_PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(CLI_PKGS))
CLI_LIBS = -laio $(shell $(PKG_CONFIG) --libs $(CLI_PKGS)) -pthread

all: $(O)/dmactl

$(O)/cli/%.o: cli/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(CLI_DEFS) $(CLI_PKG_CFLAGS) -c -o $@ $<

# This program can run from the build directory, without installation.
$(O)/dmactl: $(CLI_OBJ) $(O)/libdmauser.so
	$(CC) -o $@ $(CLI_OBJ) $(USER_LDFLAGS) -L$(O) -Wl,-rpath,'$$ORIGIN' -ldmauser $(CLI_LIBS)

-include $(CLI_OBJ:.o=.d)
-include tests/unit-cli/build.mk

BINDIR ?= $(PREFIX)/bin
COMPLETIONSDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
SCHEMADIR ?= $(PREFIX)/share/dmactl
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# No rpath for directories that the loader searches; one for others, such as ~/.local/lib.
CLI_RPATH = $(if $(filter /lib% /usr/lib% /usr/local/lib%,$(LIBDIR)),,-Wl,-rpath,$(LIBDIR))

.PHONY: install-cli
install: install-cli
install-cli: $(O)/dmactl
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 \
		$(DESTDIR)$(COMPLETIONSDIR) $(DESTDIR)$(ZSHDIR) $(DESTDIR)$(FISHDIR) $(DESTDIR)$(SCHEMADIR)
	$(CC) -o $(O)/dmactl.installed $(CLI_OBJ) $(USER_LDFLAGS) -L$(O) $(CLI_RPATH) -ldmauser $(CLI_LIBS)
	$(INSTALL) -m 755 $(O)/dmactl.installed $(DESTDIR)$(BINDIR)/dmactl
	$(INSTALL) -m 644 cli/man/dmactl.1 $(DESTDIR)$(MANDIR)/man1/
	$(INSTALL) -m 644 cli/man/dmactl-json.5 $(DESTDIR)$(MANDIR)/man5/
	$(INSTALL) -m 644 cli/schema/dmactl.schema.json $(DESTDIR)$(SCHEMADIR)/
	$(INSTALL) -m 644 packaging/completions/dmactl $(DESTDIR)$(COMPLETIONSDIR)/
	$(INSTALL) -m 644 packaging/completions/_dmactl $(DESTDIR)$(ZSHDIR)/
	$(INSTALL) -m 644 packaging/completions/dmactl.fish $(DESTDIR)$(FISHDIR)/
