// SPDX-License-Identifier: MIT
/* Batches that wait for a fence when something ends, and the fences of dma-bufs. */
#include <pthread.h>
#include <signal.h>

#include "syncfile.h"

SYNCFILE_TEST(syncfile_end, terminate)
{
	struct gate g = gate_new();
	struct work w = work_new(2);
	int out = -1;

	need_terminate();
	check_eq(submit_fenced(w.fd, w.ops, 2, IN | OUT, g.file, &out), 2);
	check_eq(chan_ctrl(w.fd, w.chan, DMACTL_CTRL_TERMINATE), 0);
	check_eq(sync_wait(out), -ECANCELED);
	work_ends(&w, -ECANCELED);
	gate_open(&g);
	/* The channel goes on. */
	check_eq(submit_fenced(w.fd, w.ops, 2, IN, g.file, NULL), 2);
	work_ends(&w, 0);
	close(out);
	gate_free(&g);
}

SYNCFILE_TEST(syncfile_end, destroy)
{
	struct dmactl_completion record;
	struct gate g = gate_new();
	struct work w = work_new(1);
	int out = -1;

	check_eq(submit_fenced(w.fd, w.ops, 1, IN | OUT, g.file, &out), 1);
	check_eq(destroy(w.fd, w.dst.buf), -EBUSY);
	check_eq(destroy(w.fd, w.chan), 0);
	check_eq(sync_wait(out), -ECANCELED);
	reap_all(w.fd, &record, 1);
	check_eq(record.status, -ECANCELED);
	gate_open(&g);
	check_eq(destroy(w.fd, w.dst.buf), 0);
	pattern_check(w.dst.p, 0, w.dst.len, DST_MARGIN, 0);
	close(out);
	gate_free(&g);
}

SYNCFILE_TEST(syncfile_end, close)
{
	struct gate g = gate_new();
	struct work w = work_new(1);
	int out = -1;

	check_eq(submit_fenced(w.fd, w.ops, 1, IN | OUT, g.file, &out), 1);
	mem_unmap(&w.src);
	mem_unmap(&w.dst);
	dev_close(w.fd);
	check_eq(sync_wait(out), -ECANCELED);
	gate_open(&g);
	close(out);
	gate_free(&g);
}

static void unbind_of(const char *device)
{
	int fd = dev_open(0), out = -1;
	struct work w = work_on(fd, chan_of_device(fd, device), 1);
	struct gate g = gate_new();

	check_eq(submit_fenced(w.fd, w.ops, 1, IN | OUT, g.file, &out), 1);
	check_eq(sim_bind(device, false), 0);
	check_eq(sync_wait(out), -ENODEV);
	gate_open(&g);
	check_eq(chan_status(w.fd, w.chan).out_state, DMACTL_STATE_GONE);
	work_ends(&w, -ENODEV);
	check_eq(submit_fenced(w.fd, w.ops, 1, IN, g.file, NULL), -ENODEV);
	dev_close(fd);
	check_eq(sim_bind(device, true), 0);
	close(out);
	gate_free(&g);
}

SYNCFILE_TEST(syncfile_end, unbind)
{
	need_sim();
	unbind_of("dma-sim.0");
}

/* What a child does with a session of its parent, or of its own. */
struct child {
	struct work w;
	int in, to;
	bool own;
};

static void child_submit(void *arg)
{
	struct child *c = arg;
	struct work w = c->own ? work_new(1) : c->w;
	char ready = 1;

	check_eq(submit_fenced(w.fd, w.ops, 1, IN, c->in, NULL), 1);
	if (!c->own)
		return;
	check_eq(write(c->to, &ready, 1), 1);
	pause();
}

SYNCFILE_TEST(syncfile_end, kill)
{
	struct gate g = gate_new();
	struct child c = {.in = g.file, .own = true};
	uint64_t start;
	int pipes[2];
	char ready;
	pid_t pid;

	check_eq(pipe(pipes), 0);
	c.to = pipes[1];
	pid = child_start(child_submit, &c);
	check_eq(read(pipes[0], &ready, 1), 1);
	start = now_ns();
	check_eq(kill(pid, SIGKILL), 0);
	child_expect_killed(pid);
	check(now_ns() - start < 5 * SEC);
	gate_open(&g);
	close(pipes[0]);
	close(pipes[1]);
	gate_free(&g);
}

/* A batch belongs to the session, and not to the process that submitted it. */
SYNCFILE_TEST(syncfile_end, fork)
{
	struct gate g = gate_new();
	struct child c = {.w = work_new(1), .in = g.file};

	child_run(child_submit, &c);
	work_waits(&c.w, 1);
	gate_open(&g);
	work_ends(&c.w, 0);
	gate_free(&g);
}

static void *open_soon(void *arg)
{
	const struct gate *g = arg;

	gate_open(g);
	return NULL;
}

/* A fence calls back while its batch ends: neither is used after it was freed. */
SYNCFILE_TEST(syncfile_end, at_the_same_time)
{
	struct dmactl_completion record;
	struct work w = work_new(1);
	int i, out = -1, ended = 0;
	pthread_t thread;
	struct gate g;

	need_terminate();
	for (i = 0; i < 100; i++) {
		g = gate_new();
		check_eq(submit_fenced(w.fd, w.ops, 1, IN | OUT, g.file, &out), 1);
		check_eq(pthread_create(&thread, NULL, open_soon, &g), 0);
		if (i % 2)
			usleep(i * 5);
		check_eq(chan_ctrl(w.fd, w.chan, DMACTL_CTRL_TERMINATE), 0);
		check_eq(pthread_join(thread, NULL), 0);
		reap_all(w.fd, &record, 1);
		check(!record.status || record.status == -ECANCELED);
		check_eq(sync_wait(out), record.status ? -ECANCELED : 1);
		ended += !record.status;
		close(out);
		gate_free(&g);
	}
	fprintf(stderr, "%d of %d started before they were terminated\n", ended, i);
}

/* A picture of vgem that a session has imported. */
struct canvas {
	struct vgem v;
	struct work w;
	struct mem theirs;
	struct dmactl_op op;
};

static struct canvas canvas_new(void)
{
	struct canvas c = {.v = vgem_new()};

	if (devices_bounce())
		cr_skip_test("vgem does not bounce");
	c.w = work_new(4);
	c.theirs = dmabuf_import(c.w.fd, c.v.dmabuf);
	c.op = op_memcpy(c.w.chan, &c.w.dst, 0, &c.theirs, 0, c.v.len);
	check_eq(c.v.len, c.w.dst.len);
	pattern_fill(c.theirs.p, 0, c.v.len, SRC_MARGIN);
	return c;
}

static void canvas_ends(const struct canvas *c)
{
	struct dmactl_completion record;

	reap_all(c->w.fd, &record, 1);
	check_eq(record.status, 0);
	pattern_check(c->w.dst.p, 0, c->v.len, SRC_BODY, 0);
}

static void canvas_free(const struct canvas *c)
{
	check_eq(destroy(c->w.fd, c->theirs.buf), 0);
	munmap(c->theirs.p, c->theirs.len);
	vgem_free(&c->v);
}

/* The fences of a dma-buf are waited for in the same way. */
SYNCFILE_TEST(syncfile_end, a_picture_that_is_drawn)
{
	struct canvas c = canvas_new();
	int fence = vgem_attach(&c.v, VGEM_FENCE_WRITE);
	uint64_t start = now_ns();

	check(fence > 0);
	check_eq(submit_fenced(c.w.fd, &c.op, 1, DMACTL_SUBMIT_DEFER, 0, NULL), 1);
	check(now_ns() - start < 4 * SEC);
	work_waits(&c.w, 1);
	pattern_fill(c.theirs.p, 0, c.v.len, SRC_BODY);
	vgem_signal(&c.v, fence);
	canvas_ends(&c);
	canvas_free(&c);
}

/* The fence of the batch is in the dma-buf from the call on, whatever the batch waits for. */
SYNCFILE_TEST(syncfile_end, others_wait_for_the_batch)
{
	struct canvas c = canvas_new();
	struct gate g = gate_new();
	int file, fence;

	check_eq(submit_fenced(c.w.fd, &c.op, 1, IN, g.file, NULL), 1);
	/* It reads the picture: writers wait, and readers do not. */
	check_eq(vgem_attach(&c.v, VGEM_FENCE_WRITE), -EBUSY);
	file = sync_of(c.v.dmabuf);
	check_eq(sync_status(file), 0);
	pattern_fill(c.theirs.p, 0, c.v.len, SRC_BODY);
	gate_open(&g);
	check_eq(sync_wait(file), 1);
	canvas_ends(&c);
	fence = vgem_attach(&c.v, VGEM_FENCE_WRITE);
	check(fence > 0);
	vgem_signal(&c.v, fence);
	close(file);
	canvas_free(&c);
	gate_free(&g);
}

/* A fence that comes later is none to wait for: it may be there for this batch. */
SYNCFILE_TEST(syncfile_end, what_comes_later)
{
	struct canvas c = canvas_new();
	struct dma_buf_import_sync_file import = {.flags = DMA_BUF_SYNC_WRITE};
	struct gate g = gate_new(), later = gate_new();
	int out = -1;

	check_eq(submit_fenced(c.w.fd, &c.op, 1, IN | OUT, g.file, &out), 1);
	import.fd = later.file;
	check_eq(ioctl(c.v.dmabuf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import), 0);
	pattern_fill(c.theirs.p, 0, c.v.len, SRC_BODY);
	gate_open(&g);
	check_eq(sync_wait(out), 1);
	canvas_ends(&c);
	gate_open(&later);
	close(out);
	canvas_free(&c);
	gate_free(&g);
	gate_free(&later);
}

/* Calls that find no credit leave no fence behind. */
SYNCFILE_TEST(syncfile_end, no_credit_and_no_fence)
{
	struct canvas c = canvas_new();
	struct gate g = gate_new();
	int file, i, out = -1;

	/* The fence of this batch would come before theirs. */
	check_eq(submit_fenced(c.w.fd, c.w.ops, 1, IN | OUT, g.file, &out), 1);
	for (i = 0; i < 100; i++)
		check_eq(submit_flags(c.w.fd, &c.op, 1, 0, NULL), -EAGAIN);
	file = sync_of(c.v.dmabuf);
	check_eq(sync_status(file), 1);
	gate_open(&g);
	c.w.nr = 1;
	c.w.dst.len = PAGE;
	work_ends(&c.w, 0);
	close(out);
	close(file);
	canvas_free(&c);
	gate_free(&g);
}

/* Two sessions with each other's pictures never wait for each other. */
struct swap {
	struct work w;
	struct dmactl_op op;
	volatile bool *stop;
};

static void *swap_run(void *arg)
{
	struct dmactl_completion record;
	struct swap *s = arg;
	int out = -1;

	while (!*s->stop) {
		check_eq(submit_fenced(s->w.fd, &s->op, 1, OUT, 0, &out), 1);
		check_eq(sync_wait(out), 1);
		close(out);
		reap_all(s->w.fd, &record, 1);
		check_eq(record.status, 0);
	}
	return NULL;
}

SYNCFILE_TEST(syncfile_end, two_that_swap)
{
	struct vgem x = vgem_new(), y = vgem_new();
	volatile bool stop = false;
	pthread_t threads[2];
	struct swap s[2];
	struct mem mx, my;
	int i;

	if (devices_bounce())
		cr_skip_test("vgem does not bounce");
	for (i = 0; i < 2; i++) {
		s[i].w = work_new(1);
		s[i].stop = &stop;
		check_eq(buf_import(s[i].w.fd, x.dmabuf, &mx), 0);
		check_eq(buf_import(s[i].w.fd, y.dmabuf, &my), 0);
		s[i].op = i ? op_memcpy(s[i].w.chan, &mx, 0, &my, 0, PAGE)
			    : op_memcpy(s[i].w.chan, &my, 0, &mx, 0, PAGE);
	}
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, swap_run, &s[i]), 0);
	sleep_ms(1000);
	stop = true;
	for (i = 0; i < 2; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < 2; i++)
		dev_close(s[i].w.fd);
	vgem_free(&x);
	vgem_free(&y);
}
