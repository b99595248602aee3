// SPDX-License-Identifier: MIT
#include "private.h"

int dmauser_destroy_handle(int fd, uint32_t handle)
{
	struct dmactl_destroy arg = {.size = sizeof(arg), .handle = handle};

	return dmauser_ioctl(fd, DMACTL_IOC_DESTROY, &arg);
}
