// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sys/ioctl.h>

#include "private.h"

int dmauser_ioctl(int fd, unsigned long request, void *arg)
{
	if (ioctl(fd, request, arg) < 0)
		return -errno;
	return 0;
}
