// SPDX-License-Identifier: MIT
/* What the device is not: numbers without an ioctl, and a file with a content. */
#include "uapi.h"

UAPI_TEST(numbers, other_numbers_are_no_ioctls)
{
	/* Numbers without a request macro in the header. */
	static const unsigned int without[] = {
#ifndef DMACTL_IOC_CHAN_CONFIG
		DMACTL_NR_CHAN_CONFIG,
#endif
#ifndef DMACTL_IOC_BUF_MAP_USER
		DMACTL_NR_BUF_MAP_USER,
#endif
#ifndef DMACTL_IOC_BUF_IMPORT
		DMACTL_NR_BUF_IMPORT,
#endif
#ifndef DMACTL_IOC_BUF_EXPORT
		DMACTL_NR_BUF_EXPORT,
#endif
#ifndef DMACTL_IOC_STREAM_OPEN
		DMACTL_NR_STREAM_OPEN,
#endif
		DMACTL_NR_END,
	};
	union {
		uint32_t size;
		unsigned char bytes[2 * PAGE];
	} arg;
	int fd = dev_open(0);
	unsigned int nr;
	size_t i;

	memset(&arg, 0, sizeof(arg));
	arg.size = 64;
	for (i = 0; i < ARRAY_SIZE(without); i++)
		check_eq(dev_ioctl(fd, DMACTL_IO(without[i]), &arg), -ENOTTY);
	for (nr = DMACTL_NR_END; nr < 256; nr++)
		check_eq(dev_ioctl(fd, DMACTL_IO(nr), &arg), -ENOTTY);
	/* Nobody looks at the pointer. */
	check_eq(dev_ioctl(fd, DMACTL_IO(DMACTL_NR_END), NULL), -ENOTTY);
}

UAPI_TEST(numbers, the_device_cannot_be_written_or_sought)
{
	struct dmactl_completion record = {0};
	int fd = dev_open(0);

	check_eq(write(fd, &record, sizeof(record)), -1);
	check_eq(errno, EINVAL);
	check_eq(pread(fd, &record, sizeof(record), 0), -1);
	check_eq(errno, ESPIPE);
	check_eq(lseek(fd, 0, SEEK_SET), -1);
	check_eq(errno, ESPIPE);
}
