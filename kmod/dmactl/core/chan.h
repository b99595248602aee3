/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel. The struct consists of parts; the comment above each part names
 * the file that writes it. No other file writes there.
 */
#ifndef DMACTL_CHAN_H
#define DMACTL_CHAN_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/dmactl.h>
#include <linux/dmaengine.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/object.h"
#include "core/session.h"

struct dmactl_account;
struct dmactl_buf;
struct dmactl_desc;
struct dmactl_dev;
struct dmactl_port_chan;
struct dmactl_maps;
struct dmactl_job;
struct dmactl_timeline;

/* The limits of what dmactl asks a provider for. */
struct dmactl_bounds {
	u64 segment;			/* bytes in one piece or in one period */
	u64 chunk;			/* bytes in one chunk of a frame, or in a gap */
	u64 total;			/* bytes in all frames of one descriptor */
	u32 entries;			/* pieces or chunks in one descriptor */
	u32 frames;			/* frames in one descriptor */
	u32 periods;			/* periods in a cyclic buffer */
	/* entries in all descriptors that the provider holds */
	u32 outstanding;
	u32 descriptors;		/* that the provider holds */
	u32 flags;			/* DMACTL_BOUND_*: where the limits come from */
};

struct dmactl_client;

/* The calls to a client of a DMA device when the device's driver goes. */
struct dmactl_client_ops {
	/* Returns false if the channel was released, or its driver removed it. */
	bool (*is_present)(struct dmactl_client *client);
	/* Starts to stop the client, in parallel with others. */
	void (*stop_begin)(struct dmactl_client *client);
	/*
	 * Stops the client for good. Returns false if it did not stop; then it
	 * keeps its resources.
	 */
	bool (*stop)(struct dmactl_client *client);
	/* Gives back the resources that belong to the driver. */
	void (*release)(struct dmactl_client *client);
};

/* The link from a channel to its DMA device. mem/dma_dev.c writes it. */
struct dmactl_client {
	const struct dmactl_client_ops *ops;
	struct list_head node;		/* dev->lock */
	struct dmactl_dev *dev;		/* NULL until attached; read without */
	struct dmactl_maps *maps;	/* the mappings of dev, which ops look up */
	bool stuck;			/* dev->lock: the client did not stop */
};

/* The exclusive user of a channel: a stream. */
struct dmactl_chan_user {
	/* The channel is being killed. rwsem is held for writing. */
	void (*kill)(struct dmactl_chan_user *user);
};

/* The channel as dmaengine lent it. chan/lease.c writes all but @bound. */
struct dmactl_lease {
	struct list_head node;		/* dmactl_claimed_lock */
	struct dma_chan *dma;		/* rwsem: NULL once released */
	struct dma_chan_dev *dev;	/* a reference; its chan is NULL once @dma is removed */
	const struct dma_device *provider;	/* only compared, as it may be freed */
	struct module *owner;		/* of the provider */
	bool outlives;			/* the provider keeps @dma until it is released */
	char name[DMACTL_NAME_LEN];
	char slave[DMACTL_NAME_LEN];	/* the name in the request, if by slave or port */
	bool bound;			/* rwsem; read without: the peripheral is known */
};

/* The port through which the channel was requested. chan/port.c writes it. */
struct dmactl_port_ref {
	/* never changes; NULL: requested without a port */
	struct dmactl_port_chan *pchan;
	/* the settings that CHAN_CONFIG cannot change; NULL without a port */
	const struct dmactl_chan_config *fixed;
	u32 directions;			/* DMACTL_DIR_*; 0: all directions */
	bool commands;			/* never changes: the port allows commands */
};

/*
 * What the channel can do. chan/caps.c writes all but @max_len, before the
 * channel is published.
 */
struct dmactl_limits {
	u64 caps;
	u32 copy_align;			/* in bytes */
	u32 fill_align;
	u32 xor_align;
	u32 pq_align;
	u32 max_xor;
	u32 max_pq;
	struct dmactl_bounds bounds;
	u32 residue_granularity;
	u32 directions;			/* BIT(enum dma_transfer_direction) */
	bool mixed;	/* ops in memory and ops that may not end share it */
	bool parks;	/* the device may go on with a frame after its end */
	u32 max_len;			/* prep_lock; read without, see job->max_len */
};

/* The parameters of the peripheral. chan/config.c writes them. */
struct dmactl_peripheral {
	u32 src_width;			/* in bytes; 0: unknown */
	u32 dst_width;
	void *config;			/* rwsem: the provider may read it */
};

/* The end of the channel. chan/stop.c writes it. */
struct dmactl_life {
	int dead;			/* rwsem; read without: the reason, as an errno */
	bool quarantined;		/* rwsem */
	struct work_struct kill;
	int kill_why;			/* the reason, for @kill */
	struct completion killed;
};

/* The state during system sleep. chan/power.c writes it. */
struct dmactl_sleep {
	bool asleep;			/* rwsem: the provider may be suspended */
	bool paused;			/* rwsem: paused for system sleep */
};

/* The free ops. queue/pool.h and pool.c write it. */
struct dmactl_pool {
	u32 depth;
	u32 nr_free;			/* lock */
	struct list_head free_jobs;	/* lock */
	bool want_credit;		/* lock: a submitter got EAGAIN */
	struct dmactl_job *jobs;
};

/* The ops in flight. queue/queue.h writes it. */
struct dmactl_queue {
	struct list_head inflight;	/* lock: oldest first */
	struct dmactl_job *partial;	/* both locks; read without: lacks descriptors, or waits */
	u32 refusals;			/* lock: prep failed with nothing in flight */
	bool starved;			/* lock: prep failed */
	bool held;			/* lock; read without: ops are not issued yet */
	bool paused;			/* lock: the program paused the channel */
	bool stopping;			/* lock; read without: no new descriptors */
	/* lock; read without, see dmactl_queue_nr(): its low half is the next seq */
	u64 submitted;
	u64 completed;			/* lock; read without */
	u64 failed;			/* lock; the same below */
	u64 bytes;
	struct delayed_work pump;
};

/* Batches that wait for fences. queue/defer.c writes it. */
struct dmactl_defer {
	struct list_head batches;	/* lock and prep_lock, or rwsem for writing */
	u32 nr;				/* lock; read without: ops in them */
};

/* The descriptors. queue/desc.h writes it. */
struct dmactl_descs {
	struct list_head free;		/* lock */
	struct list_head retired;	/* lock: may get one more callback */
	u32 nr;				/* lock; read without: at the provider */
	u32 nr_entries;			/* lock; read without: entries in these */
	dma_cookie_t cookie;		/* prep_lock: of the newest descriptor */
	/*
	 * prep_lock, or rwsem for writing: the provider holds descriptors that
	 * @total does not count
	 */
	bool used;
	bool doubts;			/* lock; read without: a descriptor is doubtful */
	bool vague;			/* lock: see queue/residue.c */
	/* lock and prep_lock, or rwsem for writing: ever submitted */
	u64 total;
	u64 refused;			/* lock: how often prep failed */
	u64 stray;			/* lock: callbacks that belonged to no op */
	struct dmactl_desc *all;
};

/*
 * Detects that the provider has stalled. queue/issue.h and issue.c write it.
 * The fields need prep_lock, or rwsem for writing, unless the comment says
 * otherwise.
 */
struct dmactl_stall {
	u64 issued;			/* descriptors issued */
	u64 front;	/* descriptors that were issued to an idle channel */
	u64 done;			/* descriptors ended at the last check */
	u32 checks;			/* checks in a row that saw no progress */
	bool armed;			/* @work is scheduled */
	bool needs_reissue;		/* lock: the provider ignores some issues */
	u64 count;			/* lock: stalls detected */
	struct delayed_work work;
};

/*
 * The poll of a cyclic transfer that gets no callbacks. queue/periods_poll.c
 * writes it.
 */
struct dmactl_periods_poll {
	struct delayed_work work;
};

/* Callbacks that a tasklet handles later. queue/late.c writes it. */
struct dmactl_later {
	struct llist_head list;
	struct tasklet_struct tasklet;
};

/*
 * Ops that have ended and are not completed yet. queue/complete.h and
 * complete.c write it.
 */
struct dmactl_ending {
	atomic_t completing;		/* number of these ops */
	wait_queue_head_t idle;
	struct list_head ended;		/* lock: in the order of completion */
	bool active;			/* lock: a context completes them */
	struct work_struct work;	/* completes what takes too long in a callback */
	struct dmactl_buf *parked;	/* of the last frame, if limits.parks */
};

struct dmactl_chan {
	struct dmactl_obj obj;
	struct dmactl_session *session;
	struct dmactl_account *account;	/* of the requester; pays for the ops */
	size_t charged;			/* bytes, for the channel itself */
	struct dmactl_client client;
	struct dmactl_lease lease;
	struct dmactl_port_ref port;
	struct dmactl_limits limits;
	struct dmactl_peripheral peripheral;
	atomic_t nr_endless;		/* ops that may never end: see op/job.h */
	atomic_t nr_done_fences;	/* increments need lock: see queue/fence.c */
	struct dmactl_timeline *timeline;	/* written once: see queue/timeline.c */
	struct list_head prepareds;	/* rwsem: see queue/prepared.c */
	u32 nr_kept;			/* rwsem: entries in prepared descriptors */
	struct dmactl_chan_user *user;	/* rwsem; read without: see chan/ctrl.c */

	struct rw_semaphore rwsem;
	bool closed;			/* prep_lock: rwsem is held for writing */
	struct dmactl_life life;
	struct dmactl_sleep sleep;

	struct mutex prep_lock;		/* for prep and issue; or rwsem for writing */
	spinlock_t lock;		/* protects the queues; callbacks take it */
	struct dmactl_pool pool;
	struct dmactl_descs descs;
	struct dmactl_queue queue;
	struct dmactl_defer defer;
	struct dmactl_stall stall;
	struct dmactl_periods_poll periods_poll;
	struct dmactl_later later;
	struct dmactl_ending ending;

	struct work_struct free;	/* runs after the last reference */
};

static inline struct dmactl_chan *obj_to_chan(struct dmactl_obj *obj)
{
	return container_of(obj, struct dmactl_chan, obj);
}

static inline struct dmactl_chan *client_to_chan(struct dmactl_client *client)
{
	return container_of(client, struct dmactl_chan, client);
}

/* A task that stops the channel holds rwsem until the hardware has stopped. */
static inline int dmactl_chan_lock_read(struct dmactl_chan *chan)
{
	return down_read_killable(&chan->rwsem) ? -EINTR : 0;
}

/*
 * Bursts hold prep_lock only, not rwsem. A writer waits for the one that is
 * under way, and those that come later find the channel closed. The writer does
 * not keep prep_lock: it waits for work items that take it.
 */
static inline void dmactl_chan_close(struct dmactl_chan *chan)
{
	lockdep_assert_held_write(&chan->rwsem);
	mutex_lock(&chan->prep_lock);
	chan->closed = true;
	mutex_unlock(&chan->prep_lock);
}

static inline int dmactl_chan_lock_write(struct dmactl_chan *chan)
{
	if (down_write_killable(&chan->rwsem))
		return -EINTR;
	dmactl_chan_close(chan);
	return 0;
}

static inline void dmactl_chan_unlock_write(struct dmactl_chan *chan)
{
	/* Pairs with the acquire in dmactl_chan_is_closed(). */
	smp_store_release(&chan->closed, false);
	up_write(&chan->rwsem);
}

/* The same for a task that cannot be killed. */
static inline void dmactl_chan_write_lock(struct dmactl_chan *chan)
{
	down_write(&chan->rwsem);
	dmactl_chan_close(chan);
}

DEFINE_LOCK_GUARD_1(dmactl_chan_write, struct dmactl_chan,
		    dmactl_chan_write_lock(_T->lock),
		    dmactl_chan_unlock_write(_T->lock))

/*
 * With prep_lock held. If the channel is open, it stays as it is until the
 * caller drops prep_lock, as with rwsem held for reading.
 */
static inline bool dmactl_chan_is_closed(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->prep_lock);
	/* Pairs with the release in dmactl_chan_unlock_write(). */
	return smp_load_acquire(&chan->closed);
}

static inline bool dmactl_chan_pauses(const struct dmactl_chan *chan)
{
	return !(~chan->limits.caps & (DMACTL_CAP_PAUSE | DMACTL_CAP_RESUME));
}

static inline void dmactl_limits_set_max_len(struct dmactl_limits *limits,
					     u32 max_len)
{
	WRITE_ONCE(limits->max_len, max_len);
}

/* Sets whether the peripheral behind the channel is known. */
static inline void dmactl_lease_set_bound(struct dmactl_lease *lease, bool bound)
{
	WRITE_ONCE(lease->bound, bound);
}

void dmactl_chan_put(struct dmactl_chan *chan);
struct dmactl_chan *dmactl_chan_get(struct dmactl_session *s, u32 handle);
int dmactl_chan_init(void);
void dmactl_chan_exit(void);

#endif /* DMACTL_CHAN_H */
