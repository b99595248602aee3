// SPDX-License-Identifier: MIT
/* RING: records in shared memory. */
#include <poll.h>
#include <pthread.h>

#include "cring-session.h"

/* Until the provider is through with all of them. */
static void wait_idle(void)
{
	while (chan_status(fd, chan).out_in_flight)
		sleep_ms(1);
}

#define NR_KINDS 6

static struct dmactl_op op_of_kind(unsigned int kind, struct dmactl_sg *sg)
{
	struct dmactl_op op = op_nop(chan, 0);
	int i;

	switch (kind) {
	case 0:
		op = op_memcpy(chan, &dst, 5, &src, 3, 5000);
		break;
	case 1:
		op = op_memset(chan, &dst, 0, 77, 1);
		break;
	case 2:
		for (i = 0; i < 5; i++) {
			sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * 700, 500);
			sg[i + 5] = sg_piece(DMACTL_SG_DST, &dst, i * 600, 500);
		}
		op = op_sg(chan, sg, 10, 2500);
		break;
	case 3: /* fails */
		op = op_memset(chan, &dst, 0, 100, 2);
		sim_set("fail_how", "write");
		sim_set("fail_nth", "1");
		break;
	case 4: /* a check that finds something */
		if (!chan_can(DMACTL_CAP_XOR_VAL))
			break;
		for (i = 0; i < 3; i++)
			sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * 4096, 64);
		op = op_list(DMACTL_OP_XOR_VAL, chan, sg, 3, 64);
		break;
	}
	op.user_data = 100 + kind;
	return op;
}

UAPI_TEST(ring, records_are_those_of_submit)
{
	struct dmactl_completion want[NR_KINDS], record;
	struct dmactl_sg sg[10];
	struct cring ring;
	struct dmactl_op op;
	uint64_t start;
	unsigned int i;

	setup(0);
	for (i = 0; i < NR_KINDS; i++) {
		op = op_of_kind(i, sg);
		want[i] = run(fd, &op);
	}
	check_eq(want[3].status, -EREMOTEIO);
	check_eq(!!want[4].flags, chan_can(DMACTL_CAP_XOR_VAL));
	/* The same in another session. */
	check_eq(destroy(fd, chan), 0);
	setup(0);
	ring = cring_new(fd, 4);
	for (i = 0; i < NR_KINDS; i++) {
		op = op_of_kind(i, sg);
		start = now_ns();
		record = cring_run(&ring, &op);
		check(record.timestamp_ns >= start && record.timestamp_ns <= now_ns());
		check_eq(record.chan, chan);
		record.timestamp_ns = want[i].timestamp_ns;
		record.chan = want[i].chan;
		bytes_check((void *)&record, (void *)&want[i], sizeof(record), "a record");
	}
}

UAPI_TEST(ring, what_waits_comes_first)
{
	struct cring ring;

	setup(0);
	put_nops(0, 5);
	ring = cring_new(fd, 8);
	check_eq(cring_ready(&ring), 5);
	check(!cring_overflows(&ring));
	check_eq(fdinfo(fd, "completions-queued"), 0);
	put_nops(5, 2);
	take_check(&ring, 0, 7);

	setup(0);
	put_nops(0, 5);
	ring = cring_new(fd, 2);
	check_eq(cring_ready(&ring), 2);
	check(cring_overflows(&ring));
	put_nops(5, 1);
	take_check(&ring, 0, 2);
	check_eq(cring_wait(&ring, 0, 0), 2);
	take_check(&ring, 2, 2);
	check_eq(cring_wait(&ring, 2, 60 * SEC), 2);
	check(!cring_overflows(&ring));
	take_check(&ring, 4, 2);
}

#define NR_ORDER 400

UAPI_TEST(ring, order_of_two_channels)
{
	struct dmactl_completion record;
	uint32_t chans[2], last[2] = {0};
	static unsigned char seen[NR_ORDER];
	struct dmactl_op ops[8];
	struct cring ring;
	unsigned int i, j, of, taken = 0;

	setup(0);
	chans[0] = chan;
	chans[1] = chan_get(fd);
	ring = cring_new(fd, 64);
	memset(seen, 0, sizeof(seen));
	for (i = 0; i < NR_ORDER; i += 8) {
		for (j = 0; j < 8; j++) {
			ops[j] = j % 3 ? op_small(i + j) : op_nop(0, i + j);
			ops[j].chan = chans[j % 2];
		}
		submit_all(fd, ops, 8);
		/* Sometimes several batches are on their way. */
		if (i % 24)
			continue;
		for (; taken < i + 8; taken++) {
			record = cring_next(&ring);
			check(record.user_data < NR_ORDER);
			check(!seen[record.user_data]++);
			of = record.user_data % 2;
			check_eq(record.chan, chans[of]);
			check(record.seq > last[of] || !last[of]);
			last[of] = record.seq;
		}
	}
	while (taken++ < NR_ORDER)
		check(!seen[cring_next(&ring).user_data]++);
	check_eq(cring_look_again(&ring), false);
}

UAPI_TEST(ring, round_and_round)
{
	struct dmactl_op ops[7];
	struct dmactl_submit arg;
	struct cring ring;
	unsigned int i, n;

	setup(16);
	ring = cring_new(fd, 7);
	check_eq(ring.entries, 8);
	for (n = 0; n < 14000; n += 7) {
		for (i = 0; i < 7; i++)
			ops[i] = i == 3 ? op_nop(chan, n + i) : op_small(n + i);
		arg = submit_arg(ops, 7);
		arg.min_complete = 7;
		arg.timeout_ns = 60 * SEC;
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
		check_eq(arg.out_accepted, 7);
		check_eq(arg.out_completed, 7);
		take_check(&ring, n, 7);
		check_eq(chan_status(fd, chan).out_credit, 16);
	}
	check_eq(ring.head->tail, 14000);
	check_eq(chan_status(fd, chan).out_completed, 14000);
}

/* By SUBMIT, then by poll(2), in turn. */
static void pour(struct cring *ring, unsigned int turn)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	check(cring_overflows(ring));
	if (turn % 2)
		check_eq(poll(&p, 1, 0), 1);
	else
		check_eq(cring_wait(ring, 0, 0), 2);
}

UAPI_TEST(ring, nothing_is_lost_for_want_of_room)
{
	struct dmactl_op ops[64];
	struct cring ring;
	unsigned int i;

	setup(64);
	ring = cring_new(fd, 2);
	sim_set("hold", "1");
	for (i = 0; i < 64; i++)
		ops[i] = op_small(i);
	submit_all(fd, ops, 64);
	check_eq(chan_status(fd, chan).out_credit, 0);
	sim_set("hold", "0");
	wait_idle();
	for (i = 0; i < 62; i += 2) {
		check_eq(cring_ready(&ring), 2);
		/* What is in the ring has given its credit back. */
		check_eq(chan_status(fd, chan).out_credit, i + 2);
		check_eq(fdinfo(fd, "completions-queued"), 62 - i);
		/* Without room, asking changes nothing. */
		check_eq(cring_wait(&ring, 0, 0), 2);
		take_check(&ring, i, 2);
		check_eq(cring_ready(&ring), 0);
		pour(&ring, i / 2);
	}
	check(!cring_overflows(&ring));
	take_check(&ring, 62, 2);
	check_eq(chan_status(fd, chan).out_credit, 64);
	check_eq(cring_wait(&ring, 1, 0), -ETIME);
}

/* Credit that waits with records comes back through a SUBMIT that wants it. */
UAPI_TEST(ring, credit_comes_with_room)
{
	struct dmactl_op ops[4];
	uint32_t accepted;
	struct cring ring;
	unsigned int i;

	setup(4);
	ring = cring_new(fd, 1);
	for (i = 0; i < 4; i++)
		ops[i] = op_nop(chan, i);
	submit_all(fd, ops, 4);
	check_eq(cring_ready(&ring), 1);
	check_eq(chan_status(fd, chan).out_credit, 1);
	submit_all(fd, ops, 1);
	/* The record in the ring counts as one that was reaped. */
	check_eq(submit_flags(fd, ops, 4, 0, &accepted), 0);
	check_eq(accepted, 0);
	for (i = 0; i < 5; i++) {
		check_eq(cring_wait(&ring, 1, 0), 1);
		take_check(&ring, i % 4, 1);
	}
	submit_all(fd, ops, 4);
}

UAPI_TEST(ring, bad_input)
{
	static const uint32_t strides[] = {0, 1, 40, 47, 49, 52, 4100, 4104, ~0u};
	static const uint32_t entries[] = {0, 65537, ~0u};
	struct dmactl_completion record;
	struct dmactl_submit arg;
	struct dmactl_ring ask;
	size_t i;

	setup(0);
	for (i = 0; i < ARRAY_SIZE(strides); i++)
		check_eq(cring_ask(fd, 4, strides[i], &ask), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(entries); i++)
		check_eq(cring_ask(fd, entries[i], 48, &ask), -EINVAL);
	check_eq(cring_ask(fd, 65536, 4096, &ask), -EINVAL);
	check_eq(cring_ask(fd, 4096, 4096, &ask), -EINVAL);
	/* Nothing came of it. */
	put_nops(3, 1);
	reap_all(fd, &record, 1);
	check_eq(cring_ask(fd, 5, 48, &ask), 0);
	check_eq(ask.out_entries, 8);
	check_eq(ask.out_records_off, sizeof(struct dmactl_ring_head));
	check_eq(ask.out_len, PAGE);
	check_eq(cring_ask(fd, 5, 48, &ask), -EBUSY);
	/* What takes records in another way. */
	put_nops(4, 1);
	check_eq(read(fd, &record, sizeof(record)), -1);
	check_eq(errno, EBUSY);
	check_eq(reap(fd, &record, 1, 0, 0), -EBUSY);
	check_eq(reap(fd, &record, 1, 1, DMACTL_TIMEOUT_INFINITE), -EBUSY);
	/* More than will ever be in it. */
	check_eq(reap(fd, NULL, 0, 9, 0), -EINVAL);
	check_eq(reap(fd, NULL, 0, 8, 0), 1);
	arg = submit_arg(NULL, 0);
	arg.completion_size = 48;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
}

UAPI_TEST(ring, the_largest_and_wide_records)
{
	struct dmactl_completion record;
	struct dmactl_ring ask;
	unsigned char *p;
	unsigned int i;

	setup(0);
	check_eq(cring_ask(fd, 65536, 248, &ask), 0);
	p = map_at(NULL, ask.out_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(p != MAP_FAILED);
	memset(p + ask.out_records_off, 0xa5, 4 * 248);
	put_nops(0, 3);
	for (i = 0; i < 3; i++) {
		unsigned char *at = p + ask.out_records_off + i * 248;

		memcpy(&record, at, sizeof(record));
		check_eq(record.user_data, i);
		for (at += 48; at < p + ask.out_records_off + (i + 1) * 248; at++)
			check_eq(*at, 0);
	}
	check_eq(p[ask.out_records_off + 3 * 248], 0xa5);
	munmap(p, ask.out_len);
}

static bool stop;

/* Nonsense, mostly in head, sometimes all over the place. */
static void *scribble(void *arg)
{
	struct cring *ring = arg;
	unsigned int seed = 1;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint32_t *words = (uint32_t *)ring->mem.p;

		__atomic_store_n(&ring->head->head, (uint32_t)rand_r(&seed) % 16, __ATOMIC_RELAXED);
		__atomic_store_n(&ring->head->head, (uint32_t)rand_r(&seed) * 3, __ATOMIC_RELAXED);
		__atomic_store_n(&words[(uint32_t)rand_r(&seed) % (ring->mem.len / 4)],
				 (uint32_t)rand_r(&seed), __ATOMIC_RELAXED);
	}
	return NULL;
}

UAPI_TEST(ring, nonsense_harms_nobody_else)
{
	int other = dev_open(0), ret;
	uint32_t theirs = chan_get(other), accepted;
	struct mem a = mem_get(other, 2 * PAGE), b = mem_get(other, 2 * PAGE);
	struct cring ring, quiet;
	struct dmactl_op ops[8], op;
	struct pollfd p;
	unsigned int i, sum = 0;
	pthread_t thread;

	quiet = cring_new(other, 4);
	op = op_memcpy(theirs, &b, 0, &a, 0, PAGE);
	setup(32);
	ring = cring_new(fd, 4);
	stop = false;
	check_eq(pthread_create(&thread, NULL, scribble, &ring), 0);
	for (i = 0; i < 400; i++) {
		unsigned int j;

		for (j = 0; j < 8; j++)
			ops[j] = j % 4 ? op_small(i * 8 + j) : op_nop(chan, i * 8 + j);
		ret = submit_flags(fd, ops, 8, 0, &accepted);
		check(!ret || ret == -EAGAIN);
		sum += ret ? 0 : accepted;
		p = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
		check(poll(&p, 1, 0) >= 0);
		ret = cring_wait(&ring, i % 4, MSEC);
		check((ret >= 0 && ret <= 4) || ret == -ETIME);
		if (i % 16)
			continue;
		noise_fill(a.p, PAGE, i);
		check_eq(cring_run(&quiet, &op).bytes, PAGE);
		bytes_check(b.p, a.p, PAGE, "another session's copy");
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	wait_idle();
	check_eq(chan_status(fd, chan).out_submitted, sum);
	check_eq(chan_status(fd, chan).out_completed, sum);
	check_eq(chan_status(fd, chan).out_failed, 0);
	check(sum >= 32);
	check_eq(destroy(fd, chan), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

/* The module goes by its own numbers. */
UAPI_TEST(ring, what_the_program_overwrites)
{
	struct cring ring;

	setup(0);
	ring = cring_new(fd, 8);
	put_nops(0, 2);
	take_check(&ring, 0, 2);
	memset(&ring.head->tail, 0x77, ring.mem.len - offsetof(struct dmactl_ring_head, tail));
	put_nops(2, 1);
	check_eq(ring.head->tail, 3);
	take_check(&ring, 2, 1);
	/* Full, as it says: the module keeps the record. */
	__atomic_store_n(&ring.head->head, 1000, __ATOMIC_RELEASE);
	put_nops(3, 1);
	check_eq(ring.head->tail, 3);
	check(cring_overflows(&ring));
	check_eq(cring_wait(&ring, 0, 0), 8);
	__atomic_store_n(&ring.head->head, 3, __ATOMIC_RELEASE);
	check_eq(cring_wait(&ring, 0, 0), 1);
	take_check(&ring, 3, 1);
}
