# SPDX-License-Identifier: MIT
# Building for another processor than this one: `make ARCH=arm64`, with the
# kernel's name of the architecture.
#
#	CROSS_COMPILE	prefix of the compiler; known for arm64, arm, riscv, x86
#	SYSROOT		a tree with headers and libraries of the target; by
#			default what `tests/boards/sysroot ensure` fetched, if
#			it did, else the compiler's own
#
# Sets FOREIGN, empty for a native build.

# The kernel's name of what uname says.
karch = $(shell echo '$(1)' | sed -e 's/^i.86$$/x86/' -e 's/^x86_64$$/x86/' -e 's/^aarch64.*/arm64/' \
	-e '/^arm64/!s/^arm.*/arm/' -e 's/^riscv.*/riscv/')
ifneq ($(ARCH),)
FOREIGN := $(filter-out $(call karch,$(shell uname -m)),$(call karch,$(ARCH)))
endif

ifneq ($(FOREIGN),)

CROSS_OF_arm64 := aarch64-linux-gnu-
CROSS_OF_arm := arm-linux-gnueabihf-
CROSS_OF_riscv := riscv64-linux-gnu-
CROSS_OF_x86 := x86_64-linux-gnu-
DEBIAN_OF_arm64 := arm64
DEBIAN_OF_arm := armhf
DEBIAN_OF_riscv := riscv64
CROSS_COMPILE ?= $(CROSS_OF_$(FOREIGN))
CROSS_DEBIAN := $(DEBIAN_OF_$(FOREIGN))

# Never among the native objects.
O ?= build/$(FOREIGN)
# There is no Criterion for a cross compiler.
UAPI_RUNNER ?= lite

CROSS_TRIPLET := $(shell $(CROSS_COMPILE)gcc -print-multiarch 2>/dev/null)
ifneq ($(CROSS_DEBIAN),)
CROSS_CACHED := $(wildcard $(shell tests/boards/sysroot dir $(CROSS_DEBIAN)))
endif
SYSROOT ?= $(CROSS_CACHED)
ifneq ($(SYSROOT),)
# Debian's cross compilers come with a C library, and look there first even
# with --sysroot: half of one and half of the other would be taken.
CROSS_LIBDIRS := $(wildcard $(SYSROOT)/usr/lib/$(CROSS_TRIPLET) $(SYSROOT)/usr/lib)
SYSROOT_CFLAGS := --sysroot=$(SYSROOT) \
	$(patsubst %,-isystem %,$(wildcard $(SYSROOT)/usr/include/$(CROSS_TRIPLET) $(SYSROOT)/usr/include))
SYSROOT_LDFLAGS := --sysroot=$(SYSROOT) $(CROSS_LIBDIRS:%=-B%) $(CROSS_LIBDIRS:%=-L%)
endif
# Not exported: $(shell) would not see it.
PKG_CONFIG_LIBDIR ?= $(SYSROOT)/usr/lib/$(CROSS_TRIPLET)/pkgconfig:$(SYSROOT)/usr/lib/pkgconfig:$(SYSROOT)/usr/share/pkgconfig
PKG_CONFIG ?= pkg-config
override PKG_CONFIG := env PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_LIBDIR=$(PKG_CONFIG_LIBDIR) $(PKG_CONFIG)

# What Debian's .kernelvariables would say by itself; other trees need it.
CROSS_KBUILD := ARCH=$(ARCH) CROSS_COMPILE=$(CROSS_COMPILE)

# --- what is missing is said before anything is built ---

CROSS_GOALS := $(filter-out clean help lint,$(or $(MAKECMDGOALS),all))
ifneq ($(CROSS_GOALS),)
ifeq ($(CROSS_COMPILE),)
$(error ARCH=$(ARCH): which compiler? Set CROSS_COMPILE to its prefix)
endif
ifeq ($(shell command -v $(CROSS_COMPILE)gcc),)
$(error no compiler $(CROSS_COMPILE)gcc for ARCH=$(ARCH): $(if $(CROSS_OF_$(FOREIGN)),install gcc-$(CROSS_OF_$(FOREIGN):-=) or )set CROSS_COMPILE)
endif
endif
ifeq ($(DESTDIR),)
ifneq ($(filter install% uninstall,$(CROSS_GOALS)),)
$(error ARCH=$(ARCH) is not for this system: set DESTDIR)
endif
endif

# $(call cross_need,PACKAGES,LIBS): pkg-config's packages and the libraries that
# programs are linked with.
cross_need = $(if $(filter-out modules install-modules,$(CROSS_GOALS)),$(if $(shell \
	{ $(PKG_CONFIG) --exists $(1) && echo 'int main(void) { return 0; }' | \
	$(CC) $(CFLAGS) $(LDFLAGS) -o /dev/null -x c - $(2); } >/dev/null 2>&1 && echo yes),,\
	$(error the libraries $(2) ($(1)) for ARCH=$(ARCH) are not there$(if $(SYSROOT), in $(SYSROOT)): \
	$(if $(CROSS_DEBIAN),run `tests/boards/sysroot ensure $(CROSS_DEBIAN)` or )set SYSROOT)))

endif
