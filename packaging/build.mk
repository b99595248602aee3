# SPDX-License-Identifier: MIT
# Packages and tarballs; docs/install.md says what to do with them.

# What DKMS builds for each kernel, where it looks for that.
DKMS_DIR = $(DESTDIR)/usr/src/dmactl-$(VERSION)

.PHONY: install-dkms
install-dkms:
	rm -rf $(DKMS_DIR)
	$(INSTALL) -d $(DKMS_DIR)/uapi/linux $(DESTDIR)$(MODULESLOADDIR)
	cd kmod && find . \( -name '*.[ch]' ! -name '*.mod.c' -o -name Kbuild -o -name Makefile \) \
		-exec $(INSTALL) -D -m 644 {} $(DKMS_DIR)/kmod/{} \;
	$(INSTALL) -m 644 uapi/linux/dmactl.h $(DKMS_DIR)/uapi/linux/
	sed 's/#MODULE_VERSION#/$(VERSION)/' packaging/dkms/dkms.conf >$(DKMS_DIR)/dkms.conf
	$(INSTALL) -m 644 packaging/modules-load/dmactl.conf $(DESTDIR)$(MODULESLOADDIR)/

.PHONY: dist deb packages-check packages-quick
# From what is committed; a tree without git is what a tarball unpacks to.
dist:
	packaging/dist $(O)

deb:
	@$(DEPS) deb
	+@packaging/build-deb $(O)/deb

packages-check:
	@$(DEPS) packages
	+@tests/packages/run

packages-quick:
	@$(DEPS) packages-quick
	+@tests/packages/quick
