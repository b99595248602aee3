// SPDX-License-Identifier: MIT
/* Many ops through io_uring: order, credit, held ops. */
#include <pthread.h>
#include <sys/syscall.h>

#include "ring.h"

#define LEN   (256u << 10)
#define BLOCK 4096u
#define NR    (LEN / BLOCK)

struct world {
	int fd;
	uint32_t chan;
	struct mem src, dst;
	struct ring ring;
};

static struct world world_new(unsigned int entries, unsigned int ring_flags, uint32_t depth)
{
	struct world w = {.fd = dev_open(0)};

	w.chan = chan_get_depth(w.fd, depth);
	w.src = mem_get(w.fd, LEN);
	w.dst = mem_get(w.fd, LEN);
	pattern_fill(w.src.p, 0, LEN, SRC_BODY);
	memset(w.dst.p, 0xff, LEN);
	ring_new(&w.ring, entries, ring_flags);
	return w;
}

static struct dmactl_op block_op(const struct world *w, unsigned int i)
{
	return op_memcpy(w->chan, &w->dst, (uint64_t)i * BLOCK, &w->src, (uint64_t)i * BLOCK,
			 BLOCK);
}

static void many_in_flight(unsigned int ring_flags)
{
	struct world w = world_new(NR, ring_flags, 0);
	struct ring_done done;
	unsigned int i, round;

	for (round = 0; round < 4; round++) {
		bool seen[NR] = {false};

		memset(w.dst.p, 0xff, LEN);
		for (i = 0; i < NR; i++) {
			struct dmactl_op op = block_op(&w, i);

			ring_op(&w.ring, w.fd, &op, i);
		}
		ring_submit(&w.ring);
		for (i = 0; i < NR; i++) {
			done = ring_wait(&w.ring);
			check_eq(done.res, BLOCK);
			check(done.user_data < NR && !seen[done.user_data]);
			seen[done.user_data] = true;
		}
		pattern_check(w.dst.p, 0, LEN, SRC_BODY, 0);
	}
	check(!ring_peek(&w.ring, &done));
	ring_free(&w.ring);
}

UAPI_TEST(uring_queue, many_in_flight)
{
	many_in_flight(RING_PLAIN);
}

UAPI_TEST(uring_queue, many_in_flight_with_a_kernel_thread)
{
	many_in_flight(RING_POLL);
}

UAPI_TEST(uring_queue, many_in_flight_from_workers)
{
	struct world w = world_new(NR, RING_WIDE, 0);
	struct ring_done done;
	unsigned int i;

	for (i = 0; i < NR; i++) {
		struct dmactl_op op = block_op(&w, i);

		ring_op(&w.ring, w.fd, &op, i)->flags = IOSQE_ASYNC;
	}
	ring_submit(&w.ring);
	for (i = 0; i < NR; i++) {
		done = ring_wait(&w.ring);
		check_eq(done.res, BLOCK);
		check_eq(done.bytes, BLOCK);
	}
	pattern_check(w.dst.p, 0, LEN, SRC_BODY, 0);
	ring_free(&w.ring);
}

/* Each op overwrites most of the previous one's data, so that the bytes show the order. */
UAPI_TEST(uring_queue, order_together_with_submit)
{
	struct world w = world_new(64, RING_PLAIN, 0);
	struct dmactl_completion records[8];
	bool seen[16] = {false};
	struct dmactl_op op;
	unsigned int i;

	sim_set("hold", "1");
	for (i = 0; i < 16; i++) {
		op = op_memset(w.chan, &w.dst, i, 100, (uint8_t)i);
		op.user_data = i;
		if (i % 2) {
			submit_all(w.fd, &op, 1);
			continue;
		}
		ring_op(&w.ring, w.fd, &op, i);
		ring_submit(&w.ring);
	}
	check_eq(chan_status(w.fd, w.chan).out_in_flight, 16);
	/* The oldest op is one of the ring's, and CHAN_STATUS reports it. */
	check_eq(chan_status(w.fd, w.chan).user_data, 0);
	sim_set("hold", "0");
	reap_all(w.fd, records, 8);
	for (i = 0; i < 8; i++) {
		check_eq(records[i].user_data, 2 * i + 1);
		/* seq counts all ops of the channel. */
		check_eq(records[i].seq, 2 * i + 1);
	}
	/* io_uring does not order CQEs; 6.1 delivers the last one first. */
	for (i = 0; i < 8; i++) {
		struct ring_done done = ring_wait(&w.ring);

		check_eq(done.res, 100);
		check(done.user_data < 16 && done.user_data % 2 == 0 && !seen[done.user_data]);
		seen[done.user_data] = true;
	}
	for (i = 0; i < 16; i++)
		check_eq(w.dst.p[i], i);
	check_eq(w.dst.p[114], 15);
	check_eq(w.dst.p[115], 0xff);
	ring_free(&w.ring);
}

UAPI_TEST(uring_queue, hold)
{
	struct world w = world_new(64, RING_PLAIN, 0);
	struct dmactl_op op, issue = {.chan = w.chan};
	struct ring_done done;
	unsigned int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 4; i++) {
			op = block_op(&w, i);
			ring_cmd(&w.ring, w.fd, DMACTL_URING_OP, &op, DMACTL_URING_HOLD, i);
		}
		ring_submit(&w.ring);
		check(!ring_wait_for(&w.ring, &done, 100 * MSEC));
		check_eq(chan_status(w.fd, w.chan).out_state, DMACTL_STATE_HELD);
		if (round == 0) {
			op = block_op(&w, i);
			ring_op(&w.ring, w.fd, &op, i);
			ring_submit(&w.ring);
		} else if (round == 1) {
			ring_cmd(&w.ring, w.fd, DMACTL_URING_ISSUE, &issue, 0, 1000);
			ring_submit(&w.ring);
		} else {
			check_eq(chan_ctrl(w.fd, w.chan, DMACTL_CTRL_ISSUE), 0);
		}
		for (i = 0; i < (round == 2 ? 4 : 5); i++) {
			done = ring_wait(&w.ring);
			check_eq(done.res, done.user_data == 1000 ? 0 : BLOCK);
		}
	}
	ring_free(&w.ring);
}

/* Without credit an op is refused at once, and the held ops are issued to make room. */
static void no_credit(unsigned int ring_flags)
{
	struct world w = world_new(64, ring_flags, 4);
	unsigned int i, accepted = 0, refused = 0;
	struct ring_done done;
	struct dmactl_op op;

	sim_set("hold", "1");
	for (i = 0; i < 10; i++) {
		op = block_op(&w, i);
		ring_op(&w.ring, w.fd, &op, i);
	}
	ring_submit(&w.ring);
	for (i = 0; i < 6; i++) {
		done = ring_wait(&w.ring);
		check_eq(done.res, -EAGAIN);
		check_eq(done.user_data, 4 + i);
	}
	check_eq(chan_status(w.fd, w.chan).out_credit, 0);
	sim_set("hold", "0");
	for (i = 0; i < 4; i++)
		check_eq(ring_wait(&w.ring).res, BLOCK);
	check_eq(chan_status(w.fd, w.chan).out_credit, 4);

	for (i = 0; i < 5; i++) {
		op = block_op(&w, i);
		ring_cmd(&w.ring, w.fd, DMACTL_URING_OP, &op, i < 4 ? DMACTL_URING_HOLD : 0, i);
	}
	ring_submit(&w.ring);
	for (i = 0; i < 5; i++) {
		done = ring_wait(&w.ring);
		accepted += done.res == BLOCK;
		refused += done.res == -EAGAIN;
	}
	check_eq(accepted, 4);
	check_eq(refused, 1);
	ring_free(&w.ring);
}

UAPI_TEST(uring_queue, no_credit)
{
	no_credit(RING_PLAIN);
}

UAPI_TEST(uring_queue, no_credit_with_a_kernel_thread)
{
	no_credit(RING_POLL);
}

/* When the CQE is visible, the op's credit has been returned. */
UAPI_TEST(uring_queue, credit_is_back_with_the_cqe)
{
	struct world w = world_new(4, RING_PLAIN, 1);
	struct dmactl_op op = block_op(&w, 0);
	int i;

	for (i = 0; i < 200; i++)
		check_eq(ring_run(&w.ring, w.fd, &op).res, BLOCK);
	ring_free(&w.ring);
}

/* A linked op starts after the previous one has ended successfully. */
UAPI_TEST(uring_queue, links)
{
	struct world w = world_new(8, RING_PLAIN, 0);
	struct dmactl_op op = block_op(&w, 0);
	int i;

	ring_op(&w.ring, w.fd, &op, 0)->flags = IOSQE_IO_LINK;
	op.len = 0;
	ring_op(&w.ring, w.fd, &op, 1)->flags = IOSQE_IO_LINK;
	op = block_op(&w, 1);
	ring_op(&w.ring, w.fd, &op, 2);
	ring_submit(&w.ring);
	for (i = 0; i < 3; i++) {
		struct ring_done done = ring_wait(&w.ring);

		check_eq(done.res, done.user_data == 0	 ? (int)BLOCK
				   : done.user_data == 1 ? -EINVAL
							 : -ECANCELED);
	}
	check_eq(w.dst.p[BLOCK], 0xff);
	ring_free(&w.ring);
}

UAPI_TEST(uring_queue, a_registered_file)
{
	struct world w = world_new(8, RING_PLAIN, 0);
	struct dmactl_op op = block_op(&w, 0);

	check_eq(syscall(__NR_io_uring_register, w.ring.fd, IORING_REGISTER_FILES, &w.fd, 1), 0);
	ring_op(&w.ring, 0, &op, 1)->flags = IOSQE_FIXED_FILE;
	ring_submit(&w.ring);
	check_eq(ring_wait(&w.ring).res, BLOCK);
	pattern_check(w.dst.p, 0, BLOCK, SRC_BODY, 0);
	ring_free(&w.ring);
}

/* Ops that are split into more descriptors than the provider has. */
static void split_body(void)
{
	struct world w = world_new(16, RING_WIDE, 0);
	struct dmactl_op op = op_memcpy(w.chan, &w.dst, 0, &w.src, 0, LEN);
	struct ring_done done;
	unsigned int i, ended = 0, again = 0;

	for (i = 0; i < 4; i++)
		ring_op(&w.ring, w.fd, &op, i);
	ring_submit(&w.ring);
	for (i = 0; i < 4; i++) {
		done = ring_wait(&w.ring);
		again += done.res == -EAGAIN;
		ended += done.res == LEN && done.bytes == LEN;
	}
	/* While an op waits for descriptors, others get no credit. */
	check(ended >= 1);
	check_eq(ended + again, 4);
	pattern_check(w.dst.p, 0, LEN, SRC_BODY, 0);
	ring_free(&w.ring);
}

UAPI_TEST(uring_queue, an_op_in_many_pieces)
{
	with_sim("max_segment=4096 descriptors=8", split_body);
}

/* A dma-buf of another session, with a fence that is not signalled yet. */
UAPI_TEST(uring_queue, fences_are_waited_for)
{
	struct world w = world_new(8, RING_PLAIN, 0);
	int other = dev_open(0), dmabuf = buf_export(w.fd, w.dst.buf);
	uint32_t chan = chan_get(other);
	struct mem imported, from;
	struct ring_done done;
	struct dmactl_op op;

	check(dmabuf >= 0);
	check_eq(buf_import(other, dmabuf, &imported), 0);
	from = mem_get(other, BLOCK);
	memset(from.p, 0x11, BLOCK);
	sim_set("hold", "1");
	op = op_memcpy(chan, &imported, 0, &from, 0, BLOCK);
	submit_all(other, &op, 1);
	/* The op writes to the same bytes, so it must come second. */
	op = block_op(&w, 0);
	ring_op(&w.ring, w.fd, &op, 1);
	ring_submit(&w.ring);
	check(!ring_wait_for(&w.ring, &done, 100 * MSEC));
	check_eq(chan_status(w.fd, w.chan).out_in_flight, 0);
	sim_set("hold", "0");
	check_eq(ring_wait(&w.ring).res, BLOCK);
	pattern_check(w.dst.p, 0, BLOCK, SRC_BODY, 0);
	/* Without a fence it runs at once. */
	ring_op(&w.ring, w.fd, &op, 2);
	ring_submit(&w.ring);
	check_eq(ring_wait(&w.ring).res, BLOCK);
	close(dmabuf);
	ring_free(&w.ring);
}
