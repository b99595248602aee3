# SPDX-License-Identifier: MIT
# The example rdma-capture, of several files. `examples` builds it only if libibverbs is
# installed; the tests need it, and fail without it.

RDMA_DIR := $(O)/examples/rdma
RDMA_OBJ := $(patsubst libdmauser/examples/rdma-capture/%.c,$(RDMA_DIR)/%.o,$(wildcard libdmauser/examples/rdma-capture/*.c))
RDMA_HAVE := $(if $(FOREIGN),,$(shell $(PKG_CONFIG) --exists libibverbs && echo 1))

ifneq ($(RDMA_HAVE),)
examples: $(O)/examples/rdma-capture
endif

$(RDMA_DIR)/%.o: libdmauser/examples/rdma-capture/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -c -o $@ $<

$(O)/examples/rdma-capture: $(RDMA_OBJ) $(LIB_STATIC)
	$(CC) -pthread $(USER_LDFLAGS) -o $@ $^ -libverbs

-include $(RDMA_OBJ:.o=.d)
