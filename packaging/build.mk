# SPDX-License-Identifier: MIT
# Packages and tarballs, see docs/install.md.

# The source that DKMS builds for each kernel, in the directory where it looks.
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

# The manual for a browser, from the same pages. Needs mandoc.
HTML_DIR = $(O)/html
HTML_PAGES = $(wildcard cli/man/*.[0-9] libdmauser/man/*.[0-9] libdmauser/adapters/*/*.[0-9] packaging/man/*.[0-9])

.PHONY: html
html:
	@rm -rf $(HTML_DIR)
	@packaging/man-html $(HTML_DIR) $(HTML_PAGES)
	@echo $(HTML_DIR)/index.html

.PHONY: dist deb packages-check packages-quick
# packaging/dist uses the committed files, or all files of an unpacked tarball.
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
