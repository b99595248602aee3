// SPDX-License-Identifier: MIT
/* BUF_ALLOC, BUF_SYNC and DESTROY of buffers. */
#include "uapi.h"

UAPI_TEST(buf, lengths_are_whole_pages)
{
	static const uint64_t lens[] = {1,	  PAGE - 1, PAGE,	  PAGE + 1,
					3 * PAGE, 1 << 20,  (9 << 20) + 1};
	int fd = dev_open(0);
	struct mem mem;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, lens[i], &mem), 0);
		check_eq(mem.len, (lens[i] + PAGE - 1) / PAGE * PAGE);
		check_eq(mem.off % PAGE, 0);
		check_eq(fdinfo(fd, "buffer-bytes"), mem.len);
		check_eq(destroy(fd, mem.buf), 0);
	}
}

UAPI_TEST(buf, bad_values)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem, other;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 0, &mem), -EINVAL);
	check_eq(buf_alloc(fd, 0, 0, PAGE, &mem), -EINVAL);
	check_eq(buf_alloc(fd, DMACTL_BUF_KIND_END, 0, PAGE, &mem), -EINVAL);
	check_eq(buf_alloc(fd, ~0u, 0, PAGE, &mem), -EINVAL);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, 0, PAGE, &mem), -EINVAL);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 777, PAGE, &mem), -ENOENT);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, 777, PAGE, &mem), -ENOENT);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &other), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, other.buf, PAGE, &mem), -ENOENT);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan, 0, &mem), -EINVAL);
	check_eq(fdinfo(fd, "buffers"), 1);
	/* A channel only determines the node of the memory. */
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, chan, PAGE, &mem), 0);
}

UAPI_TEST(buf, lengths_that_nobody_has)
{
	static const uint64_t lens[] = {(1ull << 30) + 1, 1ull << 40, ~0ull - PAGE, ~0ull};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, lens[i], &mem), -EDQUOT);
		check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan, lens[i], &mem), -EDQUOT);
	}
	/* Within the limit, but more than any device's coherent memory. */
	ret = buf_alloc(fd, DMACTL_BUF_COHERENT, chan, 1 << 30, &mem);
	check_eq(ret, -ENOMEM);
	check_eq(fdinfo(fd, "buffers"), 0);
}

UAPI_TEST(buf, memory_is_zeroed)
{
	int fd = dev_open(0), round;
	uint32_t chan = chan_get(fd);
	struct mem mem[2];
	size_t i, j;

	for (round = 0; round < 3; round++) {
		mem[0] = mem_get(fd, 1 << 20);
		mem[1] = mem_coherent(fd, chan, 1 << 16);
		for (j = 0; j < 2; j++) {
			for (i = 0; i < mem[j].len; i++)
				if (mem[j].p[i])
					fail("byte %zu is %#x", i, mem[j].p[i]);
			memset(mem[j].p, 0xff, mem[j].len);
			mem_unmap(&mem[j]);
			check_eq(destroy(fd, mem[j].buf), 0);
		}
	}
}

UAPI_TEST(buf, a_handle_is_not_used_again_soon)
{
	int fd = dev_open(0), i;
	struct mem first, mem;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &first), 0);
	check_eq(destroy(fd, first.buf), 0);
	check_eq(destroy(fd, first.buf), -ENOENT);
	for (i = 0; i < 500; i++) {
		check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
		check(mem.buf != first.buf);
		check_eq(destroy(fd, mem.buf), 0);
	}
	check_eq(destroy(fd, first.buf), -ENOENT);
}

UAPI_TEST(buf, handles_that_are_not_buffers)
{
	int fd = dev_open(0), other = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem ours = mem_get(fd, PAGE), gone, theirs;
	uint32_t wrong[] = {0, chan, 0, 0, 99999, ~0u};
	struct dmactl_op op;
	size_t i;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &gone), 0);
	check_eq(destroy(fd, gone.buf), 0);
	wrong[2] = gone.buf;
	/* Handles are per session: use one that this session has not reached. */
	for (i = 0; i < 20; i++)
		check_eq(buf_alloc(other, DMACTL_BUF_STREAMING, 0, PAGE, &theirs), 0);
	wrong[3] = theirs.buf;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct mem bad = {.buf = wrong[i], .len = PAGE};

		op = op_memcpy(chan, &bad, 0, &ours, 0, 16);
		check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENOENT);
		op = op_memcpy(chan, &ours, 0, &bad, 0, 16);
		check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENOENT);
		op = op_memset(chan, &bad, 0, 16, 0);
		check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENOENT);
		if (wrong[i] != chan)
			check_eq(destroy(fd, wrong[i]), -ENOENT);
	}
	check_eq(fdinfo(other, "buffers"), 20);
}

UAPI_TEST(buf, one_in_flight_is_busy)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct dmactl_op op = op_memcpy(chan, &dst, 0, &src, 0, PAGE);

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(destroy(fd, src.buf), -EBUSY);
	check_eq(destroy(fd, dst.buf), -EBUSY);
	check_eq(fdinfo(fd, "buffers"), 2);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
	check_eq(destroy(fd, dst.buf), -ENOENT);
}

UAPI_TEST(buf, a_completion_frees_it_before_it_is_reaped)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, PAGE, 9);

	submit_all(fd, &op, 1);
	while (!fdinfo(fd, "completions-queued"))
		sleep_ms(1);
	check_eq(destroy(fd, mem.buf), 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(mem.p[PAGE - 1], 9);
}

UAPI_TEST(buf, coherent_is_for_one_device)
{
	int fd = dev_open(0);
	uint32_t here = chan_of_device(fd, "dma-sim.0"), there = chan_of_device(fd, "dma-sim.1");
	uint32_t also_here = chan_of_device(fd, "dma-sim.0");
	struct mem coherent = mem_coherent(fd, here, PAGE);
	struct mem any = mem_get(fd, PAGE);
	struct dmactl_op op = op_memcpy(there, &any, 0, &coherent, 0, 16);

	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EXDEV);
	op = op_memcpy(there, &coherent, 0, &any, 0, 16);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EXDEV);
	op = op_memset(there, &coherent, 0, 16, 0);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EXDEV);
	copy_check(fd, also_here, &any, 0, &coherent, 0, 1000);
	/* A streaming buffer works on both devices. */
	copy_check(fd, there, &any, 0, &any, 2000, 1000);
	copy_check(fd, here, &any, 2000, &any, 0, 1000);
	check_eq(destroy(fd, here), 0);
	copy_check(fd, also_here, &coherent, 1, &any, 2, 1000);
}

UAPI_TEST(buf, coherent_outlives_the_devices_channels)
{
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem coherent = mem_coherent(fd, chan, PAGE), any = mem_get(fd, PAGE);

	copy_check(fd, chan, &coherent, 7, &any, 9, 500);
	check_eq(destroy(fd, chan), 0);
	coherent.p[0] = 1;
	chan = chan_of_device(fd, "dma-sim.0");
	copy_check(fd, chan, &any, 7, &coherent, 9, 500);
}

static int sync_range(int fd, uint32_t buf, uint32_t flags, uint64_t off, uint64_t len)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg), .flags = flags, .buf = buf, .off = off, .len = len};

	return dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg);
}

UAPI_TEST(buf, sync_takes_one_end_and_a_direction)
{
	int fd = dev_open(0);
	struct mem mem = mem_get(fd, PAGE);
	uint32_t flags;

	for (flags = 0; flags < 16; flags++) {
		bool one_end = !(flags & DMACTL_SYNC_BEGIN) != !(flags & DMACTL_SYNC_END);
		bool dir = flags & (DMACTL_SYNC_READ | DMACTL_SYNC_WRITE);

		check_eq(sync_range(fd, mem.buf, flags, 0, PAGE), one_end && dir ? 0 : -EINVAL);
	}
}

/* Offset, length, and whether the range is inside a buffer of three pages. */
static const struct {
	uint64_t off, len;
	bool ok;
} ranges[] = {
	{0, 1, true},
	{0, 3 * PAGE, true},
	{3 * PAGE - 1, 1, true},
	{PAGE + 5, PAGE, true},
	{0, 0, false},
	{PAGE, 0, false},
	{0, 3 * PAGE + 1, false},
	{3 * PAGE, 1, false},
	{3 * PAGE - 1, 2, false},
	{1, 3 * PAGE, false},
	{~0ull, 1, false},
	{~0ull, 2, false},
	{~0ull - PAGE + 1, 2 * PAGE, false},
	{1, ~0ull, false},
	{PAGE, ~0ull - PAGE + 1, false},
	{1ull << 63, 1ull << 63, false},
	{1ull << 32, PAGE, false},
	{0, (1ull << 32) + 1, false},
};

UAPI_TEST(buf, ranges_are_checked_alike_everywhere)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem a = mem_get(fd, 3 * PAGE), b = mem_get(fd, 8 * PAGE);
	struct mem c = mem_coherent(fd, chan, 3 * PAGE);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		uint64_t off = ranges[i].off, len = ranges[i].len;
		int want = ranges[i].ok ? 0 : -EINVAL;
		struct dmactl_completion record;
		struct dmactl_op ops[] = {
			op_memcpy(chan, &a, off, &b, 0, len),
			op_memcpy(chan, &b, 0, &a, off, len),
			op_memcpy(chan, &c, off, &b, 0, len),
			op_memset(chan, &a, off, len, 1),
		};
		size_t j;

		check_eq(sync_range(fd, a.buf, DMACTL_SYNC_END | DMACTL_SYNC_WRITE, off, len),
			 want);
		for (j = 0; j < ARRAY_SIZE(ops); j++) {
			int ret = submit_flags(fd, &ops[j], 1, 0, NULL);

			if (ret != want)
				fail("op %zu, offset %#llx, length %#llx: %d", j,
				     (unsigned long long)off, (unsigned long long)len, ret);
			if (!ret)
				reap_all(fd, &record, 1);
		}
	}
}

UAPI_TEST(buf, sync_with_one_device)
{
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0"), other = chan_of_device(fd, "dma-sim.1");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, PAGE, 1);
	struct dmactl_buf_sync arg = {.size = sizeof(arg), .buf = mem.buf, .len = PAGE};

	arg.flags = DMACTL_SYNC_END | DMACTL_SYNC_WRITE;
	arg.chan = chan;
	/* Before and after the device has mapped the buffer. */
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	run_ok(fd, &op);
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	arg.chan = other;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	arg.chan = mem.buf;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), -ENOENT);
	arg.chan = 4711;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), -ENOENT);
	check_eq(mem.p[0], 1);
}

UAPI_TEST(buf, sync_knows_its_own_buffers)
{
	int fd = dev_open(0), other = dev_open(0);
	struct mem mem = mem_get(fd, PAGE);
	uint32_t flags = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ;
	uint32_t chan = chan_get(fd);

	check_eq(sync_range(other, mem.buf, flags, 0, PAGE), -ENOENT);
	check_eq(sync_range(fd, chan, flags, 0, PAGE), -ENOENT);
	check_eq(sync_range(fd, 0, flags, 0, PAGE), -ENOENT);
	check_eq(sync_range(fd, mem.buf, flags, 0, PAGE), 0);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(sync_range(fd, mem.buf, flags, 0, PAGE), -ENOENT);
}

/* With NO_SYNC the program has to sync the buffer itself. */
UAPI_TEST(buf, no_sync_with_sync_by_hand)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 2 * PAGE), dst = mem_get(fd, 2 * PAGE);
	struct dmactl_op op = op_memcpy(chan, &dst, 100, &src, 200, PAGE);

	/* The first op maps the buffers. */
	run_ok(fd, &op);
	check_eq(sync_range(fd, src.buf, DMACTL_SYNC_BEGIN | DMACTL_SYNC_WRITE, 0, src.len), 0);
	pattern_fill(src.p, 200, PAGE, SRC_BODY);
	check_eq(sync_range(fd, src.buf, DMACTL_SYNC_END | DMACTL_SYNC_WRITE, 0, src.len), 0);
	op.flags = DMACTL_OPF_NO_SYNC;
	run_ok(fd, &op);
	check_eq(sync_range(fd, dst.buf, DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ, 100, PAGE), 0);
	pattern_check(dst.p, 100, PAGE, SRC_BODY, 200);
	check_eq(sync_range(fd, dst.buf, DMACTL_SYNC_END | DMACTL_SYNC_READ, 100, PAGE), 0);
	check_eq(dst.p[99], 0);
	check_eq(dst.p[100 + PAGE], 0);
}

/* With a channel, BUF_SYNC syncs only for that channel's device. */
UAPI_TEST(buf, sync_for_one_channel)
{
	const uint32_t begin = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, PAGE, 5);
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg), .flags = begin, .buf = mem.buf, .chan = chan, .len = PAGE};

	/* The buffer is not mapped for the device yet, so there is nothing to do. */
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	op.flags = DMACTL_OPF_NO_SYNC_DST;
	run_ok(fd, &op);
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
	check_eq(mem.p[0], 5);
	check_eq(mem.p[PAGE - 1], 5);
	arg.chan = mem.buf;
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), -ENOENT);
	arg.chan = chan;
	check_eq(destroy(fd, chan), 0);
	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), -ENOENT);
}
