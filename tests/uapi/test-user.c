// SPDX-License-Identifier: MIT
/* BUF_MAP_USER: pinned memory of the program. */
#include "uapi.h"

#define READ_ONLY DMACTL_MAP_USER_READ_ONLY

#define ROOM (8 * PAGE)

/* Copies to and from @len bytes at @off, and checks that the rest does not change. */
static void check_place(int fd, uint32_t chan, unsigned char *p, size_t off, size_t len,
			const struct mem *other)
{
	struct mem mem;

	memset(p, 0x11, ROOM);
	mem = pin(fd, p + off, len, 0);
	copy_check(fd, chan, &mem, 0, other, 3, len);
	copy_check(fd, chan, other, 5, &mem, 0, len);
	if (len > 40)
		copy_check(fd, chan, &mem, 13, other, 7, len - 29);
	bytes_all(p, off, 0x11);
	bytes_all(p + off + len, ROOM - off - len, 0x11);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(fdinfo(fd, "pinned-pages"), 0);
}

UAPI_TEST(user, any_alignment)
{
	static const size_t offs[] = {0, 1, 63, 64, 100, PAGE - 1, PAGE, PAGE + 77};
	static const size_t lens[] = {1, 64, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 5, 4 * PAGE + 99};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem other = mem_get(fd, ROOM);
	unsigned char *p = pin_memory(ROOM, PROT_READ | PROT_WRITE);
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(offs); i++)
		for (j = 0; j < ARRAY_SIZE(lens); j++)
			check_place(fd, chan, p, offs[i], lens[j], &other);
	munmap(p, ROOM);
}

UAPI_TEST(user, a_range_ends_where_it_was_said_to)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	unsigned char *p = pin_memory(2 * PAGE, PROT_READ | PROT_WRITE);
	struct mem mem = pin(fd, p + 10, 100, 0);
	struct dmactl_op op;

	check_eq(fdinfo(fd, "buffer-bytes"), 100);
	op = op_fill(fd, chan, &mem, 0, 100, 1);
	run_ok(fd, &op);
	bytes_all(p, 10, 0);
	bytes_all(p + 10, 100, 1);
	bytes_all(p + 110, PAGE, 0);
	op = op_fill(fd, chan, &mem, 0, 101, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EINVAL);
	op = op_fill(fd, chan, &mem, 100, 1, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EINVAL);
	check_eq(fdinfo(fd, "pinned-pages"), 1);
	check(map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	munmap(p, 2 * PAGE);
}

UAPI_TEST(user, large_and_in_one_piece)
{
	const size_t len = 9 << 20;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	unsigned char *p = pin_memory(len, PROT_READ | PROT_WRITE);
	struct mem mem, other = mem_get(fd, len);

	madvise(p, len, MADV_HUGEPAGE);
	mem = pin(fd, p + 33, len - 99, 0);
	copy_check(fd, chan, &mem, 4, &other, 9, len - 200);
	copy_check(fd, chan, &other, 9, &mem, 77, len - 300);
	check_eq(fdinfo(fd, "pinned-pages"), len / PAGE);
	munmap(p, len);
}

UAPI_TEST(user, memory_that_may_only_be_read)
{
	struct dmactl_sg sg[2];
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, 4 * PAGE), mem, whole;
	unsigned char *p = pin_memory(4 * PAGE, PROT_READ | PROT_WRITE);

	pattern_fill(p, 0, 4 * PAGE, SRC_BODY);
	check_eq(mprotect(p, 4 * PAGE, PROT_READ), 0);
	check_eq(pin_try(fd, p, PAGE, 0), -EFAULT);
	mem = pin(fd, p + 50, 3 * PAGE, READ_ONLY);
	op = op_memcpy(chan, &dst, 20, &mem, 10, 2 * PAGE);
	run_ok(fd, &op);
	pattern_check(dst.p, 20, 2 * PAGE, SRC_BODY, 60);
	bytes_all(dst.p, 20, 0);

	/* No op may write to it. */
	op = op_fill(fd, chan, &mem, 0, 1, 0xee);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	op = op_memcpy(chan, &mem, 0, &dst, 0, 16);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	sg[0] = sg_piece(DMACTL_SG_SRC, &dst, 0, 16);
	sg[1] = sg_piece(DMACTL_SG_DST, &mem, 0, 16);
	op = op_sg(chan, sg, 2, 16);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	pattern_check(p, 0, 4 * PAGE, SRC_BODY, 0);
	/* The refused ops do not hold the buffer. */
	check_eq(destroy(fd, mem.buf), 0);

	/* The same for memory that the program itself can write. */
	check_eq(mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE), 0);
	whole = pin(fd, p, 4 * PAGE, READ_ONLY);
	op = op_fill(fd, chan, &whole, 0, 1, 0xee);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EPERM);
	munmap(p, 4 * PAGE);
}

/* A sync never writes a bounce buffer to memory that the device may only read. */
UAPI_TEST(user, a_sync_does_not_write_to_it)
{
	struct dmactl_buf_sync arg = {.size = sizeof(arg), .len = PAGE};
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, PAGE), mem;
	unsigned char *p = pin_memory(PAGE, PROT_READ | PROT_WRITE);

	mem = pin(fd, p, PAGE, READ_ONLY);
	op = op_memcpy(chan, &dst, 0, &mem, 0, PAGE);
	run_ok(fd, &op);
	memset(p, 0x77, PAGE);
	arg.buf = mem.buf;
	arg.flags = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	bytes_all(p, PAGE, 0x77);
	run_ok(fd, &op);
	bytes_all(dst.p, PAGE, 0x77);
	munmap(p, PAGE);
}

/* The memory is pinned before the program first touches it, and then written. */
UAPI_TEST(user, what_is_written_later_is_read)
{
	int fd = dev_open(0), round;
	uint32_t chan = chan_get(fd);
	struct mem dst = mem_get(fd, 2 * PAGE);

	for (round = 0; round < 2; round++) {
		unsigned char *p = pin_memory(2 * PAGE, PROT_READ | PROT_WRITE);
		struct mem mem = pin(fd, p, 2 * PAGE, round ? READ_ONLY : 0);
		struct dmactl_op op = op_memcpy(chan, &dst, 0, &mem, 0, 2 * PAGE);

		memset(p, 0x40 + round, 2 * PAGE);
		run_ok(fd, &op);
		bytes_all(dst.p, 2 * PAGE, 0x40 + round);
		munmap(p, 2 * PAGE);
	}
}

UAPI_TEST(user, bad_ranges)
{
	int fd = dev_open(0);
	unsigned char *p = pin_memory(6 * PAGE, PROT_READ | PROT_WRITE);
	struct dmactl_buf_map_user arg = {.size = sizeof(arg), .addr = (uintptr_t)p, .len = PAGE};

	memset(p, 1, 6 * PAGE);
	check_eq(munmap(p + 4 * PAGE, PAGE), 0);
	check_eq(mprotect(p + 2 * PAGE, PAGE, PROT_NONE), 0);
	check_eq(pin_try(fd, p, 0, 0), -EINVAL);
	check_eq(pin_try(fd, p, 2 * PAGE, 0), 0);
	check_eq(pin_try(fd, p, 2 * PAGE + 1, 0), -EFAULT);
	check_eq(pin_try(fd, p + 2 * PAGE, 10, READ_ONLY), -EFAULT);
	check_eq(pin_try(fd, p + 3 * PAGE, PAGE, 0), 0);
	check_eq(pin_try(fd, p + 3 * PAGE, 2 * PAGE, 0), -EFAULT);
	check_eq(pin_try(fd, p + 4 * PAGE, 1, READ_ONLY), -EFAULT);
	check_eq(pin_try(fd, p + 5 * PAGE, PAGE, 0), 0);
	check_eq(pin_try(fd, NULL, PAGE, 0), -EFAULT);
	check_eq(pin_try(fd, (void *)-(uintptr_t)PAGE, PAGE, 0), -EFAULT);
	check_eq(pin_try(fd, p, (1u << 30) + 1, 0), -EDQUOT);
	arg.addr = 0xffff888000001000ull;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_MAP_USER, &arg), -EFAULT);
	arg.addr = ~0ull - 10;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_MAP_USER, &arg), -EFAULT);
	check_eq(fdinfo(fd, "buffers"), 0);
	check_eq(fdinfo(fd, "pinned-pages"), 0);
	munmap(p, 6 * PAGE);
}

/* With an IOMMU, coherent memory may consist of pages that can be pinned. */
UAPI_TEST(user, device_memory_cannot_be_pinned)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem coherent = mem_coherent(fd, chan, 4 * PAGE);

	if (chan_can(DMACTL_CAP_IOMMU) && !pin_try(fd, coherent.p, PAGE, 0)) {
		struct mem other = mem_get(fd, 4 * PAGE),
			   mem = pin(fd, coherent.p + 9, 3 * PAGE, 0);

		copy_check(fd, chan, &other, 0, &mem, 1, 2 * PAGE);
		copy_check(fd, chan, &mem, 1, &other, 0, 2 * PAGE);
		pattern_check(coherent.p, 10, 2 * PAGE, SRC_BODY, 0);
		return;
	}
	check_eq(pin_try(fd, coherent.p, PAGE, 0), -EOPNOTSUPP);
	check_eq(pin_try(fd, coherent.p + 100, 2 * PAGE, READ_ONLY), -EOPNOTSUPP);
	check_eq(fdinfo(fd, "buffers"), 1);
}

UAPI_TEST(user, a_mapping_of_a_buffer_can)
{
	int fd = dev_open(0), other = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem streaming = mem_get(other, 4 * PAGE), dst = mem_get(fd, 4 * PAGE), mem;

	mem = pin(fd, streaming.p + 9, 3 * PAGE, 0);
	copy_check(fd, chan, &dst, 0, &mem, 1, 2 * PAGE);
	copy_check(fd, chan, &mem, 1, &dst, 0, 2 * PAGE);
	pattern_check(streaming.p, 10, 2 * PAGE, SRC_BODY, 0);
}
