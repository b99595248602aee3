// SPDX-License-Identifier: MIT
#include "private.h"

#include <errno.h>
#include <string.h>

/* Texts for errno values that strerror(3) explains with files and sockets. */
static const struct {
	int number;
	const char *text;
} texts[] = {
	{E2BIG, "the module dmactl is too old for this"},
	{EACCES, "no permission to use /dev/dmactl"},
	{EAGAIN, "no room for more at the moment"},
	{EBUSY, "the channel or the memory is in use"},
	{ECANCELED, "the transfer was terminated"},
	{EDQUOT, "a limit is reached: RLIMIT_MEMLOCK, or one of the module dmactl"},
	{EFAULT, "the memory cannot be read or written"},
	{EINVAL, "the channel or the module does not take this value"},
	{EIO, "the DMA device or its driver reported an error"},
	{EMSGSIZE, "the transfer is longer than the channel can move"},
	{ENODEV, "the DMA device is gone"},
	{ENOENT, "no free channel, object or device node is like this; is the module loaded?"},
	{ENOMEM, "out of memory"},
	{ENOTTY, "the module dmactl is too old for this, or it is not its device"},
	{EOPNOTSUPP, "the channel or the module cannot do this"},
	{EPERM, "not allowed: it takes more privilege, or a channel that is offered"},
	{EREMOTEIO, "the DMA device could not write the memory"},
	{ETIMEDOUT, "it took too long"},
	{EXDEV, "the DMA device cannot reach the memory"},
};

DMAUSER_EXPORT const char *dmauser_strerror(int error)
{
	/* -error would overflow for INT_MIN. */
	unsigned int number = error < 0 ? 0u - (unsigned int)error : (unsigned int)error;

	if (!number)
		return "no error";
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if ((unsigned int)texts[i].number == number)
			return texts[i].text;
	}
	return number < 4096 ? strerror((int)number) : "unknown error";
}
