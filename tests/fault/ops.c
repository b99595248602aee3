// SPDX-License-Identifier: MIT
/* Ops in each way of submitting, and the objects that they need. */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "fault.h"
#include "ring.h"

static uint32_t slave;
static struct mem coherent;
static struct ring uring;

/* A buffer that no device has mapped yet, and an op on it. */
static struct dmactl_op op;
static struct dmactl_sg pieces[40];
static struct mem fresh;
static uint32_t accepted;

static void take_record(void)
{
	struct dmactl_completion record;

	reap_all(fd, &record, 1);
	check(record.status == 0 || record.status == -EIO);
}

static int submit_one(void)
{
	int ret = submit_flags(fd, &op, 1, 0, &accepted);

	/* Copying the result failed after the op was accepted, so it is in flight. */
	if (ret && ret != -EAGAIN && accepted == 1) {
		take_record();
		accepted = 0;
	}
	return ret;
}

static void make_fresh(void)
{
	if (fresh.buf)
		check_eq(destroy(fd, fresh.buf), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, LEN, &fresh), 0);
	op = op_memcpy(chan, &fresh, 0, &other, 0, LEN);
}

/* Submits an op on a mapped buffer, so that only the op is allocated. */
static void submit_fails(const char *name, struct dmactl_op what)
{
	op = what;
	each_fails(name, submit_one, take_record);
}

static void sg_lists(void)
{
	uint32_t lists =
		chan_with(fd, DMACTL_CAP_MEMSET_SG | DMACTL_CAP_XOR | DMACTL_CAP_PQ).out_chan;
	struct dmactl_op sum;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		pieces[i] = sg_piece(DMACTL_SG_DST, &mem, i * 1024, 512);
	submit_fails("SUBMIT memset_sg", op_list(DMACTL_OP_MEMSET_SG, lists, pieces,
						 ARRAY_SIZE(pieces), ARRAY_SIZE(pieces) * 512));
	for (i = 0; i < 20; i++)
		pieces[i] = sg_piece(DMACTL_SG_SRC, &other, (i % 8) * 4096, 4096);
	sum = op_list(DMACTL_OP_XOR, lists, pieces, 20, 4096);
	sum.dst_buf = mem.buf;
	submit_fails("SUBMIT xor", sum);
	check_eq(destroy(fd, lists), 0);
}

static int call_read(void)
{
	struct dmactl_completion record;
	ssize_t n = read(fd, &record, sizeof(record));

	if (n < 0)
		return -errno;
	check_eq(n, sizeof(record));
	return 0;
}

/* A completion that could not be copied to the program stays in the queue. */
static void one_record(void)
{
	struct dmactl_op nop = op_nop(chan, 1);

	submit_all(fd, &nop, 1);
	while (!(poll_now(fd) & POLLIN))
		sleep_ms(1);
}

static int call_poll(void)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) < 0 ? -errno : 0;
}

static int call_eventfd(void)
{
	struct dmactl_eventfd arg = {.size = sizeof(arg), .fd = made};

	return dev_ioctl(fd, DMACTL_IOC_EVENTFD, &arg);
}

FAULT_TEST(ops)
{
	step_fails("SUBMIT, first use of a buffer",
		   (struct step){.before = make_fresh, .call = submit_one, .undo = take_record});
	submit_fails("SUBMIT memcpy", op_memcpy(chan, &mem, 0, &other, 0, LEN));
	submit_fails("SUBMIT memset", op_memset(chan, &mem, 0, LEN, 5));
	sg_lists();
	one_record();
	each_fails("read", call_read, one_record);
	check_eq(call_read(), 0);
	each_fails("poll", call_poll, NULL);
	made = eventfd(0, EFD_CLOEXEC);
	check(made >= 0);
	each_fails("EVENTFD", call_eventfd, NULL);
	close(made);
}

static int call_prepare(void)
{
	struct dmactl_prepare arg = {
		.size = sizeof(arg), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};
	int ret = dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg);

	made = (int)arg.out_handle;
	return ret;
}

FAULT_TEST(prepared)
{
	uint32_t reuse = chan_with(fd, DMACTL_CAP_REUSE | DMACTL_CAP_MEMCPY).out_chan;
	struct dmactl_op copy = op_memcpy(reuse, &mem, 0, &other, 0, LEN);

	op = copy;
	each_fails("PREPARE", call_prepare, destroy_made);
	check_eq(call_prepare(), 0);
	submit_fails("SUBMIT prepared", (struct dmactl_op){.opcode = DMACTL_OP_PREPARED,
							   .chan = reuse,
							   .src_buf = (uint32_t)made});
	/* The first submit after TERMINATE prepares the op again. */
	check_eq(chan_ctrl(fd, reuse, DMACTL_CTRL_TERMINATE), 0);
	submit_fails("SUBMIT prepared anew", (struct dmactl_op){.opcode = DMACTL_OP_PREPARED,
								.chan = reuse,
								.src_buf = (uint32_t)made});
	destroy_made();
}

/* A session can have only one ring, so each attempt has its own session. */
static int ring_session = -1;

static void new_session(void)
{
	if (ring_session >= 0)
		close(ring_session);
	ring_session = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
	check(ring_session >= 0);
}

static int call_ring(void)
{
	struct dmactl_ring arg = {
		.size = sizeof(arg),
		.entries = 64,
		.record_size = sizeof(struct dmactl_completion),
	};

	return dev_ioctl(ring_session, DMACTL_IOC_RING, &arg);
}

FAULT_TEST(ring)
{
	step_fails("RING", (struct step){.before = new_session, .call = call_ring});
	close(ring_session);
}

static int call_uring(void)
{
	struct ring_done done;

	op = op_memcpy(chan, &mem, 0, &other, 0, LEN);
	ring_op(&uring, fd, &op, 1);
	ring_submit(&uring);
	done = ring_wait(&uring);
	if (done.res < 0)
		return done.res;
	check_eq(done.res, LEN);
	return 0;
}

/* The failures happen in io_uring_enter(2); only dmactl's part of it is checked. */
static void uring_fails(void)
{
	unsigned int n;

	for (n = 1; n < 12; n++) {
		struct ring_done done;

		op = op_memcpy(chan, &mem, 0, &other, 0, LEN);
		ring_op(&uring, fd, &op, 1);
		nth_arm(n);
		ring_submit(&uring);
		nth_disarm();
		done = ring_wait(&uring);
		if (done.res != LEN && !may_be(done.res))
			fail("io_uring: %d with failure %u", done.res, n);
		still_works();
	}
}

FAULT_TEST(uring)
{
	if (!ring_try(&uring, 8, RING_PLAIN))
		cr_skip_test("this kernel has no such rings");
	check_eq(call_uring(), 0);
	uring_fails();
	ring_free(&uring);
}

/* Sets the first number of the counter. */
static int call_config(void)
{
	static uint32_t peripheral = 1000;
	struct dmactl_chan_config arg = config_of(slave);

	arg.peripheral_config_uptr = (uintptr_t)&peripheral;
	arg.peripheral_size = sizeof(peripheral);
	return chan_config(fd, &arg);
}

static int call_slave(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_SLAVE, "loop-tx");

	return request(&arg);
}

static int call_stream(void)
{
	struct dmactl_stream_open arg = {
		.size = sizeof(arg),
		.chan = slave,
		.direction = DMACTL_DIR_MEM_TO_DEV,
		.block_len = 4096,
		.nr_blocks = 4,
	};
	int ret = dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg);

	made = arg.out_fd;
	return ret;
}

static int stream_fd = -1;

static int call_write(void)
{
	ssize_t n = write(stream_fd, mem.p, 100);

	return n < 0 ? -errno : 0;
}

static int call_cyclic(void)
{
	struct dmactl_cyclic periods = {.period_len = 4096};

	op = op_single(slave, &coherent, 0, LEN, true);
	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	return submit_flags(fd, &op, 1, 0, &accepted);
}

static void undo_cyclic(void)
{
	struct dmactl_completion record;

	check_eq(chan_ctrl(fd, slave, DMACTL_CTRL_TERMINATE), 0);
	do {
		reap_all(fd, &record, 1);
	} while (record.flags & DMACTL_COMP_MORE);
}

/* The op was accepted although the result could not be copied to the program. */
static int call_cyclic_alone(void)
{
	int ret = call_cyclic();

	if (ret && chan_status(fd, slave).out_in_flight)
		undo_cyclic();
	return ret;
}

FAULT_TEST(peripherals)
{
	mem_forget_all();
	dev_close(fd);
	sim_reload("peripherals=loopback,sink,counter");
	fd = dev_open(0);
	chan = chan_get(fd);
	mem = mem_get(fd, LEN);
	other = mem_get(fd, LEN);
	each_fails("CHAN_REQUEST by slave", call_slave, destroy_made);
	slave = chan_slave(fd, "counter").out_chan;
	each_fails("CHAN_CONFIG", call_config, NULL);
	slave = chan_slave(fd, "sink").out_chan;
	submit_fails("SUBMIT slave_single", op_single(slave, &mem, 0, 4096, true));
	coherent = mem_coherent(fd, slave, LEN);
	each_fails("SUBMIT cyclic", call_cyclic_alone, undo_cyclic);
	each_fails("STREAM_OPEN", call_stream, close_made);
	check_eq(call_stream(), 0);
	stream_fd = made;
	each_fails("write of a stream", call_write, NULL);
	close(stream_fd);
	mem_forget_all();
	dev_close(fd);
	sim_restore();
}
