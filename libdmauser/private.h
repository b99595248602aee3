/* SPDX-License-Identifier: MIT */
/* Shared by the files of the library; not installed. */
#ifndef DMAUSER_PRIVATE_H
#define DMAUSER_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "dmauser.h"

/* All other symbols have hidden visibility. */
#define DMAUSER_EXPORT __attribute__((visibility("default")))

#define DMAUSER_SYSFS	    "/sys/class/dma"
#define DMAUSER_SYSFS_PORTS "/sys/class/dmactl"

/* chan-wait.c: a completion that a thread reaped while it waited for another channel. */
struct dmauser_kept {
	STAILQ_ENTRY(dmauser_kept) link;
	struct dmactl_completion record;
};

STAILQ_HEAD(dmauser_kept_list, dmauser_kept);

/*
 * The completions of a session that dmauser_chan_wait() reaped for other
 * channels. The lock is never held together with the session's lock, and not
 * while a thread waits in the system call.
 */
struct dmauser_aside {
	pthread_mutex_t lock; /* protects this struct and chan->kept */
	pthread_cond_t turn;  /* signalled when completions came, or no thread reaps any more */
	bool taken;	      /* a thread is in the system call */
	struct dmauser_kept_list spare;
	unsigned int nr_spare;
	LIST_HEAD(, dmauser_chan) chans; /* all channels of the session */
};

struct dmauser_session {
	int fd;
	uint32_t max_batch;   /* most ops in one SUBMIT */
	pthread_mutex_t lock; /* protects the three lists, and the mapping of each buffer */
	LIST_HEAD(, dmauser_chan) chans;
	LIST_HEAD(, dmauser_buf) bufs;
	LIST_HEAD(, dmauser_prepared) prepared;
	struct dmauser_ring *ring; /* NULL before dmauser_ring_new() */
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
	DMAUSER_BUF_USER,      /* the program's own memory */
};

struct dmauser_buf {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_buf) link;
	enum dmauser_buf_origin origin;
	uint32_t handle;
	size_t len;
	uint64_t mmap_offset;
	int dmabuf; /* IMPORTED: the library's own file descriptor of it */
	void *addr; /* NULL: not mapped */
};

/*
 * Stores the handle of the channel, not a pointer, because the program may
 * destroy the channel first.
 */
struct dmauser_prepared {
	struct dmauser_session *session;
	LIST_ENTRY(dmauser_prepared) link;
	uint32_t handle;
	uint32_t chan;
};

/* The completion ring. One thread at a time takes completions from it. */
struct dmauser_ring {
	struct dmauser_session *session;
	struct dmactl_ring_head *head; /* the mapping */
	const struct dmactl_completion *records;
	uint32_t entries; /* a power of two */
	uint32_t next;	  /* number of the next completion to take */
	size_t len;
};

/* An element of an op's argument array, for any opcode. */
union dmauser_arg {
	struct dmactl_sg sg;
	struct dmactl_cyclic cyclic;
	struct dmactl_chunk chunk;
	struct dmactl_rio rio;
};

/*
 * The ops of the batch are ops[head] to ops[tail - 1]. Their argument arrays
 * lie in the same order and without gaps in args[args_head] to args[args_tail -
 * 1], so that a submit removes both from the front by moving an index.
 */
struct dmauser_batch {
	struct dmauser_session *session; /* session of the ops; NULL: no ops */
	struct dmactl_op *ops;
	unsigned int head, tail, capacity;
	union dmauser_arg *args;
	unsigned int args_head, args_tail, args_capacity;
	int bad; /* result of dmauser_batch_bad_index() */
	bool keep;
};

/* ioctl.c: the only caller of ioctl(2). Returns 0 or -errno. */
int dmauser_ioctl(int fd, unsigned long request, void *arg);

/* handle.c: destroys an object of the session of this file. Returns 0 or -errno. */
int dmauser_destroy_handle(int fd, uint32_t handle);

/*
 * buf.c: releases the mapping and file descriptor of a buffer. The caller holds
 * the session's lock.
 */
void dmauser_buf_release(struct dmauser_buf *buf);

/* chan-wait.c: called when a session or channel is created and freed. */
int dmauser_aside_init(struct dmauser_aside *aside);
void dmauser_aside_release(struct dmauser_aside *aside);
void dmauser_aside_add(struct dmauser_chan *chan);
void dmauser_aside_remove(struct dmauser_chan *chan);

/* ring.c: unmaps and frees the ring; NULL does nothing. */
void dmauser_ring_release(struct dmauser_ring *ring);

/* batch.c: removes @nr ops from the front. */
void dmauser_batch_accept(struct dmauser_batch *batch, unsigned int nr);
/* Returns the op added last, or NULL. */
struct dmactl_op *dmauser_batch_last(struct dmauser_batch *batch);
void dmauser_batch_drop_last(struct dmauser_batch *batch);

/*
 * For the files that add ops. A handle is valid only in its session, so all ops
 * of a batch must be of one session. Returns 0 or -EINVAL.
 */
int dmauser_batch_check(const struct dmauser_batch *batch, const struct dmauser_chan *chan);
int dmauser_batch_check_buf(const struct dmauser_chan *chan, const struct dmauser_buf *buf);
/* Checks a list of pieces and adds up their lengths. Returns 0 or -EINVAL. */
int dmauser_batch_sum(const struct dmauser_chan *chan, const struct dmauser_piece *piece,
		      unsigned int nr, uint64_t *sum);
/*
 * Adds an op with room for op->nr_args elements; dmauser_batch_arg() then
 * returns them one by one, to be filled in. This is the last step that can
 * fail.
 */
int dmauser_batch_append(struct dmauser_batch *batch, struct dmauser_session *session,
			 uint32_t chan, const struct dmactl_op *op);
union dmauser_arg *dmauser_batch_arg(struct dmauser_batch *batch);
void dmauser_batch_put(struct dmauser_batch *batch, enum dmactl_sg_role role,
		       const struct dmauser_piece *piece, unsigned int nr);
/* Adds room for one more element to the op added last. */
int dmauser_batch_extend(struct dmauser_batch *batch);

/* discover.c: @root replaces DMAUSER_SYSFS in unit tests. */
int dmauser_discover_at(const char *root, struct dmauser_chan_list **list);
int dmauser_chan_exists_at(const char *root, const char *name);

/* list.c: lists that are read from directories. The public lists are of this type. */
struct dmauser_list;

struct dmauser_list_kind {
	size_t size; /* bytes in an item */
	/* Called for each entry of the directory; adds items for it with dmauser_list_spare(). */
	int (*add)(void *list, int dir, const char *name);
	int (*compare)(const void *a, const void *b);
	void (*clear)(void *item);
	int may_be_missing; /* without the directory, the list is empty */
};

struct dmauser_list {
	const struct dmauser_list_kind *kind;
	char *items;
	size_t count, capacity;
};

void *dmauser_list_at(const struct dmauser_list *list, size_t index);
/*
 * Returns the zeroed item behind the last one, or NULL if out of memory. The
 * caller increments count to add it.
 */
void *dmauser_list_spare(struct dmauser_list *list);
/*
 * Calls fn for each entry of the directory path below @at, until fn fails.
 * Returns 0 or -errno, also that of fn.
 */
int dmauser_each_entry(int at, const char *path,
		       int (*fn)(void *context, int dir, const char *name), void *context);
int dmauser_list_read(const struct dmauser_list_kind *kind, const char *root,
		      struct dmauser_list **list);
void dmauser_list_free(struct dmauser_list *list);

/* sysfs.c: reads small files and links below an open directory. */

/* Gets the first line of a file, without the newline. Returns 0; on an error -1, and text is "". */
int dmauser_sysfs_text(int dir, const char *name, char *text, size_t size);
/* Returns the number in a file; 0 if there is none. */
uint64_t dmauser_sysfs_number(int dir, const char *name);
/*
 * Returns the last part of a link's target, "" if there is none. The caller
 * frees it. NULL if out of memory.
 */
char *dmauser_sysfs_link(int dir, const char *name);
/* Compares numbers by value, the rest by character: dma0chan2 before dma0chan10. */
int dmauser_natural_cmp(const char *a, const char *b);

/* port.c: @root replaces DMAUSER_SYSFS_PORTS in unit tests. */
int dmauser_discover_ports_at(const char *root, struct dmauser_port_list **list);

static inline uint64_t dmauser_uptr(const void *ptr)
{
	return (uint64_t)(uintptr_t)ptr;
}

#endif /* DMAUSER_PRIVATE_H */
