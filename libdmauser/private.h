/* SPDX-License-Identifier: MIT */
/* What the files of the library share and a program never sees. */
#ifndef DMAUSER_PRIVATE_H
#define DMAUSER_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "dmauser.h"

/* Everything else is built with hidden visibility. */
#define DMAUSER_EXPORT __attribute__((visibility("default")))

#define DMAUSER_SYSFS	    "/sys/class/dma"
#define DMAUSER_SYSFS_PORTS "/sys/class/dmactl"

/* chan-wait.c: a record that a thread took while it waited for another channel. */
struct dmauser_kept {
	STAILQ_ENTRY(dmauser_kept) link;
	struct dmactl_completion record;
};

STAILQ_HEAD(dmauser_kept_list, dmauser_kept);

/*
 * Who takes records, and room for what it sets aside. A lock of its own: it is
 * never held together with the session's, and a taker sleeps without it.
 */
struct dmauser_aside {
	pthread_mutex_t lock; /* also chan->kept, and the list of all below */
	pthread_cond_t turn;  /* records came, or nobody takes any more */
	bool taken;	      /* a thread is in the system call */
	struct dmauser_kept_list spare;
	unsigned int nr_spare;
	LIST_HEAD(, dmauser_chan) chans; /* of the session */
};

struct dmauser_session {
	int fd;
	uint32_t max_batch;   /* ops that one SUBMIT takes */
	pthread_mutex_t lock; /* both lists, and the mapping of each buffer */
	LIST_HEAD(, dmauser_chan) chans;
	LIST_HEAD(, dmauser_buf) bufs;
	LIST_HEAD(, dmauser_prepared) prepared;
	struct dmauser_ring *ring; /* NULL until there is one */
	struct dmauser_aside aside;
};

struct dmauser_chan {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_chan) link;
	uint32_t handle;
	uint32_t depth;
	struct dmactl_chan_caps caps;
	LIST_ENTRY(dmauser_chan) kept_link;
	struct dmauser_kept_list kept; /* oldest first */
};

enum dmauser_buf_origin {
	DMAUSER_BUF_ALLOCATED, /* mapped through the session's file */
	DMAUSER_BUF_IMPORTED,  /* mapped through the dma-buf's file */
	DMAUSER_BUF_USER,      /* the program has it mapped */
};

struct dmauser_buf {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_buf) link;
	enum dmauser_buf_origin origin;
	uint32_t handle;
	size_t len;
	uint64_t mmap_offset;
	int dmabuf; /* IMPORTED: our own descriptor of it */
	void *addr; /* NULL: not mapped */
};

/* The channel is there as a handle: the program may destroy it first. */
struct dmauser_prepared {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_prepared) link;
	uint32_t handle;
	uint32_t chan;
};

/* Where records come; one thread at a time takes from it. */
struct dmauser_ring {
	struct dmauser_session *session;
	struct dmactl_ring_head *head; /* the mapping */
	const struct dmactl_completion *records;
	uint32_t entries; /* a power of two */
	uint32_t next;	  /* number of the next record to take */
	size_t len;
};

/* One element of an op's argument array, of any opcode. */
union dmauser_arg {
	struct dmactl_sg sg;
	struct dmactl_cyclic cyclic;
	struct dmactl_chunk chunk;
	struct dmactl_rio rio;
};

/*
 * The live ops are ops[head..tail). Their argument arrays lie in the same
 * order and without gaps in args[args_head..args_tail), so that a submit takes
 * both from the front by moving an index.
 */
struct dmauser_batch {
	struct dmauser_session *session; /* of the ops; NULL: no ops */
	struct dmactl_op *ops;
	unsigned int head, tail, capacity;
	union dmauser_arg *args;
	unsigned int args_head, args_tail, args_capacity;
	int bad; /* index, or -ENOENT */
	bool keep;
};

/* ioctl.c: the only caller of ioctl(2); 0 or -errno. */
int dmauser_ioctl(int fd, unsigned long request, void *arg);

/* handle.c: the object of the session of this file; 0 or -errno. */
int dmauser_destroy_handle(int fd, uint32_t handle);

/* buf.c: whatever a buffer holds besides its handle. Under the session's lock. */
void dmauser_buf_release(struct dmauser_buf *buf);

/* chan-wait.c: of a session and of a channel, from its making to its end. */
int dmauser_aside_init(struct dmauser_aside *aside);
void dmauser_aside_release(struct dmauser_aside *aside);
void dmauser_aside_add(struct dmauser_chan *chan);
void dmauser_aside_remove(struct dmauser_chan *chan);

/* ring.c: unmaps and frees; NULL does nothing. */
void dmauser_ring_release(struct dmauser_ring *ring);

/* batch.c: take @nr ops from the front. */
void dmauser_batch_accept(struct dmauser_batch *batch, unsigned int nr);
/* The op added last, or NULL. */
struct dmactl_op *dmauser_batch_last(struct dmauser_batch *batch);
void dmauser_batch_drop_last(struct dmauser_batch *batch);

/*
 * For the files that add ops. Handles mean something in their session only, so
 * a batch has just one: 0, or -EINVAL.
 */
int dmauser_batch_check(const struct dmauser_batch *batch, const struct dmauser_chan *chan);
int dmauser_batch_check_buf(const struct dmauser_chan *chan, const struct dmauser_buf *buf);
/* Check a list of pieces and add their lengths up. */
int dmauser_batch_sum(const struct dmauser_chan *chan, const struct dmauser_piece *piece,
		      unsigned int nr, uint64_t *sum);
/*
 * Add an op, with op->nr_args elements that dmauser_batch_arg() then hands out
 * one by one, to be filled in. The last step that can fail.
 */
int dmauser_batch_append(struct dmauser_batch *batch, struct dmauser_session *session,
			 uint32_t chan, const struct dmactl_op *op);
union dmauser_arg *dmauser_batch_arg(struct dmauser_batch *batch);
void dmauser_batch_put(struct dmauser_batch *batch, enum dmactl_sg_role role,
		       const struct dmauser_piece *piece, unsigned int nr);
/* One more element for the op added last. */
int dmauser_batch_extend(struct dmauser_batch *batch);

/* discover.c: @root stands for DMAUSER_SYSFS, so that a test can bring its own. */
int dmauser_discover_at(const char *root, struct dmauser_chan_list **list);
int dmauser_chan_exists_at(const char *root, const char *name);

/* list.c: what is listed from directories; the public lists are of this type. */
struct dmauser_list;

struct dmauser_list_kind {
	size_t size; /* of an item */
	/* For each entry of the directory: puts what it is in spare items. */
	int (*add)(void *list, int dir, const char *name);
	int (*compare)(const void *a, const void *b);
	void (*clear)(void *item);
	int may_be_missing; /* no directory: nothing to list */
};

struct dmauser_list {
	const struct dmauser_list_kind *kind;
	char *items;
	size_t count, capacity;
};

void *dmauser_list_at(const struct dmauser_list *list, size_t index);
/* The item behind the last, all 0; NULL: no memory. It counts once count does. */
void *dmauser_list_spare(struct dmauser_list *list);
/* The path is below the open directory @at. 0 or a negative errno, also that of fn, which ends it.
 */
int dmauser_each_entry(int at, const char *path,
		       int (*fn)(void *context, int dir, const char *name), void *context);
int dmauser_list_read(const struct dmauser_list_kind *kind, const char *root,
		      struct dmauser_list **list);
void dmauser_list_free(struct dmauser_list *list);

/* sysfs.c: small files and links below an open directory. */

/* The content without what follows a newline; 0, or -1 and "". */
int dmauser_sysfs_text(int dir, const char *name, char *text, size_t size);
/* The number in a file; 0 if there is none. */
uint64_t dmauser_sysfs_number(int dir, const char *name);
/* The last part of a link's target, allocated; "" if there is none. */
char *dmauser_sysfs_link(int dir, const char *name);
/* Numbers by value, the rest by character: dma0chan2 before dma0chan10. */
int dmauser_natural_cmp(const char *a, const char *b);

/* port.c: @root stands for DMAUSER_SYSFS_PORTS. */
int dmauser_discover_ports_at(const char *root, struct dmauser_port_list **list);

static inline uint64_t dmauser_uptr(const void *ptr)
{
	return (uint64_t)(uintptr_t)ptr;
}

#endif /* DMAUSER_PRIVATE_H */
