################################################################################
#
# dmactl
#
################################################################################

DMACTL_VERSION = 0.2.0
DMACTL_SOURCE = dmactl-$(DMACTL_VERSION).tar.xz
# The directory of the tarball of `make dist`. DMACTL_OVERRIDE_SRCDIR in local.mk uses a
# checkout instead.
DMACTL_SITE = $(call qstrip,$(or $(BR2_DMACTL_SITE),file://$(BR2_EXTERNAL_DMACTL_PATH)/dl))
# A tarball cannot hold its own checksum.
BR_NO_CHECK_HASH_FOR += $(DMACTL_SOURCE)
DMACTL_LICENSE = MIT (library, tool), GPL-2.0 (kernel modules), GPL-2.0 with Linux-syscall-note or MIT (interface header)
DMACTL_LICENSE_FILES = LICENSES/MIT.txt LICENSES/GPL-2.0-only.txt LICENSES/Linux-syscall-note.txt
DMACTL_DEPENDENCIES = host-pkgconf json-c libaio libtraceevent libtracefs util-linux
DMACTL_INSTALL_STAGING = YES

DMACTL_MODULE_SUBDIRS = kmod
DMACTL_MODULE_MAKE_OPTS = PARTS="dmactl $(if $(BR2_PACKAGE_DMACTL_SIM),dma-sim)"

# ARCH and other variables of the environment are for the kernel. Here the compiler
# determines the target.
DMACTL_SETTINGS = O=build ARCH= PREFIX=/usr CC="$(TARGET_CC)" AR="$(TARGET_AR)" \
	PKG_CONFIG="$(PKG_CONFIG_HOST_BINARY)" CFLAGS="$(TARGET_CFLAGS)" \
	LDFLAGS="$(TARGET_LDFLAGS)" WARN="-Wall -Wextra"

# `all` would also build the examples, which need liburing.
define DMACTL_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(DMACTL_SETTINGS) libdmauser build/dmactl
endef

define DMACTL_INSTALL_STAGING_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(DMACTL_SETTINGS) DESTDIR="$(STAGING_DIR)" install-libdmauser
endef

define DMACTL_INSTALL_TARGET_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(DMACTL_SETTINGS) DESTDIR="$(TARGET_DIR)" install-user
endef

define DMACTL_USERS
	- - dma -1 - - - - Users of /dev/dmactl
endef

$(eval $(kernel-module))
$(eval $(generic-package))
