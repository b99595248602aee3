/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies small structs between kernel and program on the hot path, word by
 * word: copy_from_user() spends more time on checks and calls than on the
 * bytes.
 */
#ifndef DMACTL_USERCOPY_H
#define DMACTL_USERCOPY_H

#include <linux/align.h>
#include <linux/uaccess.h>

/* @size is a constant multiple of 8. Returns 0 or -EFAULT. */
static __always_inline int dmactl_get_words(void *to, const void __user *from,
					    size_t size)
{
	const unsigned long __user *p = from;
	unsigned long *words = to;
	size_t i;

	BUILD_BUG_ON(size % sizeof(u64));
	/* Some architectures cannot read unaligned words. */
	if (unlikely(!IS_ALIGNED((unsigned long)from, sizeof(*p))))
		return copy_from_user(to, from, size) ? -EFAULT : 0;
	if (!user_read_access_begin(p, size))
		return -EFAULT;
#pragma GCC unroll 8
	for (i = 0; i < size / sizeof(*p); i++)
		unsafe_get_user(words[i], &p[i], fault);
	user_read_access_end();
	return 0;
fault:
	user_read_access_end();
	return -EFAULT;
}

static __always_inline int dmactl_put_words(void __user *to, const void *from,
					    size_t size)
{
	const unsigned long *words = from;
	unsigned long __user *p = to;
	size_t i;

	BUILD_BUG_ON(size % sizeof(u64));
	if (unlikely(!IS_ALIGNED((unsigned long)to, sizeof(*p))))
		return copy_to_user(to, from, size) ? -EFAULT : 0;
	if (!user_write_access_begin(p, size))
		return -EFAULT;
#pragma GCC unroll 8
	for (i = 0; i < size / sizeof(*p); i++)
		unsafe_put_user(words[i], &p[i], fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

#define DMACTL_MAX_STRIDE 4096

/*
 * In an array of extensible structs, the program gives the stride of the
 * elements.
 */
static inline bool dmactl_stride_ok(u32 nr, u32 stride, size_t least)
{
	if (!nr)
		return !stride;
	return stride >= least && stride <= DMACTL_MAX_STRIDE &&
	       IS_ALIGNED(stride, 8);
}

#endif /* DMACTL_USERCOPY_H */
