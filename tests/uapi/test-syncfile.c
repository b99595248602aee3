// SPDX-License-Identifier: MIT
/* SUBMIT with a sync_file to wait for, and with one of the batch. */
#include "syncfile.h"

SYNCFILE_TEST(syncfile, a_batch_waits_and_the_caller_does_not)
{
	struct gate g = gate_new();
	struct work w = work_new(3);

	check_eq(submit_fenced(w.fd, w.ops, 3, IN, g.file, NULL), 3);
	work_waits(&w, 3);
	sleep_ms(100);
	work_waits(&w, 3);
	gate_open(&g);
	work_ends(&w, 0);
	/* A fence that has signalled is nothing to wait for. */
	pattern_fill(w.dst.p, 0, w.dst.len, DST_MARGIN);
	check_eq(submit_fenced(w.fd, w.ops, 3, IN, g.file, NULL), 3);
	work_ends(&w, 0);
	gate_free(&g);
}

/* The struct of programs that know nothing of fences. */
SYNCFILE_TEST(syncfile, the_first_version_of_the_struct)
{
	struct work w = work_new(1);
	struct dmactl_submit arg = submit_arg(w.ops, 1);

	arg.size = 64;
	arg.in_fence = -1;
	arg.out_fence = 77;
	check_eq(dev_ioctl(w.fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 1);
	check_eq(arg.out_fence, 77);
	work_ends(&w, 0);
	arg.flags = OUT;
	check_eq(dev_ioctl(w.fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
}

/* The out-fence of one session is the in-fence of another. */
SYNCFILE_TEST(syncfile, from_session_to_session)
{
	struct work a = work_new(2), b = work_new(2);
	int first = -1, second = -1;

	need_sim();
	sim_set("hold", "1");
	check_eq(submit_fenced(a.fd, a.ops, 2, OUT, 0, &first), 2);
	check(first >= 0);
	check(fcntl(first, F_GETFD) & FD_CLOEXEC);
	check_eq(submit_fenced(b.fd, b.ops, 2, IN | OUT, first, &second), 2);
	check_eq(sync_status(first), 0);
	check_eq(sync_status(second), 0);
	work_waits(&b, 2);
	sim_set("hold", "0");
	check_eq(sync_wait(first), 1);
	check_eq(sync_wait(second), 1);
	work_ends(&a, 0);
	work_ends(&b, 0);
	close(first);
	close(second);
}

/* Both fences of one channel. */
SYNCFILE_TEST(syncfile, a_chain_on_one_channel)
{
	struct gate g = gate_new();
	struct work w = work_new(3);
	int fences[3] = {-1, -1, -1}, i;

	for (i = 0; i < 3; i++)
		check_eq(submit_fenced(w.fd, &w.ops[i], 1, IN | OUT, i ? fences[i - 1] : g.file,
				       &fences[i]),
			 1);
	work_waits(&w, 3);
	gate_open(&g);
	for (i = 0; i < 3; i++) {
		check_eq(sync_wait(fences[i]), 1);
		close(fences[i]);
	}
	work_ends(&w, 0);
	gate_free(&g);
}

/* Batches start in the order of the calls; others find no credit. */
SYNCFILE_TEST(syncfile, order_of_a_channel)
{
	struct gate first = gate_new(), second = gate_new();
	struct work w = work_new(4);
	int out = -1;

	if (vgem_is_missing())
		cr_skip_test("this kernel has no vgem");
	check_eq(submit_fenced(w.fd, w.ops, 1, IN, first.file, NULL), 1);
	check_eq(submit_fenced(w.fd, w.ops + 1, 1, IN, second.file, NULL), 1);
	check_eq(submit_fenced(w.fd, w.ops + 2, 1, OUT, 0, &out), 1);
	check_eq(submit_fenced(w.fd, w.ops + 3, 1, 0, 0, NULL), -EAGAIN);
	check_eq(submit_flags(w.fd, w.ops + 3, 1, DMACTL_SUBMIT_HOLD, NULL), -EAGAIN);
	check_eq(poll_now(w.fd) & POLLOUT, 0);
	gate_open(&second);
	sleep_ms(100);
	work_waits(&w, 3);
	check_eq(sync_status(out), 0);
	gate_open(&first);
	check_eq(sync_wait(out), 1);
	check_eq(submit_fenced(w.fd, w.ops + 3, 1, 0, 0, NULL), 1);
	work_ends(&w, 0);
	close(out);
	gate_free(&first);
	gate_free(&second);
}

static const struct dmactl_cyclic periods = {.period_len = PAGE};

static void refused(const struct work *w, const struct dmactl_op *ops, uint32_t nr, uint32_t flags,
		    int in, int want, const char *what)
{
	int out = -2, before = dup(w->fd), after;
	int ret = submit_fenced(w->fd, ops, nr, flags, in, &out);

	close(before);
	after = dup(w->fd);
	close(after);
	if (ret != want)
		fail("%s: %d, not %d", what, ret, want);
	/* No file was left, and no op. */
	check_eq(after, before);
	check_eq(chan_status(w->fd, w->chan).out_in_flight, 0);
}

SYNCFILE_TEST(syncfile, what_is_refused)
{
	struct work w = work_new(2);
	struct gate g = gate_new();
	uint32_t other = chan_get(w.fd);
	struct dmactl_prepare prepare = {
		.size = sizeof(prepare), .op_uptr = (uintptr_t)w.ops, .op_size = sizeof(w.ops[0])};
	struct dmactl_op prepared = {.opcode = DMACTL_OP_PREPARED, .chan = w.chan};

	refused(&w, w.ops, 2, IN, -1, -EBADF, "no fd");
	refused(&w, w.ops, 2, IN, w.fd, -EINVAL, "no sync_file");
	refused(&w, w.ops, 2, 0, g.file, -EINVAL, "in_fence without its flag");
	refused(&w, w.ops, 2, OUT, g.file, -EINVAL, "the same with OUT_FENCE");
	refused(&w, w.ops, 0, OUT, 0, -EINVAL, "no op");
	refused(&w, w.ops, 2, OUT | DMACTL_SUBMIT_HOLD, 0, -EINVAL, "HOLD");
	refused(&w, w.ops, 2, IN | DMACTL_SUBMIT_HOLD, g.file, -EINVAL, "HOLD with IN_FENCE");
	w.ops[1].chan = other;
	refused(&w, w.ops, 2, OUT, 0, -EINVAL, "two channels");
	w.ops[1].chan = w.chan;
	w.ops[1].len = w.src.len + 1;
	refused(&w, w.ops, 2, IN | OUT, g.file, -EINVAL, "a bad op");
	check_eq(dev_ioctl(w.fd, DMACTL_IOC_PREPARE, &prepare), 0);
	prepared.src_buf = prepare.out_handle;
	refused(&w, &prepared, 1, IN, g.file, -EOPNOTSUPP, "PREPARED");
	check_eq(destroy(w.fd, prepare.out_handle), 0);
	gate_free(&g);
}

/* Nobody knows when a peripheral ends an op. */
SYNCFILE_TEST(syncfile, peripherals)
{
	int fd = dev_open(0);
	uint32_t chan = chan_slave(fd, "sim0.0").out_chan;
	struct work w = work_on(fd, chan, 1);
	struct mem mem = mem_get(fd, 2 * PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, PAGE, true), cyclic = op;
	struct dmactl_chan_config config = config_of(chan);
	struct dmactl_stream_open open = {
		.size = sizeof(open), .chan = chan, .direction = DMACTL_DIR_MEM_TO_DEV};
	struct dmactl_completion record;
	struct gate g = gate_new();

	need_sim();
	cyclic.opcode = DMACTL_OP_CYCLIC;
	cyclic.len = 2 * PAGE;
	cyclic.args_uptr = (uintptr_t)&periods;
	cyclic.nr_args = 1;
	cyclic.arg_size = sizeof(periods);
	refused(&w, &op, 1, OUT, 0, -EOPNOTSUPP, "a peripheral");
	refused(&w, &cyclic, 1, IN, g.file, -EOPNOTSUPP, "CYCLIC");
	check_eq(submit_fenced(fd, &op, 1, IN, g.file, NULL), 1);
	/* The op was checked for this configuration. */
	check_eq(chan_config(fd, &config), -EBUSY);
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &open), -EBUSY);
	gate_open(&g);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	gate_free(&g);
}

/* A program cannot make a fence that it can keep from ending. */
SYNCFILE_TEST(syncfile, pause)
{
	int fd = dev_open(0);
	uint32_t chan =
		chan_with(fd, DMACTL_CAP_MEMCPY | DMACTL_CAP_PAUSE | DMACTL_CAP_RESUME).out_chan;
	struct work w = work_on(fd, chan, 1);
	struct gate g = gate_new();
	int out = -1;

	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	refused(&w, w.ops, 1, OUT, 0, -EBUSY, "a paused channel");
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	check_eq(submit_fenced(fd, w.ops, 1, IN | OUT, g.file, &out), 1);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), -EBUSY);
	gate_open(&g);
	check_eq(sync_wait(out), 1);
	work_ends(&w, 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	close(out);
	gate_free(&g);
}

/* Behind an op that may not end, there is no fence. */
SYNCFILE_TEST(syncfile, behind_what_may_not_end)
{
	int fd = dev_open(0);
	uint32_t chan = chan_slave(fd, "sim0.0").out_chan;
	struct work w = work_on(fd, chan, 1);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, PAGE, true);
	struct dmactl_completion record;
	int out = -1;

	need_sim();
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(submit_fenced(fd, w.ops, 1, OUT, 0, &out), -EBUSY);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(submit_fenced(fd, w.ops, 1, OUT, 0, &out), 1);
	check_eq(sync_wait(out), 1);
	work_ends(&w, 0);
	close(out);
}

/* The gate stays shut: the fence is given up, and nothing is moved then. */
SYNCFILE_TEST(syncfile, timeout)
{
	struct work w = work_new(2), free_of_fences = work_new(1);
	struct gate g = gate_new();
	uint64_t start = now_ns();
	int out = -1;

	dmactl_param_set("fence_timeout_ms", "400");
	check_eq(submit_fenced(w.fd, w.ops, 2, IN | OUT, g.file, &out), 2);
	check_eq(submit_fenced(free_of_fences.fd, free_of_fences.ops, 1, IN, g.file, NULL), 1);
	check_eq(sync_wait(out), -ETIMEDOUT);
	check(now_ns() - start >= 300 * MSEC);
	work_ends(&w, -ETIMEDOUT);
	check_eq(sync_status(g.file), 0);
	/* For others nobody waits, so they may. */
	work_waits(&free_of_fences, 1);
	gate_open(&g);
	work_ends(&free_of_fences, 0);
	dmactl_param_set("fence_timeout_ms", "10000");
	close(out);
	gate_free(&g);
}

/* An error goes from batch to batch. */
SYNCFILE_TEST(syncfile, errors)
{
	struct work a = work_new(2), b = work_new(2);
	int first = -1, second = -1;

	need_sim();
	sim_set("fail_how", "write");
	sim_set("fail_nth", "2");
	sim_set("hold", "1");
	check_eq(submit_fenced(a.fd, a.ops, 2, OUT, 0, &first), 2);
	check_eq(submit_fenced(b.fd, b.ops, 2, IN | OUT, first, &second), 2);
	sim_set("hold", "0");
	check_eq(sync_wait(first), -EREMOTEIO);
	check_eq(sync_wait(second), -ENODATA);
	work_ends(&b, -ENODATA);
	sim_set("fail_nth", "0");
	close(first);
	close(second);
}

/* Credit for a part of the batch: the fence is of this part. */
SYNCFILE_TEST(syncfile, little_credit)
{
	int fd = dev_open(0), out = -1;
	uint32_t chan = chan_get_depth(fd, 4);
	struct work w = work_on(fd, chan, 8);
	struct gate g = gate_new();

	check_eq(submit_fenced(fd, w.ops, 8, IN | OUT, g.file, &out), 4);
	check_eq(chan_status(fd, chan).out_credit, 0);
	check_eq(submit_fenced(fd, w.ops + 4, 4, OUT, 0, NULL), -EAGAIN);
	gate_open(&g);
	check_eq(sync_wait(out), 1);
	w.nr = 4;
	w.dst.len = 4 * PAGE;
	work_ends(&w, 0);
	close(out);
	gate_free(&g);
}

#define MANY 700

/* More ops than the provider may hold at a time. */
SYNCFILE_TEST(syncfile, many_ops)
{
	static struct dmactl_completion records[MANY];
	static struct dmactl_op ops[MANY];
	int fd = dev_open(0), out = -1;
	uint32_t chan = chan_get_depth(fd, MANY);
	struct mem mem = mem_get(fd, 2 * PAGE);
	struct gate g = gate_new();
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		ops[i] = op_memcpy(chan, &mem, PAGE, &mem, 0, 16);
		ops[i].user_data = i;
	}
	check_eq(submit_fenced(fd, ops, MANY / 2, IN, g.file, NULL), MANY / 2);
	check_eq(submit_fenced(fd, ops + MANY / 2, MANY / 2, OUT, 0, &out), MANY / 2);
	gate_open(&g);
	check_eq(sync_wait(out), 1);
	reap_all(fd, records, MANY);
	for (i = 0; i < MANY; i++) {
		check_eq(records[i].status, 0);
		check_eq(records[i].user_data, i);
		check_eq(records[i].seq, i);
	}
	close(out);
	gate_free(&g);
}
