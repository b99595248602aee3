// SPDX-License-Identifier: MIT
/*
 * Batches that SUBMIT puts in flight at once: copies, fills and transfers with a peripheral, of one
 * descriptor each; and batches that are almost so.
 */
#include "cring.h"

#define KIB  1024u
#define OPS  32u
#define SLOT (8 * KIB)

static int fd;
static uint32_t chan;
static struct mem src, dst;
static struct cring ring;
static bool with_ring;

static void setup(uint64_t caps)
{
	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY | caps).out_chan;
	src = mem_get(fd, OPS * SLOT);
	dst = mem_get(fd, OPS * SLOT);
	noise_fill(src.p, src.len, 9);
	memset(dst.p, 0, dst.len);
	if (with_ring)
		ring = cring_new(fd, 64);
}

/* Runs fn without a ring and with one. */
static void in_both_ways(const char *parameters, void (*fn)(void))
{
	with_ring = false;
	with_sim(parameters, fn);
	with_ring = true;
	with_sim(parameters, fn);
}

static uint64_t len_of(uint32_t i)
{
	return 1 + i * 200;
}

static struct dmactl_op copy_of(uint32_t i)
{
	struct dmactl_op op = op_memcpy(chan, &dst, i * SLOT + i, &src, i * SLOT + 3, len_of(i));

	op.user_data = i;
	return op;
}

static void fill_batch(struct dmactl_op *ops)
{
	uint32_t i;

	for (i = 0; i < OPS; i++)
		ops[i] = copy_of(i);
}

/* Takes the completions of these ops, in their order. */
static void taken(uint32_t from, uint32_t nr, int status)
{
	struct dmactl_completion record;
	uint32_t i;

	for (i = from; i < from + nr; i++) {
		if (with_ring)
			record = cring_next(&ring);
		else
			reap_all(fd, &record, 1);
		check_eq(record.user_data, i);
		check_eq(record.status, status);
		check_eq(record.bytes, status ? 0 : len_of(i));
	}
}

static void copied(uint32_t nr)
{
	uint32_t i, at;

	for (i = 0; i < OPS; i++) {
		at = i * SLOT;
		if (i >= nr) {
			bytes_all(dst.p + at, SLOT, 0);
			continue;
		}
		bytes_all(dst.p + at, i, 0);
		bytes_check(dst.p + at + i, src.p + at + 3, len_of(i), "a copy");
		bytes_all(dst.p + at + i + len_of(i), SLOT - i - len_of(i), 0);
	}
	memset(dst.p, 0, dst.len);
}

static void refused(void)
{
	struct dmactl_op ops[OPS];
	uint32_t accepted, at;

	setup(0);
	fill_batch(ops);
	sim_set("hold", "1");
	check_eq(submit_flags(fd, ops, OPS, 0, &accepted), 0);
	check_eq(accepted, 8);
	check_eq(chan_status(fd, chan).out_in_flight, 8);
	check_eq(chan_status(fd, chan).out_submitted, 8);
	check_eq(chan_status(fd, chan).out_descriptors, 8);
	check_eq(submit_flags(fd, ops + 8, OPS - 8, 0, NULL), -EAGAIN);
	sim_set("hold", "0");
	taken(0, 8, 0);
	copied(8);
	for (at = 8; at < OPS; at += accepted) {
		struct dmactl_submit arg = submit_arg(ops + at, OPS - at);

		arg.timeout_ns = 30 * SEC;
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
		accepted = arg.out_accepted;
		check(accepted > 0);
		taken(at, accepted, 0);
	}
	check_eq(chan_status(fd, chan).out_submitted, OPS);
	check_eq(chan_status(fd, chan).out_completed, OPS);
	check_eq(chan_status(fd, chan).out_in_flight, 0);
	/* No op holds the buffers. */
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

/* The provider has descriptors for eight ops of a batch. */
UAPI_TEST(burst, refused_in_the_middle)
{
	in_both_ways("descriptors=8", refused);
}

static void stopped(void)
{
	struct dmactl_op ops[OPS];
	int round;

	setup(0);
	fill_batch(ops);
	for (round = 0; round < 3; round++) {
		sim_set("hold", "1");
		submit_all(fd, ops, OPS);
		check_eq(destroy(fd, src.buf), -EBUSY);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		taken(0, OPS, -ECANCELED);
		copied(0);
		submit_all(fd, ops, OPS);
		sim_set("hold", "0");
		taken(0, OPS, 0);
		copied(OPS);
	}
	check_eq(destroy(fd, src.buf), 0);
}

UAPI_TEST(burst, stopped)
{
	in_both_ways("", stopped);
}

/* An op that is wrong is found wherever it is; nothing of its batch is submitted. */
static void wrong(void)
{
	struct dmactl_op ops[OPS];
	uint32_t i, accepted;

	setup(0);
	for (i = OPS - 1; i < OPS; i -= OPS - 1) {
		fill_batch(ops);
		ops[i].dst_off = dst.len;
		check_eq(submit_flags(fd, ops, OPS, 0, &accepted), -EINVAL);
		check_eq(accepted, i);
		fill_batch(ops);
		ops[i].src_buf = 4711;
		check_eq(submit_flags(fd, ops, OPS, 0, &accepted), -ENOENT);
		check_eq(accepted, i);
		fill_batch(ops);
		ops[i].value = 1;
		check_eq(submit_flags(fd, ops, OPS, 0, &accepted), -EINVAL);
		check_eq(accepted, i);
		fill_batch(ops);
		ops[i].src_buf = dst.buf;
		ops[i].src_off = ops[i].dst_off;
		check_eq(submit_flags(fd, ops, OPS, 0, &accepted), -EINVAL);
		check_eq(accepted, i);
		fill_batch(ops);
		ops[i].chan = src.buf;
		check_eq(submit_flags(fd, ops, OPS, 0, &accepted), -ENOENT);
		check_eq(accepted, i);
	}
	check_eq(chan_status(fd, chan).out_submitted, 0);
	copied(0);
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

UAPI_TEST(burst, wrong)
{
	in_both_ways("", wrong);
}

/* Ops that need more are among the others: long ones, with a fence, of other channels. */
static void mixed(void)
{
	struct dmactl_op ops[OPS];
	uint32_t i, other, nr[2] = {0, 0};
	struct dmactl_completion record;

	setup(DMACTL_CAP_MEMSET);
	other = chan_with(fd, DMACTL_CAP_MEMCPY).out_chan;
	fill_batch(ops);
	ops[5].flags = DMACTL_OPF_FENCE;
	submit_all(fd, ops, OPS);
	taken(0, OPS, 0);
	copied(OPS);
	for (i = 1; i < OPS; i += 2)
		ops[i] = op_memset(chan, &dst, i * SLOT, SLOT, i);
	ops[9] = op_nop(chan, 0);
	submit_all(fd, ops, OPS);
	for (i = 0; i < OPS; i++) {
		if (with_ring)
			record = cring_next(&ring);
		else
			reap_all(fd, &record, 1);
		check_eq(record.status, 0);
		check_eq(record.user_data, i % 2 ? 0 : i);
	}
	for (i = 0; i < OPS; i++)
		if (i % 2)
			bytes_all(dst.p + i * SLOT, SLOT, i == 9 ? 0 : i);
		else
			bytes_check(dst.p + i * SLOT + i, src.p + i * SLOT + 3, len_of(i),
				    "a copy");
	memset(dst.p, 0, dst.len);
	fill_batch(ops);
	for (i = 1; i < OPS; i += 2)
		ops[i].chan = other;
	submit_all(fd, ops, OPS);
	for (i = 0; i < OPS; i++) {
		if (with_ring)
			record = cring_next(&ring);
		else
			reap_all(fd, &record, 1);
		check_eq(record.status, 0);
		nr[record.chan == other]++;
	}
	check_eq(nr[0], OPS / 2);
	check_eq(nr[1], OPS / 2);
	copied(OPS);
}

UAPI_TEST(burst, mixed)
{
	in_both_ways("", mixed);
}

/* Some ops cross the end of a segment, and some need long syncs where memory is bounced. */
static void long_ones(void)
{
	static const uint64_t lens[] = {64 * KIB, 100, 16 * KIB, 16 * KIB + 1, 4096, 30000};
	struct dmactl_op ops[ARRAY_SIZE(lens)];
	struct dmactl_completion record;
	struct mem from, to;
	uint64_t at;
	uint32_t i;
	int round;

	setup(0);
	from = pin(fd, pin_memory(256 * KIB, PROT_READ | PROT_WRITE), 256 * KIB, 0);
	to = pin(fd, pin_memory(256 * KIB, PROT_READ | PROT_WRITE), 256 * KIB, 0);
	for (round = 0; round < 4; round++) {
		noise_fill(from.p, from.len, round);
		memset(to.p, 0, to.len);
		for (i = 0, at = 0; i < ARRAY_SIZE(lens); at += lens[i++] + 1) {
			ops[i] = op_memcpy(chan, &to, at, &from, at, lens[i]);
			ops[i].user_data = i;
		}
		submit_all(fd, ops, ARRAY_SIZE(lens));
		for (i = 0, at = 0; i < ARRAY_SIZE(lens); at += lens[i++] + 1) {
			if (with_ring)
				record = cring_next(&ring);
			else
				reap_all(fd, &record, 1);
			check_eq(record.status, 0);
			check_eq(record.user_data, i);
			check_eq(record.bytes, lens[i]);
			bytes_check(to.p + at, from.p + at, lens[i], "a copy");
			bytes_all(to.p + at + lens[i], 1, 0);
		}
	}
	check_eq(destroy(fd, from.buf), 0);
	check_eq(destroy(fd, to.buf), 0);
}

UAPI_TEST(burst, long_ones)
{
	in_both_ways("", long_ones);
	in_both_ways("max_segment=8192", long_ones);
}

static void bounded(void)
{
	struct dmactl_op ops[OPS];
	uint32_t accepted;

	dmactl_param_set("bounds", "*/descriptors=5");
	setup(0);
	dmactl_param_set("bounds", "\n");
	fill_batch(ops);
	sim_set("hold", "1");
	check_eq(submit_flags(fd, ops, OPS, 0, &accepted), 0);
	check_eq(accepted, 5);
	check_eq(chan_status(fd, chan).out_descriptors, 5);
	check_eq(submit_flags(fd, ops + 5, OPS - 5, 0, NULL), -EAGAIN);
	sim_set("hold", "0");
	taken(0, 5, 0);
	copied(5);
}

UAPI_TEST(burst, bounded)
{
	in_both_ways("", bounded);
}
