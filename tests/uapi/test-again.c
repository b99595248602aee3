// SPDX-License-Identifier: MIT
/*
 * Prepared ops whose descriptors TERMINATE took, and for which the provider had too few descriptors
 * at the next submit: after that, preparing must start from the beginning.
 */
#include "uapi.h"

#define KIB	1024u
#define LEN	4096u
#define SOURCES 9u
#define POOL	12u /* descriptors of a channel */

static int fd;
static uint32_t chan;
static struct mem src, dst;
static struct dmactl_op filler;

static int try_prepare(const struct dmactl_op *op, uint32_t *handle)
{
	struct dmactl_prepare arg = {
		.size = sizeof(arg),
		.op_uptr = (uintptr_t)op,
		.op_size = sizeof(*op),
	};
	int ret = dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg);

	*handle = arg.out_handle;
	return ret;
}

/* Prepares ops until the provider has no descriptors left; returns their number. */
static unsigned int take_all(uint32_t *spare)
{
	unsigned int nr = 0;

	while (nr < POOL && !try_prepare(&filler, &spare[nr]))
		nr++;
	return nr;
}

static void setup(void)
{
	fd = dev_open(0);
	src = mem_get(fd, 256 * KIB);
	dst = mem_get(fd, 256 * KIB);
}

static void setup_mem(uint64_t caps)
{
	setup();
	chan = chan_with(fd, DMACTL_CAP_REUSE | DMACTL_CAP_MEMCPY | caps).out_chan;
	filler = op_memcpy(chan, &src, 128 * KIB, &src, 192 * KIB, 100);
}

static void run_again(const struct dmactl_op *again, uint64_t len)
{
	struct dmactl_completion record = run(fd, again);

	check_eq(record.status, 0);
	check_eq(record.bytes, len);
}

/* Tries every number of descriptors that is too small, so they run out at every point of the op. */
static void check_again(const struct dmactl_op *op, uint32_t descriptors)
{
	struct dmactl_op again = {.opcode = DMACTL_OP_PREPARED, .chan = op->chan, .user_data = 7};
	unsigned char *want = malloc(dst.len);
	uint32_t spare[POOL];
	unsigned int nr, left;

	check(want);
	noise_fill(src.p, src.len, descriptors);
	memset(dst.p, 0, dst.len);
	check_eq(try_prepare(op, &again.src_buf), 0);
	run_again(&again, op->len);
	memcpy(want, dst.p, dst.len);
	for (left = 0; left < descriptors; left++) {
		uint64_t before;

		check_eq(chan_ctrl(fd, op->chan, DMACTL_CTRL_TERMINATE), 0);
		nr = take_all(spare);
		check_eq(nr, POOL);
		while (nr > POOL - left)
			check_eq(destroy(fd, spare[--nr]), 0);
		check_eq(submit_flags(fd, &again, 1, 0, NULL), -EAGAIN);
		while (nr)
			check_eq(destroy(fd, spare[--nr]), 0);
		memset(dst.p, 0, dst.len);
		before = chan_status(fd, op->chan).out_descriptors;
		run_again(&again, op->len);
		bytes_check(dst.p, want, dst.len, "after an attempt that failed");
		check_eq(chan_status(fd, op->chan).out_descriptors - before, descriptors);
	}
	check_eq(destroy(fd, again.src_buf), 0);
	free(want);
}

static struct dmactl_op op_sources(struct dmactl_sg *sg, uint16_t opcode)
{
	unsigned int i;

	for (i = 0; i < SOURCES; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * LEN, LEN);
		sg[i].value = opcode == DMACTL_OP_PQ ? 1 << (i % 8) : 0;
	}
	sg[i] = sg_piece(DMACTL_SG_P, &dst, 0, LEN);
	sg[i + 1] = sg_piece(DMACTL_SG_Q, &dst, 2 * LEN, LEN);
	return op_list(opcode, chan, sg, SOURCES + (opcode == DMACTL_OP_PQ ? 2 : 0), LEN);
}

static void sums(void)
{
	struct dmactl_sg sg[SOURCES + 2];
	struct dmactl_op op;

	setup_mem(DMACTL_CAP_XOR | DMACTL_CAP_PQ);
	op = op_sources(sg, DMACTL_OP_XOR);
	op.dst_buf = dst.buf;
	check_again(&op, 4);
	op = op_sources(sg, DMACTL_OP_PQ);
	check_again(&op, 3);
}

UAPI_TEST(again, sums)
{
	with_sim("descriptors=12 max_xor=3 max_pq=3", sums);
}

static void copies(void)
{
	struct dmactl_chunk chunk = {.size = 1500, .dst_icg = 36};
	struct dmactl_sg sg[8];
	struct dmactl_op op;
	unsigned int i;

	setup_mem(DMACTL_CAP_INTERLEAVE | DMACTL_CAP_MEMSET | DMACTL_CAP_MEMSET_SG);
	op = op_memcpy(chan, &dst, 0, &src, 0, 4 * 2048);
	check_again(&op, 4);
	op = op_memset(chan, &dst, 0, 4 * 2048, 0x5a);
	check_again(&op, 4);
	for (i = 0; i < 4; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * 3000, 1000);
		sg[4 + i] = sg_piece(DMACTL_SG_DST, &dst, i * 5000, 1000);
	}
	op = op_sg(chan, sg, 8, 4000);
	check_again(&op, 4);
	/* Frames of one chunk that is split in two. */
	op = op_memcpy(chan, &dst, 0, &src, 0, 2 * 3000);
	chunk.size = 3000;
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC;
	op.args_uptr = (uintptr_t)&chunk;
	op.nr_args = 1;
	op.arg_size = sizeof(chunk);
	check_again(&op, 4);
}

UAPI_TEST(again, copies)
{
	with_sim("descriptors=12 max_segment=2048", copies);
}
