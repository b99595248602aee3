/* SPDX-License-Identifier: MIT */
/* SUBMIT with sync_files, and the sync_files themselves. Errors fail the test. */
#ifndef SYNCFILE_H
#define SYNCFILE_H

#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>

#include "dmabuf.h"
#include "vgem.h"

/* The memory that modules take when they are loaded is not leaked by a test. */
static inline void syncfile_begin(void)
{
	if (system("modprobe -q vgem") < 0)
		fail("system: %s", strerror(errno));
	uapi_begin();
}

#define SYNCFILE_TEST(suite, name)                                                                 \
	Test(suite, name, .init = syncfile_begin, .fini = uapi_end, .timeout = UAPI_TIMEOUT)

/* The fences of a dma-buf at this moment. */
static inline int sync_of(int dmabuf)
{
	struct dma_buf_export_sync_file arg = {.flags = DMA_BUF_SYNC_RW, .fd = -1};

	check_eq(ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &arg), 0);
	return arg.fd;
}

/* 1: signalled, 0: not yet, or a negated errno. */
static inline int sync_status(int file)
{
	struct sync_file_info info = {.num_fences = 0};

	check_eq(ioctl(file, SYNC_IOC_FILE_INFO, &info), 0);
	return info.status;
}

/* Returns the status after it has signalled. */
static inline int sync_wait(int file)
{
	struct pollfd p = {.fd = file, .events = POLLIN};

	check_eq(poll(&p, 1, 60000), 1);
	return sync_status(file);
}

/* A kernel without vgem, such as the debug kernel. */
static inline bool vgem_is_missing(void)
{
	return access("/sys/module/vgem", F_OK) != 0 &&
	       access("/sys/bus/faux/devices/vgem", F_OK) != 0 &&
	       access("/sys/devices/platform/vgem", F_OK) != 0;
}

/*
 * A fence that the test signals: a sync_file of vgem. Without vgem it is that of a copy which
 * dma-sim holds, so one test can have one at a time.
 */
struct gate {
	struct vgem v;
	int fence, file, fd;
	struct mem mem;
};

/* Returns what SUBMIT does. *out gets the sync_file with OUT_FENCE. */
static inline int submit_fenced(int fd, const struct dmactl_op *ops, uint32_t nr, uint32_t flags,
				int in, int *out);

static inline struct gate gate_of_sim(void)
{
	struct gate g = {.fd = dev_open(0)};
	uint32_t chan = chan_get(g.fd);
	struct dmactl_op op;

	g.mem = mem_get(g.fd, PAGE);
	op = op_memcpy(chan, &g.mem, 64, &g.mem, 0, 64);
	sim_set("hold", "1");
	check_eq(submit_fenced(g.fd, &op, 1, DMACTL_SUBMIT_OUT_FENCE, 0, &g.file), 1);
	return g;
}

static inline struct gate gate_new(void)
{
	struct gate g = {.fd = -1};

	if (vgem_is_missing())
		return gate_of_sim();
	g.v = vgem_new();
	g.fence = vgem_attach(&g.v, VGEM_FENCE_WRITE);
	check(g.fence > 0);
	g.file = sync_of(g.v.dmabuf);
	check_eq(sync_status(g.file), 0);
	return g;
}

static inline void gate_open(const struct gate *g)
{
	if (g->fd >= 0)
		sim_set("hold", "0");
	else
		vgem_signal(&g->v, g->fence);
}

static inline void gate_free(struct gate *g)
{
	close(g->file);
	if (g->fd < 0) {
		vgem_free(&g->v);
		return;
	}
	mem_unmap(&g->mem);
	dev_close(g->fd);
}

static inline int submit_fenced(int fd, const struct dmactl_op *ops, uint32_t nr, uint32_t flags,
				int in, int *out)
{
	struct dmactl_submit arg = submit_arg(ops, nr);
	int ret;

	arg.flags = flags;
	arg.in_fence = in;
	arg.out_fence = 12345;
	ret = dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg);
	if (ret)
		return ret;
	if (out)
		*out = arg.out_fence;
	return arg.out_accepted;
}

#define IN  DMACTL_SUBMIT_IN_FENCE
#define OUT DMACTL_SUBMIT_OUT_FENCE

/* A session with a channel and memory for `nr' copies of a page. */
struct work {
	int fd;
	uint32_t chan, nr;
	struct mem src, dst;
	struct dmactl_op ops[64];
};

static inline struct work work_on(int fd, uint32_t chan, uint32_t nr)
{
	struct work w = {.fd = fd, .chan = chan, .nr = nr};
	uint32_t i;

	w.src = mem_get(fd, nr * PAGE);
	w.dst = mem_get(fd, nr * PAGE);
	pattern_fill(w.src.p, 0, w.src.len, SRC_BODY);
	pattern_fill(w.dst.p, 0, w.dst.len, DST_MARGIN);
	for (i = 0; i < nr; i++) {
		w.ops[i] = op_memcpy(chan, &w.dst, i * PAGE, &w.src, i * PAGE, PAGE);
		w.ops[i].user_data = i;
	}
	return w;
}

static inline struct work work_new(uint32_t nr)
{
	int fd = dev_open(0);

	return work_on(fd, chan_get(fd), nr);
}

/* The batch has not started. */
static inline void work_waits(const struct work *w, uint32_t nr)
{
	struct dmactl_chan_status status = chan_status(w->fd, w->chan);

	check_eq(status.out_state, DMACTL_STATE_HELD);
	check_eq(status.out_in_flight, nr);
	pattern_check(w->dst.p, 0, w->dst.len, DST_MARGIN, 0);
}

/* All ops end in order with this status, and have moved their bytes or none. */
static inline void work_ends(const struct work *w, int status)
{
	struct dmactl_completion records[64];
	uint32_t i;

	reap_all(w->fd, records, w->nr);
	for (i = 0; i < w->nr; i++) {
		check_eq(records[i].status, status);
		check_eq(records[i].user_data, i);
	}
	if (status)
		pattern_check(w->dst.p, 0, w->dst.len, DST_MARGIN, 0);
	else
		pattern_check(w->dst.p, 0, w->dst.len, SRC_BODY, 0);
	check_eq(chan_status(w->fd, w->chan).out_in_flight, 0);
}

#endif /* SYNCFILE_H */
