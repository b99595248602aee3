# SPDX-License-Identifier: MIT
# Builds, installs and tests dmactl. `make help` lists the targets.

# First, as it has defaults of its own.
include cross.mk

O ?= build
# One spelling: make takes build/x and /path/to/build/x for two files, and what
# one depends on is not known of the other.
override O := $(patsubst $(CURDIR)/%,%,$(abspath $(O)))
PREFIX ?= /usr/local
# To the kernel's Makefile, a relative one would be below the kernel's tree.
override DESTDIR := $(filter-out /,$(if $(DESTDIR),$(abspath $(DESTDIR))))
CC := $(CROSS_COMPILE)gcc
AR := $(CROSS_COMPILE)ar
PKG_CONFIG ?= pkg-config

VERSION := 0.2.0

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
include packaging/build.mk
include libdmauser/build.mk
include libdmauser/python/build.mk
include libdmauser/adapters/dpdk/build.mk
include libdmauser/adapters/fio/build.mk
include libdmauser/examples/gstreamer/build.mk
include libdmauser/examples/rdma-capture/build.mk
include libdmauser/adapters/zmq/build.mk
include cli/build.mk
include tests/unit/build.mk
include tests/uapi/build.mk
include tests/bench/build.mk
include tests/rdma/build.mk

$(if $(FOREIGN),$(call cross_need,$(CLI_PKGS),$(CLI_LIBS)))

# The scripts of tests/vm take the build directory from here.
export O

# --- kernel modules ---

# In a copy, so that the source tree stays as it is.
MODULES_DIR = $(abspath $(O))/modules/kdir
# No O=: to the kernel's Makefile it would mean the kernel's own build.
KBUILD = $(MAKE) -C $(KDIR) O= M=$(MODULES_DIR)/kmod $(CROSS_KBUILD)
# The directory below /lib/modules, which is what `uname -r` will say. Debian's 6.1
# has another word in include/config/kernel.release and from `make kernelrelease`.
KVER = $(or $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"$$/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null),\
	$(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null),$(patsubst /lib/modules/%/build,%,$(filter /lib/modules/%/build,$(KDIR))))

.PHONY: modules
modules:
	@test -e "$(KDIR)/Makefile" || { echo "$(KDIR): no headers to build modules for \
	(install linux-headers-$(or $(KVER),RELEASE), or name others with KDIR=...)" >&2; exit 1; }
	@mkdir -p $(MODULES_DIR)
	@cp -Ru kmod uapi $(MODULES_DIR)/
	+$(KBUILD) modules

# --- install ---

# udev and systemd read these below /usr and /usr/local; for a PREFIX of another
# name, they look in /etc only.
SYSTEM_PREFIX = $(filter /usr /usr/local,$(PREFIX:%/=%))
UDEVDIR ?= $(if $(SYSTEM_PREFIX),$(PREFIX)/lib,/etc)/udev/rules.d
SYSUSERSDIR ?= $(if $(SYSTEM_PREFIX),$(PREFIX)/lib,/etc)/sysusers.d
UNITDIR ?= $(if $(SYSTEM_PREFIX),$(PREFIX)/lib,/etc)/systemd/system
MODULESLOADDIR ?= $(if $(SYSTEM_PREFIX),$(PREFIX)/lib,/etc)/modules-load.d

# What only the system's administrator can do: somebody else installs the
# library and the tool for himself.
INSTALL_SYSTEM ?= $(if $(DESTDIR),1,$(filter 1,$(shell [ "$$(id -u)" != 0 ] || echo 1)))
# Programs that su leaves out of root's PATH.
AS_ROOT = PATH="$$PATH:/usr/sbin:/sbin";

.PHONY: install install-user install-config install-system install-modules
install: install-user install-modules
install-user: install-libdmauser install-cli install-config
	$(if $(DESTDIR),,$(if $(INSTALL_SYSTEM),@$(AS_ROOT) ldconfig))

install-config: $(if $(INSTALL_SYSTEM),install-system)
	$(INSTALL) -d $(DESTDIR)$(MANDIR)/man4
	$(INSTALL) -m 644 packaging/man/*.4 $(DESTDIR)$(MANDIR)/man4/
	$(if $(DESTDIR),,@packaging/where '$(PREFIX)' '$(BINDIR)' '$(COMPLETIONSDIR)' '$(if $(INSTALL_SYSTEM),$(UDEVDIR) $(SYSUSERSDIR) $(MODULESLOADDIR))')

install-system:
	$(INSTALL) -d $(DESTDIR)$(UDEVDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(MODULESLOADDIR) $(DESTDIR)$(UNITDIR)
	$(INSTALL) -m 644 packaging/udev/70-dmactl.rules $(DESTDIR)$(UDEVDIR)/
	$(INSTALL) -m 644 packaging/sysusers/dmactl.conf $(DESTDIR)$(SYSUSERSDIR)/
	$(INSTALL) -m 644 packaging/modules-load/dmactl.conf $(DESTDIR)$(MODULESLOADDIR)/
	for unit in dmactl-stats.service dmactl-stats.timer; do \
		sed 's,/usr/bin/dmactl,$(BINDIR)/dmactl,' packaging/systemd/$$unit >$(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; done
	$(if $(DESTDIR),,@$(AS_ROOT) if command -v systemd-sysusers >/dev/null; then \
		systemd-sysusers $(SYSUSERSDIR)/dmactl.conf; else getent group dma >/dev/null || groupadd -r dma; fi)
	$(if $(DESTDIR),,@$(AS_ROOT) ! command -v udevadm >/dev/null || udevadm control --reload || :)

# Without a key, signing fails for each module, and the kernel's build goes on.
SIGNING = $(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)

# DEPMOD=true: a staged tree is no place for depmod, and else it comes after.
install-modules: modules
	+$(KBUILD) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates DEPMOD=true $(SIGNING) modules_install
	$(if $(DESTDIR),,$(AS_ROOT) depmod $(KVER))

# What `install` puts, by staging it anew: files, and directories that are empty
# then. Those that a system has without us stay.
UNINSTALL_DIR = $(abspath $(O))/uninstall
MODULES_INSTALLED = $(DESTDIR)/lib/modules/$(KVER)/updates
DIRS_OF_SYSTEM = $(patsubst /%,%,$(PREFIX) $(BINDIR) $(LIBDIR) $(INCLUDEDIR) $(PREFIX)/share $(MANDIR))

.PHONY: uninstall
uninstall:
	@test -n "$(KVER)" || { echo "$(KDIR): no kernel, so it is not known whose modules to remove (KDIR=... or KVER=...)" >&2; exit 1; }
	@rm -rf $(UNINSTALL_DIR)
	+@$(MAKE) --no-print-directory DESTDIR=$(UNINSTALL_DIR) INSTALL_SYSTEM=$(INSTALL_SYSTEM) install-user >/dev/null
	@cd $(UNINSTALL_DIR) && find . ! -type d -printf '%P\n' | while IFS= read -r f; do \
		rm -fv "$(DESTDIR)/$$f"; done
	$(if $(KVER),@rm -fv $(MODULES_INSTALLED)/dmactl/dmactl.ko* $(MODULES_INSTALLED)/dma-sim/dma-sim.ko*)
	$(if $(KVER),@rmdir $(MODULES_INSTALLED)/dmactl $(MODULES_INSTALLED)/dma-sim $(MODULES_INSTALLED) 2>/dev/null || :)
	$(if $(DESTDIR),@find "$(DESTDIR)" -mindepth 1 -depth -type d -empty -delete,$(if $(filter /usr,$(PREFIX:%/=%)),,\
		@cd $(UNINSTALL_DIR) && find . -mindepth 1 -depth -type d -printf '%P\n' | \
		grep -vxF $(DIRS_OF_SYSTEM:%=-e '%') | grep -v '^etc\>' | while IFS= read -r d; do \
		rmdir "/$$d" 2>/dev/null || :; done))
	$(if $(DESTDIR)$(filter 0,$(words $(KVER))),,$(if $(INSTALL_SYSTEM),@$(AS_ROOT) depmod $(KVER)))
	$(if $(DESTDIR),,$(if $(INSTALL_SYSTEM),@$(AS_ROOT) ldconfig))
	@rm -rf $(UNINSTALL_DIR)

# --- tests; docs/testing.md says more ---

DEPS := packaging/deps/install.sh

# check is a person's, before a commit; check-all is everything.
.PHONY: check check-all check-every adapters-check debug-check rt-check power-check proof boards boards-long rates bench lint coverage demo
check:
	@$(DEPS) check
	+@tests/check

check-all:
	@$(DEPS) check
	+@tests/check --all

# What check-all has no time for.
check-every:
	@$(DEPS) adapters
	+@tests/check --all --all

adapters-check:
	@$(DEPS) adapters
	+@tests/check --all --all --only 'integration.dpdk' --only 'integration.fio' --only 'integration.gstreamer' \
		--only 'integration.tracing' --only 'integration.zmq' build guest:6.12
	@tests/rdma/run

debug-check:
	@$(DEPS) check $(if $(DMACTL_DEBUG_KERNEL),,debug)
	+@UAPI_RUNNER=lite tests/check --all build selftest:debug guest:debug

rt-check:
	@$(DEPS) check
	+@UAPI_RUNNER=lite tests/check build guest:rt

power-check:
	@$(DEPS) check
	+@$(MAKE) --no-print-directory UAPI_RUNNER=lite UAPI_NAMES32= uapi-tests
	@tests/power/run $(or $(KERNEL),6.12)

# Hours, as said in docs/testing.md; PROOF_SECONDS is the time of each kind of fuzzing.
PROOF_SECONDS ?= 10800
proof:
	@$(DEPS) check fuzz $(if $(DMACTL_DEBUG_KERNEL),,debug)
	@tests/model/run --more
	+@UAPI_RUNNER=lite tests/check --all --only 'fault.*' build guest:debug
	@tests/fuzz/run --seconds $(PROOF_SECONDS)
	@tests/fuzz/run --seconds $(PROOF_SECONDS) --threads 2

BOARDS ?= all
boards:
	@$(DEPS) boards
	+@tests/boards/run $(if $(KERNEL),--kernel $(KERNEL)) $(BOARDS)

# What takes too long for `boards'.
boards-long:
	@$(DEPS) boards
	+@tests/boards/run $(if $(KERNEL),--kernel $(KERNEL)) --long '*' $(if $(filter all,$(BOARDS)),axi,$(BOARDS))

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
	@echo '          make html                  the manual for a browser, in $(O)/html'
	@echo 'Try:      make demo                  a copy through DMA in a virtual machine'
	@echo 'Install:  make install [KDIR=...]    all; install-user leaves the modules out,'
	@echo '                                     install-modules is only them'
	@echo '          make uninstall             with the same variables'
	@echo 'Package:  make deb                   Debian packages, in $(O)/deb'
	@echo '          make dist                  dmactl-$(VERSION).tar.xz of what is committed, in $(O)'
	@echo '          make packages-check        their life on a whole Debian: install, boot, upgrade, purge'
	@echo 'Test:     make check                 what to run before a commit, on two stock kernels'
	@echo '          make check-all             everything'
	@echo '          make check-every           that, on 6.1 too, and the adapters: more than an hour'
	@echo '          make adapters-check        DPDK, fio, GStreamer, ZeroMQ, RDMA, tracers'
	@echo '          make debug-check           on a kernel with KASAN, lockdep and others'
	@echo '          make rt-check              on a kernel with PREEMPT_RT'
	@echo '          make power-check [KERNEL=...]   suspend and resume with transfers in flight'
	@echo '          make proof                 failures of every allocation, fuzzing, larger models: hours'
	@echo '          make boards [BOARDS=...] [KERNEL=...]   on emulated boards'
	@echo '          make boards-long [BOARDS=axi] [KERNEL=...]   1,000 kills, 200 unbinds, a minute of capture'
	@echo '          make rates [KERNEL=...]    the highest rate of capture that a guest can hold'
	@echo '          make bench [KERNEL=...]    what a transfer costs, beside others; BENCH_ARGS=--help'
	@echo '          make lint                  format, shellcheck, checkpatch, sparse'
	@echo '          make coverage              line coverage of library and tool'
	@echo 'Variables: O PREFIX DESTDIR KDIR ARCH CROSS_COMPILE SYSROOT CC CFLAGS LDFLAGS SANITIZE=1'

.PHONY: clean
clean:
	rm -rf $(O)
