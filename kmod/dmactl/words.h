/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small structs of the hot path from and to a program, a word at a time:
 * what copy_from_user() checks and calls costs more than the bytes.
 */
#ifndef DMACTL_WORDS_H
#define DMACTL_WORDS_H

#include <linux/align.h>
#include <linux/uaccess.h>

/* @size is a constant, and a multiple of 8. 0 or -EFAULT. */
static __always_inline int dmactl_get_words(void *to, const void __user *from,
					    size_t size)
{
	const unsigned long __user *p = from;
	unsigned long *words = to;
	size_t i;

	BUILD_BUG_ON(size % sizeof(u64));
	/* Not every architecture takes words from anywhere. */
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

#endif /* DMACTL_WORDS_H */
