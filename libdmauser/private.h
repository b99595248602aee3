/* SPDX-License-Identifier: MIT */
/* What the files of the library share and a program never sees. */
#ifndef DMAUSER_PRIVATE_H
#define DMAUSER_PRIVATE_H

#include <pthread.h>
#include <sys/queue.h>

#include "dmauser.h"

/* Everything else is built with hidden visibility. */
#define DMAUSER_EXPORT __attribute__((visibility("default")))

#define DMAUSER_SYSFS "/sys/class/dma"

struct dmauser_session {
	int fd;
	uint32_t max_batch;   /* ops that one SUBMIT takes */
	pthread_mutex_t lock; /* both lists, and the mapping of each buffer */
	LIST_HEAD(, dmauser_chan) chans;
	LIST_HEAD(, dmauser_buf) bufs;
};

struct dmauser_chan {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_chan) link;
	uint32_t handle;
	uint32_t depth;
	struct dmactl_chan_caps caps;
};

struct dmauser_buf {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_buf) link;
	uint32_t handle;
	size_t len;
	uint64_t mmap_offset;
	void *addr; /* NULL: not mapped */
};

/*
 * The live ops are ops[head..tail). Their argument arrays lie in the same
 * order and without gaps in args[args_head..args_tail), so that a submit takes
 * both from the front by moving an index.
 */
struct dmauser_batch {
	const struct dmauser_session *session; /* of the ops; NULL: no ops */
	struct dmactl_op *ops;
	unsigned int head, tail, capacity;
	struct dmactl_sg *args;
	unsigned int args_head, args_tail, args_capacity;
	int bad; /* index, or -ENOENT */
};

/* ioctl.c: the only caller of ioctl(2); 0 or -errno. */
int dmauser_ioctl(int fd, unsigned long request, void *arg);

/* session.c */
int dmauser_destroy_handle(struct dmauser_session *session, uint32_t handle);

/* batch.c: take @nr ops from the front. */
void dmauser_batch_accept(struct dmauser_batch *batch, unsigned int nr);

/* discover.c: @root stands for DMAUSER_SYSFS, so that a test can bring its own. */
int dmauser_discover_at(const char *root, struct dmauser_chan_list **list);
int dmauser_chan_exists_at(const char *root, const char *name);

static inline uint64_t dmauser_uptr(const void *ptr)
{
	return (uint64_t)(uintptr_t)ptr;
}

#endif /* DMAUSER_PRIVATE_H */
