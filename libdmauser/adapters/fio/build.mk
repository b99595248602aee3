# SPDX-License-Identifier: MIT
# `make fio`: the engine for fio 3.33, $(O)/fio/dmactl-fio.so. Not part of `all`: it
# needs fio, and fio's source for the headers.

FIO_DIR := $(O)/fio
FIO_CACHE ?= $(or $(DMACTL_CACHE),$(HOME)/.cache/dmactl)/fio
# Another source tree must be configured first: ./configure in its directory.
FIO_SOURCE ?= $(FIO_CACHE)/tree
FIO_ENGINE := $(FIO_DIR)/dmactl-fio.so
FIO_VERSION = $(shell sed -n 's/^DEF_VER=//p' $(FIO_SOURCE)/FIO-VERSION-GEN)
FIO_CFLAGS = -isystem $(FIO_SOURCE) -include $(FIO_SOURCE)/config-host.h -D_GNU_SOURCE -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64 \
	-DFIO_INTERNAL -DFIO_VERSION='"$(FIO_VERSION)"'

.PHONY: fio fio-source
fio: $(FIO_ENGINE)
fio-source:
	$(if $(filter $(FIO_CACHE)/tree,$(FIO_SOURCE)),@libdmauser/adapters/get-source $(FIO_CACHE) fio fio '3.33-*' '*')
	@cd $(FIO_SOURCE) && { test -e config-host.h || ./configure >configure.log; }

$(FIO_ENGINE): libdmauser/adapters/fio/engine.c $(LIB_LINKS) | fio-source
	@mkdir -p $(@D)
	$(CC) -shared $(USER_CFLAGS) $(FIO_CFLAGS) -fPIC $(USER_LDFLAGS) -o $@ $< -L$(O) -ldmauser

-include $(FIO_DIR)/dmactl-fio.d
