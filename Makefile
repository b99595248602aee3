# SPDX-License-Identifier: MIT
# Builds, installs and tests dmactl. `make help` lists the targets.

# First, as it has defaults of its own.
include cross.mk

O ?= build
# One spelling: make takes build/x and /path/to/build/x for two files, and what
# one depends on is not known of the other.
override O := $(patsubst $(CURDIR)/%,%,$(abspath $(O)))
PREFIX ?= /usr/local
CC := $(CROSS_COMPILE)gcc
AR := $(CROSS_COMPILE)ar
PKG_CONFIG ?= pkg-config

VERSION := 0.1.0

CSTD := -std=gnu11
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS ?= -O2 -g
override CFLAGS += $(SYSROOT_CFLAGS)
override LDFLAGS += $(SYSROOT_LDFLAGS)
ifeq ($(SANITIZE),1)
MODE_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifeq ($(COVERAGE),1)
MODE_FLAGS := --coverage -O0
endif
# Flags of every user-space object; a fragment adds its own -I.
USER_CFLAGS := $(CSTD) $(CFLAGS) $(MODE_FLAGS) $(WARN) -Iuapi -Ilibdmauser/include -MMD -MP
USER_LDFLAGS := $(LDFLAGS) $(MODE_FLAGS)

# The kernel to build the modules for.
KDIR ?= /lib/modules/$(shell uname -r)/build

.PHONY: all
all:

# Each part adds its targets to `all` and to `install` in its own fragment.
include libdmauser/build.mk
include cli/build.mk
include tests/unit/build.mk
include tests/uapi/build.mk
include tests/bench/build.mk

$(if $(FOREIGN),$(call cross_need,$(CLI_PKGS),$(CLI_LIBS)))

# The scripts of tests/vm take the build directory from here.
export O

# --- kernel modules ---

# In a copy, so that the source tree stays as it is.
MODULES_DIR = $(abspath $(O))/modules/kdir
# No O=: to the kernel's Makefile it would mean the kernel's own build.
KBUILD = $(MAKE) -C $(KDIR) O= M=$(MODULES_DIR)/kmod $(CROSS_KBUILD)
KVER = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)

.PHONY: modules
modules:
	@test -n "$(KVER)" || { echo "$(KDIR): no kernel to build modules for (KDIR=...)" >&2; exit 1; }
	@mkdir -p $(MODULES_DIR)
	@cp -Ru kmod uapi $(MODULES_DIR)/
	+$(KBUILD) modules

# --- install ---

UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d

.PHONY: install install-user install-config install-modules
install: install-user install-modules
install-user: install-libdmauser install-cli install-config
	$(if $(DESTDIR),,ldconfig)

install-config:
	$(INSTALL) -d $(DESTDIR)$(UDEVDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(MANDIR)/man4
	$(INSTALL) -m 644 packaging/man/dmactl.4 $(DESTDIR)$(MANDIR)/man4/
	$(INSTALL) -m 644 packaging/udev/70-dmactl.rules $(DESTDIR)$(UDEVDIR)/
	$(INSTALL) -m 644 packaging/sysusers/dmactl.conf $(DESTDIR)$(SYSUSERSDIR)/
	$(if $(DESTDIR),,@! command -v systemd-sysusers >/dev/null || systemd-sysusers)
	$(if $(DESTDIR),,@! command -v udevadm >/dev/null || udevadm control --reload || :)

# Without a key, signing fails for each module, and the kernel's build goes on.
SIGNING = $(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)

# DEPMOD=true: a staged tree is no place for depmod, and else it comes after.
install-modules: modules
	+$(KBUILD) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates DEPMOD=true $(SIGNING) modules_install
	$(if $(DESTDIR),,depmod $(KVER))

# What `install` puts, by staging it anew: files, and with DESTDIR the
# directories that are empty then. Without DESTDIR, directories are the
# system's.
UNINSTALL_DIR = $(abspath $(O))/uninstall
MODULES_INSTALLED = $(DESTDIR)/lib/modules/$(KVER)/updates

.PHONY: uninstall
uninstall:
	@rm -rf $(UNINSTALL_DIR)
	+@$(MAKE) --no-print-directory DESTDIR=$(UNINSTALL_DIR) install-user >/dev/null
	@cd $(UNINSTALL_DIR) && find . ! -type d -printf '%P\n' | while IFS= read -r f; do \
		rm -fv "$(DESTDIR)/$$f"; done
	$(if $(KVER),@rm -fv $(MODULES_INSTALLED)/dmactl/dmactl.ko* $(MODULES_INSTALLED)/dma-sim/dma-sim.ko*)
	$(if $(KVER),@rmdir $(MODULES_INSTALLED)/dmactl $(MODULES_INSTALLED)/dma-sim 2>/dev/null || :)
	$(if $(DESTDIR),@find "$(DESTDIR)" -mindepth 1 -depth -type d -empty -delete)
	$(if $(DESTDIR),,$(if $(KVER),@depmod $(KVER)))
	$(if $(DESTDIR),,@ldconfig)
	@rm -rf $(UNINSTALL_DIR)

# --- tests; docs/testing.md says more ---

DEPS := packaging/deps/install.sh

.PHONY: check debug-check boards rates bench lint coverage demo
check:
	@$(DEPS) check
	+@tests/check

debug-check:
	@$(DEPS) check $(if $(DMACTL_DEBUG_KERNEL),,debug)
	+@UAPI_RUNNER=lite tests/check build selftest:debug guest:debug

BOARDS ?= all
boards:
	@$(DEPS) boards
	+@tests/boards/run $(if $(KERNEL),--kernel $(KERNEL)) $(BOARDS)

rates:
	@$(DEPS) check
	+@tests/rates/run $(KERNEL)

bench:
	@$(DEPS) bench
	+@tests/bench/run $(if $(KERNEL),--kernel $(KERNEL)) $(BENCH_ARGS)

lint:
	@$(DEPS) lint
	+@tests/check lint

coverage:
	@$(DEPS) coverage
	+@tests/coverage

demo:
	@$(DEPS) demo
	+@tests/demo/run

.PHONY: help
help:
	@echo 'Build:    make                       library, tool, examples, in $(O)/'
	@echo '          make modules [KDIR=...]    kernel modules for a kernel'
	@echo 'Try:      make demo                  a copy through DMA in a virtual machine'
	@echo 'Install:  make install [KDIR=...]    all; install-user leaves the modules out,'
	@echo '                                     install-modules is only them'
	@echo '          make uninstall             with the same variables'
	@echo 'Test:     make check                 everything, on two stock kernels'
	@echo '          make debug-check           on a kernel with KASAN, lockdep and others'
	@echo '          make boards [BOARDS=...] [KERNEL=...]   on emulated boards'
	@echo '          make rates [KERNEL=...]    the highest rate of capture that a guest can hold'
	@echo '          make bench [KERNEL=...]    what a transfer costs, beside others; BENCH_ARGS=--help'
	@echo '          make lint                  format, shellcheck, checkpatch, sparse'
	@echo '          make coverage              line coverage of library and tool'
	@echo 'Variables: O PREFIX DESTDIR KDIR ARCH CROSS_COMPILE SYSROOT CC CFLAGS LDFLAGS SANITIZE=1'

.PHONY: clean
clean:
	rm -rf $(O)
