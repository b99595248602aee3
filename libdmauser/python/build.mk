# SPDX-License-Identifier: MIT
# python3-dmauser: the package dmauser, in $(O)/python. `all` builds it only if Python's
# headers and cffi are installed. Packages and tests need it, so they use the target
# `python`, which fails without them.

# A Python with the needed modules. A Python of pyenv in PATH cannot use Debian's packages.
PY_NEEDS := import cffi, numpy, os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))
PYTHON ?= $(shell for p in python3 /usr/bin/python3; do if $$p -c '$(PY_NEEDS)' 2>/dev/null; then echo $$p; exit; fi; done; echo python3)
PY_DIR := $(O)/python
PY_PKG := $(PY_DIR)/dmauser
PY_SRCS := $(wildcard libdmauser/python/dmauser/*.py)
PY_EXAMPLES := $(wildcard libdmauser/python/examples/*.py)
PYTHONDIR ?= $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib", vars={"base": "$(PREFIX)", "platbase": "$(PREFIX)"}))' 2>/dev/null)

# When cross compiling, the Python of the target is unknown.
PY_HAVE := $(if $(FOREIGN),,$(shell $(PYTHON) -c '$(PY_NEEDS)' 2>/dev/null && echo 1))
PY_INCLUDE = $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')
PY_SUFFIX = $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
# Without our warning flags, because of Python's headers and cffi's code.
PY_CFLAGS = $(CFLAGS) $(MODE_FLAGS) -fPIC -isystem $(PY_INCLUDE)

.PHONY: python
python: $(PY_PKG)/.built

ifneq ($(PY_HAVE),)
all: python
endif

$(PY_DIR)/_lib.c: libdmauser/python/build_ffi.py libdmauser/include/dmauser.h uapi/linux/dmactl.h
	@mkdir -p $(PY_DIR)
	@$(PYTHON) -c '$(PY_NEEDS)' || { echo "$(PYTHON): python3-dmauser needs python3-cffi, python3-numpy and python3-dev" >&2; exit 1; }
	CC="$(CC)" CPPFLAGS="-Iuapi -Ilibdmauser/include" $(PYTHON) -B $< $(PY_DIR)

# abi3: the module of cffi works with every Python 3.
$(PY_DIR)/_lib.abi3.so: $(PY_DIR)/_lib.c $(LIB_LINKS)
	$(CC) -shared $(PY_CFLAGS) -Iuapi -Ilibdmauser/include $(USER_LDFLAGS) -o $@ $< -L$(O) -ldmauser

$(PY_DIR)/_memory.so: libdmauser/python/dmauser/_memory.c
	@mkdir -p $(PY_DIR)
	$(CC) -shared $(CSTD) $(PY_CFLAGS) $(WARN) -Wno-missing-prototypes $(USER_LDFLAGS) -o $@ $<

$(PY_PKG)/.built: $(PY_DIR)/_lib.abi3.so $(PY_DIR)/_memory.so $(PY_SRCS)
	@rm -rf $(PY_PKG)
	@mkdir -p $(PY_PKG)
	cp $(PY_SRCS) $(PY_DIR)/_constants.py $(PY_DIR)/_lib.abi3.so $(PY_PKG)/
	cp $(PY_DIR)/_memory.so $(PY_PKG)/_memory$(PY_SUFFIX)
	touch $(PY_PKG)/py.typed
	@echo '$(PYTHON)' >$@

.PHONY: install-python
install-python: python
	$(INSTALL) -d $(DESTDIR)$(PYTHONDIR)/dmauser
	$(INSTALL) -m 644 $(PY_PKG)/* $(DESTDIR)$(PYTHONDIR)/dmauser/
