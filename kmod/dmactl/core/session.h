/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: one open file of /dev/dmactl or of a port's node, with its handles
 * and its completion queue.
 */
#ifndef DMACTL_SESSION_H
#define DMACTL_SESSION_H

#include <linux/atomic.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "../../compat.h"
#include "core/leave.h"

struct dmactl_account;
struct dmactl_cq_ring;
struct dmactl_lookup;
struct dmactl_port;
struct dmactl_stream;

enum dmactl_obj_type {
	DMACTL_OBJ_CHAN,
	DMACTL_OBJ_BUF,
	DMACTL_OBJ_PREPARED,
	DMACTL_OBJ_TYPES,
};

/* What the open file of a port's node is used as. The first use decides. */
enum dmactl_portfile_use {
	DMACTL_PORTFILE_UNUSED,
	DMACTL_PORTFILE_SESSION,	/* ioctls */
	DMACTL_PORTFILE_STREAM,		/* read, write, poll */
};

/* The open file of a port's node. front/portfile.c writes it. */
struct dmactl_portfile {
	enum dmactl_portfile_use use;	/* session->lock; read without */
	/* session->lock; read without; set once: receiving, sending */
	struct dmactl_stream *streams[2];
};

struct dmactl_session {
	u32 id;
	/* never changes; referenced: the only port; NULL: opened by /dev/dmactl */
	struct dmactl_port *port;
	struct dmactl_portfile portfile;
	struct address_space *mapping;	/* of the opened node */
	struct dmactl_account *account;	/* of the task that opened it */

	struct mutex lock;		/* protects creation and destruction of objects */
	struct xarray objects;		/* lookups: RCU; changes: lock */
	struct dmactl_lookup __rcu *lookup;	/* lookups: RCU; changes: lock */
	u32 nr_objs;			/* lock */
	u32 next_handle;		/* lock */
	u32 nr[DMACTL_OBJ_TYPES];	/* lock: objects by type */
	/* lock; read without; never reset: a buffer was exported */
	bool exports;

	struct mutex reap_lock;		/* serializes readers */
	/* woken by completions, credit, lost devices, streams of a port's node */
	wait_queue_head_t wait;
	wait_queue_head_t wait_nr;	/* woken by a number of completions */
	u32 want;			/* wait_nr.lock: the smallest such number */
	atomic_t nr_gone;		/* channels whose device is gone */

	spinlock_t cq_lock;		/* protects the queue; callbacks take it */
	struct list_head cq;		/* cq_lock: ended ops, oldest first */
	u32 nr_cq;			/* cq_lock; read without */
	struct eventfd_ctx *eventfd;	/* cq_lock */
	struct dmactl_cq_ring *cq_ring;	/* NULL until the RING ioctl */
	u32 spin_ns;			/* busy polling before sleep, see queue/wait.c */
	u32 fastop_skip;		/* see front/fastop.c */

	struct delayed_work uring_reaper;
	struct dmactl_leave leave;
};

/* The holder may wait for hardware, or for a page fault on program memory. */
static inline int dmactl_session_lock(struct dmactl_session *s)
{
	return mutex_lock_killable(&s->lock) ? -EINTR : 0;
}

static inline void dmactl_session_unlock(struct dmactl_session *s)
{
	mutex_unlock(&s->lock);
}

#endif /* DMACTL_SESSION_H */
