# SPDX-License-Identifier: MIT
# tests/rdma: which memory an RDMA device takes. `rdma-tests` needs libibverbs-dev.

RDMA_PROBE := $(O)/tests/rdma/register

.PHONY: rdma-tests
rdma-tests: $(RDMA_PROBE) $(O)/examples/rdma-capture

$(RDMA_PROBE): tests/rdma/register.c $(LIB_STATIC)
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -pthread $(USER_LDFLAGS) -o $@ $< $(LIB_STATIC) -libverbs

-include $(RDMA_PROBE).d
