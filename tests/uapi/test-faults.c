// SPDX-License-Identifier: MIT
/* A provider that fails, lacks something, or is unbound. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>

#include "uapi.h"

#define MIB (1u << 20)

UAPI_TEST(faults, each_failure_has_its_own_status)
{
	static const struct {
		const char *how;
		int status;
	} cases[] = {{"read", -EFAULT}, {"write", -EREMOTEIO}, {"abort", -ECONNABORTED}};
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 100, 7);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		sim_set("fail_how", cases[i].how);
		sim_set("fail_nth", "1");
		record = run(fd, &op);
		check_eq(record.status, cases[i].status);
		check_eq(record.bytes, 0);
		check_eq(mem.p[0], 0);
	}
	check_eq(chan_status(fd, chan).out_failed, 3);
	check_eq(chan_status(fd, chan).out_bytes, 0);
	run_ok(fd, &op);
	check_eq(mem.p[0], 7);
}

/* A failed op does not affect the others of its batch. */
UAPI_TEST(faults, one_op_of_a_batch)
{
	struct dmactl_completion records[10];
	struct dmactl_op ops[10];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 10; i++) {
		ops[i] = op_memset(chan, &mem, i, 1, 7);
		ops[i].user_data = i;
	}
	sim_set("fail_nth", "4");
	submit_all(fd, ops, 10);
	reap_all(fd, records, 10);
	for (i = 0; i < 10; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, i == 3 ? -EFAULT : 0);
		check_eq(mem.p[i], i == 3 ? 0 : 7);
	}
}

/* An op of several descriptors completes once, with its first error. */
UAPI_TEST(faults, one_piece_of_an_op)
{
	struct dmactl_completion record;
	struct dmactl_sg sg[11];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct dmactl_op op = op_sg(chan, sg, 11, 100);

	sg[0] = sg_piece(DMACTL_SG_SRC, &src, 0, 100);
	for (i = 0; i < 10; i++)
		sg[i + 1] = sg_piece(DMACTL_SG_DST, &dst, i * 20, 10);
	op.user_data = 5;
	sim_set("fail_how", "write");
	sim_set("fail_nth", "6");
	record = run(fd, &op);
	check_eq(record.status, -EREMOTEIO);
	check_eq(record.bytes, 90);
	check_eq(reap(fd, &record, 1, 1, 20 * MSEC), -ETIME);
	run_ok(fd, &op);
}

static void few_descriptors(void)
{
	struct dmactl_completion record;
	struct dmactl_sg sg[101];
	struct dmactl_op op;
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, MIB), dst = mem_get(fd, MIB);

	copy_check(fd, chan, &dst, 5, &src, 7, MIB - 100);
	pattern_fill(src.p, 0, MIB, SRC_BODY);
	sg[0] = sg_piece(DMACTL_SG_SRC, &src, 0, 100 * 1000);
	for (i = 0; i < 100; i++)
		sg[i + 1] = sg_piece(DMACTL_SG_DST, &dst, i * 2000, 1000);
	op = op_sg(chan, sg, 101, 100 * 1000);
	op.user_data = 11;
	run_ok(fd, &op);
	for (i = 0; i < 100; i++)
		pattern_check(dst.p, i * 2000, 1000, SRC_BODY, i * 1000);
	check_eq(reap(fd, &record, 1, 1, 20 * MSEC), -ETIME);
	check(chan_status(fd, chan).out_descriptors >= 100);
}

UAPI_TEST(faults, an_op_larger_than_the_pool)
{
	with_sim("descriptors=4", few_descriptors);
	with_sim("descriptors=1", few_descriptors);
}

/* Ops for which the provider has no descriptors return to the caller. */
static void pool_is_full(void)
{
	struct dmactl_completion records[20];
	struct dmactl_op ops[20];
	struct pollfd p;
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd), accepted, total = 0;
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 20; i++) {
		ops[i] = op_memset(chan, &mem, i, 1, i + 1);
		ops[i].user_data = i;
	}
	sim_set("hold", "1");
	check_eq(submit_flags(fd, ops, 20, 0, &accepted), 0);
	check_eq(accepted, 4);
	check_eq(submit_flags(fd, ops + 4, 16, 0, &accepted), -EAGAIN);
	p = (struct pollfd){.fd = fd, .events = POLLOUT};
	check_eq(poll(&p, 1, 20), 0);
	sim_set("hold", "0");
	check_eq(poll(&p, 1, 20000), 1);
	total = 4;
	while (total < 20) {
		int ret = submit_flags(fd, ops + total, 20 - total, 0, &accepted);

		check(!ret || ret == -EAGAIN);
		total += ret ? 0 : accepted;
	}
	reap_all(fd, records, 20);
	for (i = 0; i < 20; i++) {
		check_eq(records[i].user_data, i);
		check_eq(mem.p[i], i + 1);
	}
}

UAPI_TEST(faults, a_full_pool)
{
	with_sim("descriptors=4", pool_is_full);
}

/* An op that is only partly submitted to the provider can be terminated. */
static void stop_half_way(void)
{
	struct dmactl_completion record;
	struct dmactl_sg sg[51];
	struct dmactl_op op;
	int i, fd = dev_open(0), round;
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);

	sg[0] = sg_piece(DMACTL_SG_SRC, &src, 0, 50);
	for (i = 0; i < 50; i++)
		sg[i + 1] = sg_piece(DMACTL_SG_DST, &dst, 2 * i, 1);
	op = op_sg(chan, sg, 51, 50);
	sim_set("hold", "1");
	for (round = 0; round < 2; round++) {
		submit_all(fd, &op, 1);
		check_eq(chan_status(fd, chan).out_residue, 50);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		check_eq(reap(fd, &record, 1, 1, 0), 1);
		check_eq(record.status, -ECANCELED);
	}
	sim_set("hold", "0");
	run_ok(fd, &op);
	/* The session is closed in the middle of the op. */
	sim_set("latency", "1000000");
	submit_all(fd, &op, 1);
}

UAPI_TEST(faults, stopped_half_way)
{
	with_sim("descriptors=4", stop_half_way);
}

static void aligned_only(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	static const struct {
		uint64_t dst, src, len;
		int ret;
	} cases[] = {
		{0, 0, 64, 0},	      {64, 128, 640, 0},   {1, 0, 64, -EINVAL},
		{0, 1, 64, -EINVAL},  {0, 0, 63, -EINVAL}, {32, 0, 64, -EINVAL},
		{0, 32, 64, -EINVAL}, {0, 0, 96, -EINVAL}, {0, 0, 65, -EINVAL},
	};
	struct dmactl_completion record;
	struct dmactl_op op;
	struct mem src, dst;
	int fd = dev_open(0), ret;
	size_t i;

	check_eq(chan_request(fd, &arg), 0);
	check_eq(arg.out.copy_align, 64);
	check_eq(arg.out.fill_align, 64);
	src = mem_get(fd, MIB);
	dst = mem_get(fd, MIB);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		op = op_memcpy(arg.out_chan, &dst, cases[i].dst, &src, cases[i].src, cases[i].len);
		ret = submit_flags(fd, &op, 1, 0, NULL);
		if (ret != cases[i].ret)
			fail("copy %zu: %d", i, ret);
		if (!ret)
			reap_all(fd, &record, 1);
		if (cases[i].src)
			continue;
		op = op_memset(arg.out_chan, &dst, cases[i].dst, cases[i].len, 1);
		ret = submit_flags(fd, &op, 1, 0, NULL);
		if (ret != cases[i].ret)
			fail("fill %zu: %d", i, ret);
		if (!ret)
			reap_all(fd, &record, 1);
	}
	copy_check(fd, arg.out_chan, &dst, 64, &src, 128, MIB - 256);
}

UAPI_TEST(faults, a_channel_that_wants_alignment)
{
	with_sim("copy_align=64", aligned_only);
}

static void small_segments(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	struct dmactl_completion record;
	struct mem src, dst, coherent;
	int fd = dev_open(0);
	struct dmactl_op op;

	check_eq(chan_request(fd, &arg), 0);
	check_eq(arg.out.max_segment, 512);
	src = mem_get(fd, 16 * PAGE);
	dst = mem_get(fd, 16 * PAGE);
	coherent = mem_coherent(fd, arg.out_chan, 4 * PAGE);
	copy_check(fd, arg.out_chan, &dst, 3, &src, 700, 60000);
	copy_check(fd, arg.out_chan, &coherent, 3, &src, 700, 10000);
	check(chan_status(fd, arg.out_chan).out_descriptors >= 60000 / 512 + 10000 / 512);
	op = op_memset(arg.out_chan, &dst, 1, 16 * PAGE - 1, 3);
	run_ok(fd, &op);
	check_eq(dst.p[16 * PAGE - 1], 3);
	check_eq(reap(fd, &record, 1, 1, 20 * MSEC), -ETIME);
}

UAPI_TEST(faults, a_channel_with_small_segments)
{
	with_sim("max_segment=512", small_segments);
}

static void memcpy_alone(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int fd = dev_open(0);
	struct mem src, dst;
	struct dmactl_op op;

	arg.caps = DMACTL_CAP_MEMSET;
	check_eq(chan_request(fd, &arg), -ENOENT);
	arg.caps = 0;
	check_eq(chan_request(fd, &arg), 0);
	check(!(arg.out.caps & DMACTL_CAP_MEMSET));
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	op = op_memset(arg.out_chan, &dst, 0, 16, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EOPNOTSUPP);
	copy_check(fd, arg.out_chan, &dst, 0, &src, 0, 100);
}

UAPI_TEST(faults, a_channel_that_lacks_memset)
{
	with_sim("caps=memcpy,interrupt", memcpy_alone);
}

/*
 * A device with a short DMA mask: either SWIOTLB bounces the data, or the op is refused. The DMA
 * API must never warn.
 */
static void short_reach(void)
{
	int fd = dev_open(0), ret;
	uint32_t chan = chan_get(fd), accepted;
	struct mem far = mem_get(fd, MIB), near;
	struct dmactl_op op = op_memset(chan, &far, 0, far.len, 6);

	ret = submit_flags(fd, &op, 1, 0, &accepted);
	if (ret) {
		check_eq(ret, -EXDEV);
		check_eq(accepted, 0);
		check_eq(far.p[0], 0);
	} else {
		struct dmactl_completion record;

		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
		check_eq(far.p[MIB - 1], 6);
	}
	/* Memory allocated for the channel is within its reach. */
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, chan, PAGE, &near), 0);
	op = op_memset(chan, &near, 0, PAGE, 6);
	run_ok(fd, &op);
	near.p = map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, near.off);
	check(near.p != MAP_FAILED);
	check_eq(near.p[PAGE - 1], 6);
}

static unsigned long long first_memory(void)
{
	FILE *file = fopen("/proc/iomem", "r");
	unsigned long long start = 0, end = 0;
	char line[256];

	check(file);
	while (!end && fgets(line, sizeof(line), file))
		if (strstr(line, ": System RAM"))
			check_eq(sscanf(line, "%llx-%llx", &start, &end), 2);
	fclose(file);
	/* Addresses are 0 if they are hidden from this process. */
	check(end);
	return start;
}

/*
 * Returns the smallest DMA mask that the kernel accepts, in bits, which depends on its zones. The
 * mask must reach some memory, because the kernel also accepts smaller ones.
 */
static int fewest_bits(void)
{
	unsigned long long first = first_memory();
	char mask[32];
	int bits;

	for (bits = 24; bits < 64; bits++) {
		snprintf(mask, sizeof(mask), "dma_mask=%d", bits);
		if (first < 1ull << bits && sim_takes(mask))
			break;
	}
	return bits;
}

UAPI_TEST(faults, memory_beyond_the_reach_of_the_device)
{
	int few = fewest_bits(), bits;
	char mask[32];

	for (bits = few; bits <= few + 4; bits += 4) {
		snprintf(mask, sizeof(mask), "dma_mask=%d", bits);
		with_sim(mask, short_reach);
	}
}

/*
 * Errors without a result. One op at a time, because a later completion makes the failed cookie
 * look complete, even to dmaengine.
 */
static void silent(const char *how, int status, bool ring)
{
	struct dmactl_completion record;
	struct mem src, dst;
	struct dmactl_op op;
	int fd = dev_open(0), i;
	uint32_t chan = chan_get(fd);

	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	sim_set("misbehave", how);
	for (i = 0; i < 6; i++) {
		if (i % 2 == 0 && status)
			sim_set("fail_nth", "1");
		submit_all(fd, &op, 1);
		reap_all(fd, &record, 1);
		check_eq(record.status, i % 2 == 0 ? status : 0);
		check_eq(record.bytes, record.status ? 0 : 1000);
	}
	if (ring)
		return;
	/* With several ops in flight, each must complete. */
	for (i = 0; i < 20; i++)
		submit_all(fd, &op, 1);
	for (i = 0; i < 20; i++) {
		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
	}
	sim_set("misbehave", "none");
	check_eq(chan_status(fd, chan).out_in_flight, 0);
}

UAPI_TEST(faults, an_error_without_a_result)
{
	silent("fail_silent", -EIO, true);
}

UAPI_TEST(faults, a_cookie_that_completes_after_the_callback)
{
	silent("cookie_late", 0, false);
}
