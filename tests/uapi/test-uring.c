// SPDX-License-Identifier: MIT
/* Ops through io_uring: results and errors. */
#include "ring.h"

#define LEN (64u << 10)

struct world {
	int fd;
	uint32_t chan;
	struct mem src, dst;
	struct ring ring;
};

static struct world world_new(unsigned int ring_flags)
{
	struct world w = {.fd = dev_open(0)};

	w.chan = chan_get(w.fd);
	w.src = mem_get(w.fd, LEN);
	w.dst = mem_get(w.fd, LEN);
	ring_new(&w.ring, 64, ring_flags);
	return w;
}

static struct dmactl_op world_copy(const struct world *w)
{
	return op_memcpy(w->chan, &w->dst, 100, &w->src, 200, 5000);
}

static struct ring_done run_in(struct world *w, const struct dmactl_op *op)
{
	return ring_run(&w->ring, w->fd, op);
}

/* A copy changes the bytes of its destination and no others. */
static void copies_by_bytes(unsigned int ring_flags)
{
	struct world w = world_new(ring_flags);
	struct dmactl_op op = world_copy(&w);
	struct ring_done done;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		size_t len = 1 + i * 1777, doff = 10 + i, soff = 20 + i * 3;

		pattern_fill(w.src.p, 0, LEN, SRC_MARGIN);
		pattern_fill(w.src.p, soff, len, SRC_BODY);
		pattern_fill(w.dst.p, 0, LEN, DST_MARGIN);
		op = op_memcpy(w.chan, &w.dst, doff, &w.src, soff, len);
		done = run_in(&w, &op);
		check_eq(done.res, len);
		check_eq(done.flags, 0);
		if (ring_flags & IORING_SETUP_CQE32) {
			check_eq(done.bytes, len);
			check_eq(done.extra, 0);
		}
		pattern_check(w.dst.p, 0, doff, DST_MARGIN, 0);
		pattern_check(w.dst.p, doff, len, SRC_BODY, soff);
		pattern_check(w.dst.p, doff + len, LEN - doff - len, DST_MARGIN, doff + len);
		pattern_check(w.src.p, soff, len, SRC_BODY, soff);
	}
	/* The session's own queue has none of these completions. */
	check_eq(fdinfo(w.fd, "completions-queued"), 0);
	check_eq(chan_status(w.fd, w.chan).out_completed, 20);
	ring_free(&w.ring);
}

UAPI_TEST(uring, copies)
{
	copies_by_bytes(RING_PLAIN);
}

UAPI_TEST(uring, copies_with_large_cqes)
{
	copies_by_bytes(RING_WIDE);
}

UAPI_TEST(uring, copies_without_a_system_call)
{
	copies_by_bytes(RING_POLL);
}

UAPI_TEST(uring, copies_with_deferred_task_work)
{
	copies_by_bytes(RING_PLAIN | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
}

UAPI_TEST(uring, info_has_it)
{
	struct dmactl_info info = {.size = sizeof(info)};
	int fd = dev_open(0);

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	check(info.out_features & DMACTL_FEATURE_URING);
}

/* Like ring_run(), for an invalid command. */
static int refused(struct world *w, struct io_uring_sqe *sqe)
{
	struct ring_done done;

	sqe->user_data = 5;
	ring_submit(&w->ring);
	done = ring_wait(&w->ring);
	check_eq(done.user_data, 5);
	check(done.res < 0);
	check(done.bytes == 0 || done.bytes == ~0ull);
	check_eq(chan_status(w->fd, w->chan).out_submitted, 0);
	return done.res;
}

static int refused_op(struct world *w, const struct dmactl_op *op)
{
	return refused(w, ring_op(&w->ring, w->fd, op, 0));
}

static void bad_commands(struct world *w)
{
	struct dmactl_op op = world_copy(w);
	struct io_uring_sqe *sqe;
	int i;

	check_eq(refused(w, ring_cmd(&w->ring, w->fd, 0, &op, 0, 0)), -ENOTTY);
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, 3, &op, 0, 0)), -ENOTTY);
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, ~0u, &op, 0, 0)), -ENOTTY);
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, DMACTL_URING_OP, &op, 2, 0)), -EOPNOTSUPP);
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, DMACTL_URING_OP, &op, 1u << 31, 0)),
		 -EOPNOTSUPP);
	for (i = 0; i < 3; i++) {
		sqe = ring_op(&w->ring, w->fd, &op, 0);
		ring_payload(sqe)->reserved[i] = 1;
		check_eq(refused(w, sqe), -EINVAL);
	}
	/* ISSUE takes only the channel. */
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, DMACTL_URING_ISSUE, &op, 0, 0)), -EINVAL);
	op = (struct dmactl_op){.chan = w->chan};
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, DMACTL_URING_ISSUE, &op, 1, 0)), -EINVAL);
	op.chan += 100;
	check_eq(refused(w, ring_cmd(&w->ring, w->fd, DMACTL_URING_ISSUE, &op, 0, 0)), -ENOENT);
}

static void bad_ops(struct world *w)
{
	struct dmactl_op op = world_copy(w);

	op.opcode = 999;
	check_eq(refused_op(w, &op), -EOPNOTSUPP);
	op = world_copy(w);
	op.flags = DMACTL_OPF_CMD;
	check_eq(refused_op(w, &op), -EOPNOTSUPP);
	op = world_copy(w);
	op.chan = 0;
	check_eq(refused_op(w, &op), -ENOENT);
	/* The handle is a buffer's. */
	op.chan = w->src.buf;
	check_eq(refused_op(w, &op), -ENOENT);
	op = world_copy(w);
	op.src_buf = 12345;
	check_eq(refused_op(w, &op), -ENOENT);
	op = world_copy(w);
	op.len = 0;
	check_eq(refused_op(w, &op), -EINVAL);
	op.len = LEN;
	check_eq(refused_op(w, &op), -EINVAL);
	op = world_copy(w);
	op.value = 1;
	check_eq(refused_op(w, &op), -EINVAL);
	op = op_list(DMACTL_OP_SG, w->chan, (struct dmactl_sg *)16, 2, 100);
	check_eq(refused_op(w, &op), -EFAULT);
}

static void errno_contract(unsigned int ring_flags)
{
	struct world w = world_new(ring_flags);
	struct dmactl_op op = world_copy(&w);

	bad_commands(&w);
	bad_ops(&w);
	/* The refused ops have returned their credit. */
	check_eq(chan_status(w.fd, w.chan).out_credit, 256);
	check_eq(run_in(&w, &op).res, 5000);
	ring_free(&w.ring);
}

UAPI_TEST(uring, what_is_refused)
{
	errno_contract(RING_PLAIN);
}

UAPI_TEST(uring, what_is_refused_with_large_cqes)
{
	errno_contract(RING_WIDE);
}

UAPI_TEST(uring, what_is_refused_to_a_kernel_thread)
{
	errno_contract(RING_POLL);
}

/* The command does not fit into a small SQE. */
UAPI_TEST(uring, small_sqes_are_refused)
{
	struct world w = world_new(0);
	struct dmactl_op op = world_copy(&w);

	check_eq(refused_op(&w, &op), -EINVAL);
	ring_free(&w.ring);
}

/* In a ring with both sizes, the size of each SQE counts. */
UAPI_TEST(uring, small_sqes_of_a_mixed_ring_are_refused)
{
	struct world w = {.fd = dev_open(0)};
	struct io_uring_sqe *sqe;

	if (!ring_try(&w.ring, 8, 1u << 19)) /* IORING_SETUP_SQE_MIXED */
		cr_skip_test("this kernel has no mixed rings");
	w.chan = chan_get(w.fd);
	sqe = ring_sqe(&w.ring);
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = w.fd;
	sqe->cmd_op = DMACTL_URING_OP;
	check_eq(refused(&w, sqe), -EINVAL);
	ring_free(&w.ring);
}

/* io_uring refuses it; newer kernels accept it as usual. */
UAPI_TEST(uring, polled_rings)
{
	struct world w = {.fd = dev_open(0)};
	struct dmactl_op op;
	int res;

	w.chan = chan_get(w.fd);
	ring_new(&w.ring, 8, RING_PLAIN | IORING_SETUP_IOPOLL);
	op = op_nop(w.chan, 1);
	res = run_in(&w, &op).res;
	check(res == -EOPNOTSUPP || res == 0);
	check_eq(chan_status(w.fd, w.chan).out_submitted, res == 0);
	ring_free(&w.ring);
}

/* A CQE has no room for ops that complete several times. */
UAPI_TEST(uring, repeating_ops_are_refused)
{
	struct dmactl_chan_request arg;
	struct dmactl_cyclic cyclic = {.period_len = PAGE};
	struct dmactl_op op;
	struct world w = {.fd = dev_open(0)};

	arg = chan_with(w.fd, DMACTL_CAP_CYCLIC);
	w.chan = arg.out_chan;
	w.dst = mem_get(w.fd, PAGE);
	ring_new(&w.ring, 8, RING_PLAIN);
	op = (struct dmactl_op){
		.opcode = DMACTL_OP_CYCLIC,
		.chan = w.chan,
		.dst_buf = w.dst.buf,
		.len = PAGE,
		.args_uptr = (uintptr_t)&cyclic,
		.nr_args = 1,
		.arg_size = sizeof(cyclic),
	};
	check_eq(refused_op(&w, &op), -EOPNOTSUPP);
	/* The op itself is valid. */
	submit_all(w.fd, &op, 1);
	ring_free(&w.ring);
}

/* res has the result of the op, in a way that depends on the opcode. */
UAPI_TEST(uring, results)
{
	struct world w = world_new(RING_WIDE);
	struct dmactl_sg sg[2] = {sg_piece(DMACTL_SG_SRC, &w.src, 0, PAGE),
				  sg_piece(DMACTL_SG_SRC, &w.dst, 0, PAGE)};
	struct dmactl_chan_request arg = chan_with(w.fd, DMACTL_CAP_XOR_VAL);
	struct dmactl_op op = op_list(DMACTL_OP_XOR_VAL, arg.out_chan, sg, 2, PAGE);
	struct ring_done done;

	noise_fill(w.src.p, PAGE, 1);
	memcpy(w.dst.p, w.src.p, PAGE);
	check_eq(run_in(&w, &op).res, 0);
	w.dst.p[100] ^= 1;
	done = run_in(&w, &op);
	check_eq(done.res, DMACTL_COMP_P_BAD);
	check_eq(done.bytes, PAGE);

	op = op_nop(w.chan, 1);
	check_eq(run_in(&w, &op).res, 0);

	sim_set("fail_how", "write");
	sim_set("fail_nth", "1");
	op = world_copy(&w);
	check_eq(run_in(&w, &op).res, -EREMOTEIO);
	sim_set("fail_nth", "0");
	ring_free(&w.ring);
}

/* A program may overwrite SQEs when the kernel has taken them. */
UAPI_TEST(uring, a_list_of_pieces_and_sqes_used_again)
{
	struct world w = world_new(RING_PLAIN);
	struct dmactl_sg sg[4];
	struct dmactl_op op;
	unsigned int i;

	pattern_fill(w.src.p, 0, LEN, SRC_BODY);
	memset(w.dst.p, 0, LEN);
	for (i = 0; i < 2; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &w.src, i * 1000, 1000);
		sg[2 + i] = sg_piece(DMACTL_SG_DST, &w.dst, i * 1000, 1000);
	}
	op = op_sg(w.chan, sg, 4, 2000);
	sim_set("hold", "1");
	ring_op(&w.ring, w.fd, &op, 1);
	ring_submit(&w.ring);
	memset(w.ring.sqes, 0xff, w.ring.sqes_len);
	memset(sg, 0xff, sizeof(sg));
	sim_set("hold", "0");
	check_eq(ring_wait(&w.ring).res, 2000);
	pattern_check(w.dst.p, 0, 2000, SRC_BODY, 0);
	ring_free(&w.ring);
}

UAPI_TEST(uring, prepared_ops)
{
	struct world w = world_new(RING_PLAIN);
	struct dmactl_chan_request arg = chan_with(w.fd, DMACTL_CAP_REUSE | DMACTL_CAP_MEMCPY);
	struct dmactl_op op = op_memcpy(arg.out_chan, &w.dst, 10, &w.src, 20, 5000);
	struct dmactl_prepare prepare = {
		.size = sizeof(prepare),
		.op_uptr = (uintptr_t)&op,
		.op_size = sizeof(op),
	};
	unsigned int i;

	check_eq(dev_ioctl(w.fd, DMACTL_IOC_PREPARE, &prepare), 0);
	op = (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = arg.out_chan, .src_buf = prepare.out_handle};
	for (i = 0; i < 3; i++) {
		pattern_fill(w.src.p, 0, LEN, SRC_BODY);
		memset(w.dst.p, 0, LEN);
		check_eq(run_in(&w, &op).res, 5000);
		pattern_check(w.dst.p, 10, 5000, SRC_BODY, 20);
	}
	/* A prepared op can be in flight only once. */
	sim_set("hold", "1");
	ring_op(&w.ring, w.fd, &op, 1);
	ring_op(&w.ring, w.fd, &op, 2);
	ring_submit(&w.ring);
	check_eq(ring_wait(&w.ring).res, -EBUSY);
	check_eq(destroy(w.fd, prepare.out_handle), -EBUSY);
	sim_set("hold", "0");
	check_eq(ring_wait(&w.ring).res, 5000);
	/* When the CQE is visible, the op can be submitted again. */
	for (i = 0; i < 20; i++)
		check_eq(run_in(&w, &op).res, 5000);
	check_eq(destroy(w.fd, prepare.out_handle), 0);
	ring_free(&w.ring);
}
