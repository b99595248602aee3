/* SPDX-License-Identifier: MIT */
/* libdmauser: DMA engines for ordinary programs. */
#ifndef DMAUSER_H
#define DMAUSER_H

#include <stddef.h>
#include <stdint.h>
#include <linux/dmactl.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dmauser_session;
struct dmauser_chan;
struct dmauser_buf;
struct dmauser_batch;
struct dmauser_chan_list;

/* session */
int dmauser_open(const char *path, struct dmauser_session **session);
void dmauser_close(struct dmauser_session *session);
int dmauser_fd(const struct dmauser_session *session);
int dmauser_info(struct dmauser_session *session, struct dmactl_info *info);
int dmauser_set_eventfd(struct dmauser_session *session, int fd);
const char *dmauser_version(void);

/* channel */
int dmauser_chan_request_caps(struct dmauser_session *session, uint64_t caps, const char *device,
			      unsigned int depth, struct dmauser_chan **chan);
int dmauser_chan_request_name(struct dmauser_session *session, const char *name, unsigned int depth,
			      struct dmauser_chan **chan);
int dmauser_chan_request_slave(struct dmauser_session *session, const char *name,
			       unsigned int depth, struct dmauser_chan **chan);
int dmauser_chan_destroy(struct dmauser_chan *chan);
const struct dmactl_chan_caps *dmauser_chan_caps(const struct dmauser_chan *chan);
const char *dmauser_chan_name(const struct dmauser_chan *chan);
uint32_t dmauser_chan_handle(const struct dmauser_chan *chan);
unsigned int dmauser_chan_depth(const struct dmauser_chan *chan);
int dmauser_chan_issue(struct dmauser_chan *chan);
int dmauser_chan_terminate(struct dmauser_chan *chan);
int dmauser_chan_synchronize(struct dmauser_chan *chan);
int dmauser_chan_pause(struct dmauser_chan *chan);
int dmauser_chan_resume(struct dmauser_chan *chan);
int dmauser_chan_status(struct dmauser_chan *chan, struct dmactl_chan_status *status);
int dmauser_chan_status_of(struct dmauser_chan *chan, uint64_t user_data,
			   struct dmactl_chan_status *status);

/* buffer */
int dmauser_buf_alloc(struct dmauser_session *session, enum dmactl_buf_kind kind,
		      struct dmauser_chan *chan, size_t len, struct dmauser_buf **buf);
int dmauser_buf_destroy(struct dmauser_buf *buf);
int dmauser_buf_map(struct dmauser_buf *buf, void **addr); /* the first call maps */
int dmauser_buf_unmap(struct dmauser_buf *buf);
size_t dmauser_buf_len(const struct dmauser_buf *buf);
uint32_t dmauser_buf_handle(const struct dmauser_buf *buf);
int dmauser_buf_sync(struct dmauser_buf *buf, size_t off, size_t len, uint32_t flags);

/* batch: an array of ops under construction; capacity grows by itself */
int dmauser_batch_new(struct dmauser_batch **batch);
void dmauser_batch_free(struct dmauser_batch *batch);
void dmauser_batch_clear(struct dmauser_batch *batch);
unsigned int dmauser_batch_count(const struct dmauser_batch *batch);
const struct dmactl_op *dmauser_batch_get(const struct dmauser_batch *batch, unsigned int index);
int dmauser_batch_nop(struct dmauser_batch *batch, struct dmauser_chan *chan, uint64_t user_data);
int dmauser_batch_memcpy(struct dmauser_batch *batch, struct dmauser_chan *chan,
			 struct dmauser_buf *dst, uint64_t dst_off, struct dmauser_buf *src,
			 uint64_t src_off, uint64_t len, uint64_t user_data);
int dmauser_batch_memset(struct dmauser_batch *batch, struct dmauser_chan *chan,
			 struct dmauser_buf *dst, uint64_t dst_off, uint8_t value, uint64_t len,
			 uint64_t user_data);

struct dmauser_piece {
	struct dmauser_buf *buf;
	uint64_t off;
	uint64_t len;
};

int dmauser_batch_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
		     const struct dmauser_piece *dst, unsigned int nr_dst,
		     const struct dmauser_piece *src, unsigned int nr_src, uint64_t user_data);
/* DMACTL_OP_* flags of the op added last */
int dmauser_batch_set_flags(struct dmauser_batch *batch, uint16_t flags);

/* transfer */
/* number of ops accepted (they leave the batch), or -errno */
int dmauser_submit(struct dmauser_session *session, struct dmauser_batch *batch, uint32_t flags);
/* index of the op that made the last submit of this batch fail, or -ENOENT */
int dmauser_batch_bad_index(const struct dmauser_batch *batch);
/* number of records, 0 if there are none, or -errno */
int dmauser_reap(struct dmauser_session *session, struct dmactl_completion *records,
		 unsigned int nr);
/* the same, waits for min of them; relative timeout in ns; -ETIME, -EINTR if nothing came */
int dmauser_wait(struct dmauser_session *session, struct dmactl_completion *records,
		 unsigned int nr, unsigned int min, uint64_t timeout_ns);

/* everything in one system call; see struct dmactl_submit */
struct dmauser_result {
	unsigned int accepted;
	unsigned int completed;
	int wait; /* 0, -ETIME or -EINTR */
};

int dmauser_submit_wait(struct dmauser_session *session, struct dmauser_batch *batch,
			uint32_t flags, struct dmactl_completion *records, unsigned int nr,
			unsigned int min, uint64_t timeout_ns, struct dmauser_result *result);

/* discovery, from /sys/class/dma */
struct dmauser_chan_desc {
	const char *name;   /* dma0chan3 */
	const char *device; /* name of the DMA device, "" unknown */
	const char *driver; /* "" unknown */
	int in_use;         /* clients */
	uint64_t memcpy_count;
	uint64_t bytes_transferred;
};

int dmauser_discover(struct dmauser_chan_list **list);
size_t dmauser_chan_list_count(const struct dmauser_chan_list *list);
const struct dmauser_chan_desc *dmauser_chan_list_get(const struct dmauser_chan_list *list,
						      size_t index);
void dmauser_chan_list_free(struct dmauser_chan_list *list);

#ifdef __cplusplus
}
#endif

#endif /* DMAUSER_H */
