# SPDX-License-Identifier: MIT
# `make dpdk`: the driver for DPDK 22.11, $(O)/dpdk/librte_dma_dmactl.so, and its tests.
# Not part of `all`: it needs libdpdk-dev, and DPDK's source for headers that it lacks.

DPDK_DIR := $(O)/dpdk
# Keep DPDK's source for other builds.
DPDK_CACHE ?= $(or $(DMACTL_CACHE),$(HOME)/.cache/dmactl)/dpdk
DPDK_SOURCE ?= $(DPDK_CACHE)/tree
DPDK_PMD := $(DPDK_DIR)/librte_dma_dmactl.so
DPDK_OBJ := $(patsubst libdmauser/adapters/dpdk/%.c,$(DPDK_DIR)/%.o,$(wildcard libdmauser/adapters/dpdk/*.c))
DPDK_TEST_OBJ := $(patsubst tests/dpdk/%.c,$(DPDK_DIR)/tests/%.o,$(wildcard tests/dpdk/*.c))
DPDK_OWN_OBJ := $(DPDK_DIR)/tests/own/test_dmadev.o $(DPDK_DIR)/tests/own/test_dmadev_api.o
# Do not warn about DPDK's headers.
DPDK_CFLAGS = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags libdpdk)) -DALLOW_INTERNAL_API -DALLOW_EXPERIMENTAL_API \
	$(addprefix -isystem $(DPDK_SOURCE)/,lib/dmadev lib/eal/include drivers/bus/vdev app/test) -Wno-strict-prototypes
DPDK_LIBS = $(shell $(PKG_CONFIG) --libs libdpdk) -lrte_bus_vdev -lrte_dmadev -lrte_kvargs

.PHONY: dpdk dpdk-source
dpdk: $(DPDK_PMD) $(DPDK_DIR)/dpdk-autotest
dpdk-source:
	$(if $(filter $(DPDK_CACHE)/tree,$(DPDK_SOURCE)),@libdmauser/adapters/get-source $(DPDK_CACHE) dpdk libdpdk-dev '22.11.*' \
		'*/lib/dmadev/*' '*/lib/eal/include/*' '*/drivers/bus/vdev/*' '*/app/test/test.h' '*/app/test/*dmadev*')

$(DPDK_OBJ): $(DPDK_DIR)/%.o: libdmauser/adapters/dpdk/%.c | dpdk-source
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(DPDK_CFLAGS) -fPIC -c -o $@ $<

$(DPDK_PMD): $(DPDK_OBJ) $(LIB_LINKS)
	$(CC) -shared -o $@ $(DPDK_OBJ) $(USER_LDFLAGS) -L$(O) -ldmauser $(DPDK_LIBS) -Wl,--no-undefined

$(DPDK_TEST_OBJ): $(DPDK_DIR)/tests/%.o: tests/dpdk/%.c | dpdk-source
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) $(DPDK_CFLAGS) -c -o $@ $<

# DPDK's own tests, unchanged and without warnings.
$(DPDK_OWN_OBJ): $(DPDK_DIR)/tests/own/%.o: | dpdk-source
	@mkdir -p $(@D)
	$(CC) $(CSTD) $(CFLAGS) $(DPDK_CFLAGS) -w -c -o $@ $(DPDK_SOURCE)/app/test/$*.c

$(DPDK_DIR)/dpdk-autotest: $(DPDK_TEST_OBJ) $(DPDK_OWN_OBJ)
	$(CC) -o $@ $^ $(USER_LDFLAGS) $(DPDK_LIBS) -lrte_mbuf -lrte_mempool -lrte_ring

-include $(DPDK_OBJ:.o=.d) $(DPDK_TEST_OBJ:.o=.d)
