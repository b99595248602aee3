// SPDX-License-Identifier: MIT
#include "private.h"

DMAUSER_EXPORT const char *dmauser_version(void)
{
	return DMAUSER_VERSION;
}
