/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nouns of dmactl and who protects what.
 *
 * Lock order, outermost first:
 *
 *   session->lock	objects come and go
 *   device_lock() of a DMA device or a port; what runs under it when the
 *			driver goes must never take session->lock
 *   dmactl_ports_lock	list of ports
 *   port->lock		channels of a port; never together with those of DMA
 *			devices, as one of these may be the port's parent
 *   dmactl_devs_lock	list of DMA devices
 *   dev->lock		channels, mappings and COHERENT buffers of a DMA device
 *   dma_resv_lock() of a dma-buf; inside, the lock of an export's attachments
 *   chan->rwsem	read: use of chan->dma; write: stopping it
 *   chan->prep_lock	one op after the other becomes descriptors; to issue
 *   dmactl_lent_lock	channels come from dmaengine and go back
 *   session->reap_lock	order of records among readers
 *   chan->lock		queues of a channel; callbacks take it
 *   session->cq_lock	completion queue; callbacks take it
 *
 * The last two are taken with softirqs off: dmaengine callbacks run in a
 * tasklet. Whoever waits for records is woken with them held. Hard interrupts stay on, because some
 * providers (ioatdma) take a _bh lock in prep and drop it in submit.
 */
#ifndef DMACTL_CORE_H
#define DMACTL_CORE_H

#include <linux/atomic.h>
#include <linux/dma-buf.h>
#include <linux/dma-direction.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/dmaengine.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/dmactl.h>

#include "../compat.h"

#define DMACTL_VERSION_CODE ((0 << 16) | (1 << 8) | 0)
#define DMACTL_VERSION "0.1.0"

#define DMACTL_DEFAULT_DEPTH	256
#define DMACTL_MAX_BATCH	4096
#define DMACTL_MAX_ARGS		1024

/* main.c: limits, all module parameters */
extern unsigned int dmactl_max_channels;
extern unsigned int dmactl_max_buffers;
extern unsigned int dmactl_max_depth;
extern unsigned long dmactl_max_buffer_bytes;
extern unsigned long dmactl_max_bounce_bytes;
extern unsigned int dmactl_stop_timeout_ms;
extern unsigned int dmactl_busy_poll_us;
extern struct device *dmactl_this_device;

/* Bytes in one buffer. Also what a long can count, on 32-bit machines. */
static inline u64 dmactl_max_len(void)
{
	return min_t(u64, dmactl_max_buffer_bytes, LONG_MAX & PAGE_MASK);
}

struct dmactl_session;
struct dmactl_chan;
struct dmactl_buf;
struct dmactl_map;
struct dmactl_tx;
struct dmactl_block;
struct dmactl_metadata;
struct dmactl_periods;
struct dmactl_prepared;
struct dmactl_stream;
struct dmactl_line;
struct dmactl_cq_ring;

/* One ioctl under way: what came from the program, and where it goes back. */
struct dmactl_cmd {
	struct dmactl_session *session;
	void __user *ubuf;
	size_t user_size;
	size_t kernel_size;
	void *arg;
};

/* main.c */
int dmactl_cmd_respond(struct dmactl_cmd *cmd);
bool dmactl_chan_allowed(const char *name);

/* object.c */

enum dmactl_obj_type {
	DMACTL_OBJ_CHAN = 1,
	DMACTL_OBJ_BUF,
	DMACTL_OBJ_PREPARED,
};

/*
 * @users counts what needs the object to stay as it is: one for the handle,
 * one for every op or call that works with it. @ref counts what needs its
 * memory; the handle's users hold one together.
 */
struct dmactl_obj {
	struct kref ref;
	refcount_t users;
	u32 handle;
	enum dmactl_obj_type type;
	struct rcu_head rcu;
};

void dmactl_obj_init(struct dmactl_obj *obj, enum dmactl_obj_type type);
int dmactl_obj_reserve(struct dmactl_session *s, struct dmactl_obj *obj);
void dmactl_obj_publish(struct dmactl_session *s, struct dmactl_obj *obj);
void dmactl_obj_unreserve(struct dmactl_session *s, struct dmactl_obj *obj);
void dmactl_obj_erase(struct dmactl_session *s, struct dmactl_obj *obj);
struct dmactl_obj *dmactl_obj_get(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type);
struct dmactl_obj *dmactl_obj_use(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type);

static inline void dmactl_obj_unuse(struct dmactl_obj *obj)
{
	/* The handle keeps one, so this is never the last. */
	refcount_dec(&obj->users);
}

int dmactl_ioctl_destroy(struct dmactl_cmd *cmd);

/*
 * A shortcut to the table of handles: the object with handle h, if it is here
 * at all, is in slot h & mask. It grows with the number of objects.
 */
struct dmactl_lookup {
	struct rcu_head rcu;
	u32 mask;
	struct dmactl_obj __rcu *slots[];
};

void dmactl_lookup_free(struct dmactl_session *s);

/* session.c */

struct dmactl_session {
	u32 id;
	struct address_space *mapping;	/* of the node that was opened */

	struct mutex lock;		/* objects come and go */
	struct xarray objects;		/* lookups: RCU; changes: lock */
	struct dmactl_lookup __rcu *lookup;	/* the same */
	u32 nr_objs;			/* lock */
	u32 next_handle;		/* lock */
	u32 nr_chans;			/* lock */
	u32 nr_bufs;			/* lock */
	u32 nr_prepared;		/* lock */
	bool exports;			/* lock; read without: for good */

	struct mutex reap_lock;		/* one reader at a time */
	wait_queue_head_t wait;		/* records, credit, lost devices */
	wait_queue_head_t wait_nr;	/* a number of records */
	u32 want;			/* cq_lock: the least of them */
	atomic_t nr_gone;		/* channels whose device went away */

	spinlock_t cq_lock;		/* the queue; callbacks take it */
	struct list_head cq;		/* cq_lock: ended ops, oldest first */
	u32 nr_cq;			/* cq_lock; read without */
	struct eventfd_ctx *eventfd;	/* cq_lock */
	struct dmactl_cq_ring *ring;	/* NULL until there is one */
	u32 spin_ns;			/* to look before sleeping */

	struct delayed_work uring_watch;
};

/* For a reader of RCU; NULL: no such handle. */
static inline struct dmactl_obj *dmactl_obj_find(struct dmactl_session *s,
						 u32 handle)
{
	struct dmactl_lookup *lookup = rcu_dereference_sched(s->lookup);
	struct dmactl_obj *obj;

	if (lookup) {
		obj = rcu_dereference_sched(lookup->slots[handle & lookup->mask]);
		if (obj && obj->handle == handle)
			return obj;
	}
	return xa_load(&s->objects, handle);
}

int dmactl_session_open(struct file *file);
void dmactl_session_release(struct dmactl_session *s);
int dmactl_ioctl_info(struct dmactl_cmd *cmd);

/* device.c */

/* A device that does DMA: the owner of mappings. Shared by all sessions. */
struct dmactl_dev {
	struct kref ref;		/* memory */
	struct list_head node;		/* dmactl_devs_lock */
	struct device *dev;
	struct mutex lock;		/* what was made with the device */
	struct list_head chans;		/* lock */
	struct list_head maps;		/* lock */
	struct list_head bufs;		/* lock: COHERENT buffers */
	bool gone;			/* lock */
	struct notifier_block nb;
};

int dmactl_dev_attach(struct dmactl_chan *chan, struct device *device);
void dmactl_dev_detach(struct dmactl_chan *chan);
void dmactl_dev_put(struct dmactl_dev *dev);

/* A range of a buffer, as one device sees it. */
struct dmactl_span {
	struct dmactl_buf *buf;
	struct dmactl_map *map;
	u64 off;
	u64 len;
	u8 coef;			/* of a source of PQ */
};

/* Where in a list of spans the next descriptor begins. */
struct dmactl_cursor {
	u32 index;
	u64 pos;
};

/* What one descriptor does. */
struct dmactl_piece {
	u64 len;			/* bytes of the op that it ends */
	u32 nr;				/* list entries, frames: the opcode's */
	enum sum_check_flags *check;	/* where the result of a check goes */
};

/*
 * What an opcode is made of. All but validate() are called with chan->lock held
 * and softirqs off.
 */
struct dmactl_op_type {
	/*
	 * Fills the op. On failure it may hold buffers and memory already:
	 * dmactl_tx_clear() gives them back.
	 */
	int (*validate)(struct dmactl_chan *chan, const struct dmactl_op *op,
			struct dmactl_tx *tx);
	/* The next descriptor, and what it does. NULL: none to be had now. */
	struct dma_async_tx_descriptor *
	(*prep)(struct dmactl_chan *chan, struct dmactl_tx *tx,
		struct dmactl_piece *piece, unsigned long flags);
	/* That descriptor is the provider's. */
	void (*advance)(struct dmactl_tx *tx, const struct dmactl_piece *piece);
	/* Back to the beginning, when all was prepared. */
	void (*rewind)(struct dmactl_tx *tx);
	/* Ask for less at once: the provider refuses, with nothing to do. */
	void (*shrink)(struct dmactl_chan *chan, struct dmactl_tx *tx);
	u64 caps;			/* that the channel must have */
	u16 flags;			/* that make sense */
};

/* One descriptor at the provider. */
struct dmactl_desc {
	struct list_head node;		/* chan->lock: tx->descs or free_descs */
	struct dmactl_chan *chan;
	struct dmactl_tx *tx;		/* chan->lock: NULL while free */
	u64 len;
	enum sum_check_flags check;	/* written by the provider */
	dma_cookie_t cookie;
};

/*
 * One op of a program. It sits in its channel's pool for as long as the
 * channel exists, so a provider that calls back late finds valid memory.
 */
struct dmactl_tx {
	/*
	 * The submitting call's list, then chan->inflight (chan->lock), then
	 * session->cq (cq_lock), then chan->free_txs (chan->lock).
	 */
	struct list_head node;
	struct dmactl_chan *chan;
	struct dmactl_desc own;		/* its first descriptor, on no list */
	struct list_head descs;		/* chan->lock: the others, oldest first */

	/* What validation fills in anyway */
	const struct dmactl_op_type *ops;
	u16 opcode;
	u16 flags;
	u16 value;
	u32 align;			/* of addresses and lengths, in bytes */
	u64 user_data;
	u64 len;
	struct dmactl_span *dst;
	struct dmactl_span *src;
	struct dmactl_span inl[2];	/* dst, src of ops without a list */
	u64 count;			/* periods; 1 of what does not repeat */
	u64 timestamp_ns;
	u32 seq;
	bool run;			/* a prepared op's own, not of the pool */
	struct dmactl_tx *next;		/* of those, in a batch */

	/* From here on 0 when an op begins: see dmactl_tx_reset() */
	s32 status;			/* chan->lock: first error */
	u32 nr_dst;
	u32 nr_src;
	struct dmactl_span *spans;	/* allocated, for ops with a list */
	void *priv;			/* the opcode's, freed with the op */
	struct dmactl_metadata *metadata;
	struct dmactl_periods *periods;
	struct dmactl_prepared *prepared_by;
	struct dmactl_block *block;	/* of a stream: not for the queue */
	struct dma_fence *fence;	/* signalled when the op ends, or NULL */

	struct dmactl_cursor at_dst;	/* chan->prep_lock */
	struct dmactl_cursor at_src;	/* chan->prep_lock */
	u64 prepared;			/* chan->lock: bytes in descriptors */
	u64 bytes;			/* chan->lock: bytes reported moved */
	struct io_uring_cmd *cmd;	/* xchg(): who takes it ends it */
	u32 check;			/* chan->lock: enum sum_check_flags */
	u8 dir;				/* enum dma_transfer_direction */
	bool uring;			/* ends as a CQE, not as a record */
	bool left;			/* chan->lock: nobody waits for it */
	bool preparing;			/* chan->lock: more descriptors at once */
	bool begun;			/* chan->lock: had a descriptor */
	bool all;			/* chan->lock: no descriptors to come */
	bool reusable;			/* the descriptors stay */
	bool fenced;			/* a buffer is a dma-buf as well */
	bool plain;			/* nothing to do at the end but unuse */
	bool coherent;			/* nothing to sync, before or after */
};

/* The oldest descriptor of an op that is at the provider, or NULL. */
static inline struct dmactl_desc *dmactl_tx_oldest(struct dmactl_tx *tx)
{
	if (tx->own.tx)
		return &tx->own;
	return list_first_entry_or_null(&tx->descs, struct dmactl_desc, node);
}

/* pool.c */
void dmactl_tx_init(struct dmactl_tx *tx, struct dmactl_chan *chan);
void dmactl_tx_reset(struct dmactl_tx *tx);
u32 dmactl_tx_take(struct dmactl_chan *chan, struct list_head *txs, u32 nr);
void dmactl_tx_give_back(struct dmactl_chan *chan, struct list_head *txs,
			 u32 nr);
struct dmactl_tx *dmactl_tx_get(struct dmactl_chan *chan);
bool dmactl_tx_give_back_locked(struct dmactl_tx *tx);
void dmactl_tx_free(struct dmactl_tx *tx);
void dmactl_tx_recycle(struct list_head *txs);

/* tx.c */
void dmactl_tx_clear(struct dmactl_tx *tx);
void dmactl_tx_put(struct dmactl_tx *tx);
void dmactl_tx_retire(struct dmactl_chan *chan, int status, bool released);
void dmactl_tx_set_stopping(struct dmactl_chan *chan, bool stopping);
int dmactl_result_errno(const struct dmaengine_result *result);
void dmactl_tx_callback(void *param, const struct dmaengine_result *result);
void dmactl_tx_finish(struct dmactl_chan *chan, struct list_head *ended);
void dmactl_tx_collect(struct dmactl_tx *tx, struct list_head *ended);
void dmactl_pump_work(struct work_struct *work);
void dmactl_finish_work(struct work_struct *work);

/* channel.c */

struct dmactl_chan {
	struct dmactl_obj obj;
	struct dmactl_session *session;
	struct dmactl_dev *dev;
	struct list_head dev_node;	/* dev->lock */
	struct list_head lent_node;	/* dmactl_lent_lock */
	struct dma_chan *dma;		/* rwsem: NULL once released */
	char name[DMACTL_NAME_LEN];
	char slave[DMACTL_NAME_LEN];	/* BY_SLAVE, BY_PORT: what it was asked by */
	struct dmactl_line *line;	/* of a port, or NULL; never changes */
	u64 caps;
	u32 copy_align;			/* in bytes */
	u32 fill_align;
	u32 xor_align;
	u32 pq_align;
	u32 max_xor;
	u32 max_pq;
	u32 residue_granularity;
	u32 directions;			/* BIT(enum dma_transfer_direction) */
	u32 depth;
	bool tied;			/* rwsem: to a known peripheral */
	void *peripheral_config;	/* rwsem: the provider may look at it */
	struct list_head prepareds;	/* rwsem */
	struct dmactl_stream *stream;	/* rwsem; read without */

	struct rw_semaphore rwsem;
	int dead;			/* rwsem: why nothing can be submitted */
	bool quarantined;		/* rwsem */

	struct mutex prep_lock;		/* or rwsem for writing: to prepare */
	spinlock_t lock;		/* the queues; callbacks take it */
	struct list_head free_txs;	/* lock */
	struct list_head free_descs;	/* lock */
	struct list_head spent_descs;	/* lock: may be called back once more */
	struct list_head inflight;	/* lock: oldest first */
	struct dmactl_tx *partial;	/* both locks: more descriptors to come */
	u64 max_len;			/* prep_lock: bytes in one descriptor */
	u32 nr_free;			/* lock */
	u32 nr_inflight;		/* lock */
	u32 nr_descs;			/* lock: at the provider */
	u32 seq;			/* lock */
	u32 refusals;			/* lock: prep said no with nothing in flight */
	bool starved;			/* lock: prep said no */
	bool held;			/* lock: submitted but not issued */
	bool forgets;			/* lock: see watch.c */
	bool paused;			/* lock: by the program */
	bool stopping;			/* lock: no new descriptors */
	bool want_credit;		/* lock: somebody got EAGAIN */
	u64 submitted;			/* lock, and below */
	u64 completed;
	u64 failed;
	u64 bytes;
	u64 descriptors;		/* prep_lock, too, or rwsem for writing */
	u64 refused;			/* how often prep said no */
	u64 stray;			/* callbacks that belong to no op */
	u64 stalls;			/* how often it forgot */
	dma_cookie_t cookie;		/* of the last descriptor */

	u64 issued;			/* prep_lock, or rwsem for writing: of */
	u64 front;			/* descriptors, those issued; when idle */
	u64 watch_done;			/* the same: ended, at the last look */
	u32 watch_looks;		/* the same: looks in vain */
	bool watched;			/* the same: the work below is due */
	struct delayed_work watch;

	atomic_t completing;		/* ended, and not yet published */
	wait_queue_head_t idle;
	struct delayed_work pump;
	struct list_head ended;		/* lock: too large for a tasklet */
	bool finishing;			/* lock: the work below is about */
	struct work_struct finish;

	struct dmactl_tx *txs;
	struct dmactl_desc *descs;
};

static inline struct dmactl_chan *obj_to_chan(struct dmactl_obj *obj)
{
	return container_of(obj, struct dmactl_chan, obj);
}

/* The op is in flight from here on. */
static inline void dmactl_tx_enter(struct dmactl_tx *tx)
{
	struct dmactl_chan *chan = tx->chan;

	lockdep_assert_held(&chan->lock);
	list_move_tail(&tx->node, &chan->inflight);
	chan->nr_inflight++;
	chan->submitted++;
	chan->seq++;
}

int dmactl_ioctl_chan_ctrl(struct dmactl_cmd *cmd);
struct dmactl_chan *dmactl_chan_new(struct dmactl_session *s, u32 depth);
void dmactl_chan_free_mem(struct dmactl_chan *chan);
struct dmactl_chan *dmactl_chan_get(struct dmactl_session *s, u32 handle);
void dmactl_chan_put(struct dmactl_chan *chan);
void dmactl_chan_destroy(struct dmactl_chan *chan);
void dmactl_chan_kill(struct dmactl_chan *chan, int why);
void dmactl_chan_issue(struct dmactl_chan *chan);
void dmactl_chan_issue_locked(struct dmactl_chan *chan);
void dmactl_chan_issue_held(struct dmactl_chan *chan);
int dmactl_chan_attach_stream(struct dmactl_chan *chan,
			      struct dmactl_stream *st);
void dmactl_chan_detach_stream(struct dmactl_chan *chan);
u32 dmactl_quarantined(void);

/* request.c */
int dmactl_ioctl_chan_request(struct dmactl_cmd *cmd);
int dmactl_chan_request_tied(struct dmactl_chan *chan, struct device *dev,
			     const char *name, const char *slave);
void dmactl_chan_release(struct dmactl_chan *chan);

/* watch.c */

/*
 * How often to look, and after how many looks in vain something may not have
 * started. Several, as a machine may stand still for a while: then the next
 * look comes before the hardware was given a chance.
 */
#define DMACTL_WATCH_TICKS	(HZ / 10)
#define DMACTL_WATCH_LOOKS	5

bool dmactl_watch_once(struct dmactl_chan *chan);
void dmactl_watch_begin(struct dmactl_chan *chan);
void dmactl_watch_work(struct work_struct *work);

/* Called from the provider: a descriptor has ended. */
static inline void dmactl_watch_note(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	if (unlikely(chan->forgets) && chan->nr_descs && !chan->stopping)
		mod_delayed_work(system_wq, &chan->watch, 0);
}

/* status.c */
int dmactl_ioctl_chan_status(struct dmactl_cmd *cmd);

/* chan_caps.c */
void dmactl_chan_caps(struct dma_chan *dma, struct dmactl_chan_caps *caps);
u64 dmactl_chan_cap_bits(struct dma_chan *dma);
u32 dmactl_chan_directions(struct dma_chan *dma);

/* buffer.c */

/* Kinds of memory that BUF_ALLOC does not make, beyond enum dmactl_buf_kind. */
#define DMACTL_BUF_USER		0x80
#define DMACTL_BUF_IMPORTED	0x81

struct dmactl_buf {
	struct dmactl_obj obj;
	struct dmactl_session *session;
	u32 session_id;
	u32 kind;
	u64 size;
	unsigned long npages;
	unsigned long pgoff;		/* of its mmap offset, or 0 */
	bool mappable;			/* from publication to DESTROY */
	const struct cred *payer;	/* whose user is charged, or NULL */

	/* All but COHERENT */
	struct page **pages;		/* not IMPORTED */
	spinlock_t maps_lock;		/* changes of the list of mappings */
	struct list_head maps;		/* lookups: RCU; changes: maps_lock */

	/* COHERENT */
	struct dmactl_dev *dev;
	struct list_head dev_node;	/* dev->lock */
	void *cpu;			/* dev->lock: NULL once lost */
	dma_addr_t dma;

	/* USER */
	unsigned int page_off;		/* of the first byte in the first page */
	unsigned long nr_pinned;
	bool read_only;

	/* IMPORTED: the dma-buf's; exported: ours, from the first time on */
	struct dma_resv *resv;
	struct dma_buf *dmabuf;		/* IMPORTED */
};

static inline struct dmactl_buf *obj_to_buf(struct dmactl_obj *obj)
{
	return container_of(obj, struct dmactl_buf, obj);
}

int dmactl_ioctl_buf_alloc(struct dmactl_cmd *cmd);
int dmactl_ioctl_buf_sync(struct dmactl_cmd *cmd);
struct dmactl_buf *dmactl_buf_new(struct dmactl_session *s, u32 kind, u64 size);
int dmactl_buf_charge(struct dmactl_buf *buf);
int dmactl_buf_publish(struct dmactl_cmd *cmd, struct dmactl_buf *buf,
		       u32 *out_buf);
struct dmactl_buf *dmactl_buf_use(struct dmactl_session *s, u32 handle);
void dmactl_buf_unuse(struct dmactl_buf *buf);
bool dmactl_buf_range_ok(const struct dmactl_buf *buf, u64 off, u64 len);
bool dmactl_buf_touchable(const struct dmactl_buf *buf,
			  const struct dmactl_chan *chan);
void dmactl_buf_read(struct dmactl_buf *buf, u64 off, void *to, size_t len);
void dmactl_buf_write(struct dmactl_buf *buf, u64 off, const void *from,
		      size_t len);
int dmactl_buf_destroy(struct dmactl_buf *buf);
void dmactl_buf_put(struct dmactl_buf *buf);
void dmactl_buf_lose(struct dmactl_buf *buf);
struct dmactl_buf *dmactl_buf_internal(struct dmactl_chan *chan, u64 len);
void dmactl_buf_internal_free(struct dmactl_buf *buf);

/* user.c */
int dmactl_ioctl_buf_map_user(struct dmactl_cmd *cmd);
void dmactl_user_free(struct dmactl_buf *buf);

/* import.c */
int dmactl_ioctl_buf_import(struct dmactl_cmd *cmd);
int dmactl_import_sync(struct dmactl_buf *buf, enum dma_data_direction dir,
		       bool for_cpu);
int dmactl_import_map(struct dmactl_map *map);
void dmactl_import_unmap(struct dmactl_map *map);
bool dmactl_import_bounces(const struct dmactl_map *map);

/* export.c */
int dmactl_ioctl_buf_export(struct dmactl_cmd *cmd);
bool dmactl_export_is_from(const struct dma_buf *dmabuf,
			   const struct dmactl_session *s);
void dmactl_export_free(struct dmactl_buf *buf);

/* fence.c */
bool dmactl_fence_is_due(const struct dmactl_tx *tx);
int dmactl_fence_txs(struct list_head *txs, bool hold);
int dmactl_fence_try_txs(struct list_head *txs);
void dmactl_fence_signal(struct dmactl_tx *tx);

/* mmap.c */
int dmactl_mmap(struct file *file, struct vm_area_struct *vma);
int dmactl_mmap_reserve(struct dmactl_buf *buf);
void dmactl_mmap_unreserve(struct dmactl_buf *buf);
void dmactl_mmap_exit(void);

/* map.c */

/* @addr is where @off of the buffer is; it holds up to the next one's @off. */
struct dmactl_seg {
	u64 off;
	dma_addr_t addr;
};

/* A buffer mapped for a device. Freed with the buffer or with the device. */
struct dmactl_map {
	struct dmactl_dev *dev;
	struct dmactl_buf *buf;
	struct list_head buf_node;	/* buf->maps_lock */
	struct list_head dev_node;	/* dev->lock */
	struct sg_table *table;		/* NULL: COHERENT */
	struct sg_table sgt;		/* of our own pages */
	struct dma_buf_attachment *attach;	/* IMPORTED */
	struct dmactl_seg *segs;	/* contiguous for the device */
	struct dmactl_seg *ents;	/* mapped as one; NULL: no sync needed */
	u32 nr_segs;
	u32 nr_ents;
	bool bounced;			/* counts as SWIOTLB in use */
	struct rcu_head rcu;
};

u64 dmactl_map_max_entry(struct device *dev);
bool dmactl_map_reachable(struct device *dev, struct sg_table *table);
struct dmactl_map *dmactl_map_get(struct dmactl_buf *buf,
				  struct dmactl_dev *dev);
struct dmactl_map *dmactl_map_find(struct dmactl_buf *buf,
				   struct dmactl_dev *dev);

/* For a reader of RCU, and what it finds as for dmactl_map_get(). */
static inline struct dmactl_map *dmactl_map_lookup(struct dmactl_buf *buf,
						   struct dmactl_dev *dev)
{
	struct dmactl_map *map;

	list_for_each_entry_rcu(map, &buf->maps, buf_node,
				rcu_read_lock_sched_held())
		if (map->dev == dev)
			return map;
	return NULL;
}

/* Anything to sync at all? */
static inline bool dmactl_map_syncs(const struct dmactl_map *map)
{
	return map->ents;
}

void dmactl_map_free_buf(struct dmactl_buf *buf);
void dmactl_map_free_dev(struct dmactl_dev *dev);
u64 dmactl_map_addr(const struct dmactl_map *map, u64 off, dma_addr_t *addr);
void dmactl_map_sync(const struct dmactl_map *map, u64 off, u64 len,
		     enum dma_data_direction dir, bool for_cpu);
int dmactl_map_sync_all(struct dmactl_buf *buf, u64 off, u64 len,
			enum dma_data_direction dir, bool for_cpu);
int dmactl_map_coherent(struct dmactl_buf *buf);

/* validate.c */

/* Fields that an opcode has no use for. */
struct dmactl_unused {
	bool dst, src, args, value, len;
};

int dmactl_validate(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_tx *tx);
u64 dmactl_known_opcodes(void);
bool dmactl_stride_ok(u32 nr, u32 stride, size_t least);
bool dmactl_op_is_clean(const struct dmactl_op *op,
			struct dmactl_unused unused);
int dmactl_add_dst(struct dmactl_chan *chan, struct dmactl_tx *tx, u32 handle,
		   u64 off, u64 len);
int dmactl_add_src(struct dmactl_chan *chan, struct dmactl_tx *tx, u32 handle,
		   u64 off, u64 len);
bool dmactl_spans_overlap(const struct dmactl_span *a,
			  const struct dmactl_span *b);
void *dmactl_copy_args(const struct dmactl_op *op, size_t size);
int dmactl_with_sgs(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_tx *tx,
		    int (*add)(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       const struct dmactl_sg *sgs, u32 nr));
int dmactl_alloc_spans(struct dmactl_tx *tx, u32 nr, u32 nr_dst);

/* prep.c */
#define DMACTL_PREP_WHOLE 1

int dmactl_prep(struct dmactl_chan *chan, struct dmactl_tx *tx);
unsigned long dmactl_prep_flags(const struct dmactl_tx *tx);
u64 dmactl_piece_max(const struct dmactl_chan *chan, const struct dmactl_tx *tx);
u64 dmactl_linear_next(const struct dmactl_chan *chan,
		       const struct dmactl_tx *tx, dma_addr_t *dst,
		       dma_addr_t *src);
void dmactl_linear_advance(struct dmactl_tx *tx,
			   const struct dmactl_piece *piece);

/* copy.c, raid.c, slave.c, cyclic.c, interleave.c, prepared.c */
extern const struct dmactl_op_type dmactl_op_nop;
extern const struct dmactl_op_type dmactl_op_memcpy;
extern const struct dmactl_op_type dmactl_op_sg;
extern const struct dmactl_op_type dmactl_op_memset;
extern const struct dmactl_op_type dmactl_op_memset_sg;
extern const struct dmactl_op_type dmactl_op_xor;
extern const struct dmactl_op_type dmactl_op_xor_val;
extern const struct dmactl_op_type dmactl_op_pq;
extern const struct dmactl_op_type dmactl_op_pq_val;
extern const struct dmactl_op_type dmactl_op_slave_sg;
extern const struct dmactl_op_type dmactl_op_slave_single;
extern const struct dmactl_op_type dmactl_op_peripheral_vec;
extern const struct dmactl_op_type dmactl_op_cyclic;
extern const struct dmactl_op_type dmactl_op_interleaved;
extern const struct dmactl_op_type dmactl_op_rio_sg;
extern const struct dmactl_op_type dmactl_op_imm_data;
extern const struct dmactl_op_type dmactl_op_interrupt;
extern const struct dmactl_op_type dmactl_op_prepared;

/* slave.c */
int dmactl_slave_allowed(const struct dmactl_chan *chan,
			 enum dma_transfer_direction dir);

int dmactl_slave_single_list(struct dmactl_chan *chan, struct dmactl_tx *tx);

/* stream.c */
int dmactl_ioctl_stream_open(struct dmactl_cmd *cmd);
void dmactl_stream_get(struct dmactl_stream *st);
void dmactl_stream_put(struct dmactl_stream *st);
void dmactl_stream_ended(struct dmactl_tx *tx);
void dmactl_stream_kill(struct dmactl_stream *st);

/* config.c */
int dmactl_ioctl_chan_config(struct dmactl_cmd *cmd);
int dmactl_config_apply(struct dmactl_chan *chan,
			const struct dmactl_chan_config *arg, void *peripheral);

/* port.c */
int dmactl_port_init(void);
void dmactl_port_exit(void);
int dmactl_port_request(struct dmactl_chan *chan,
			const struct dmactl_chan_request *arg,
			struct device **dev);
void dmactl_port_detach(struct dmactl_chan *chan);
int dmactl_port_config(const struct dmactl_chan *chan,
		       struct dmactl_chan_config *arg);

/* metadata.c */
int dmactl_metadata_add(struct dmactl_chan *chan, struct dmactl_tx *tx,
			const struct dmactl_sg *sg);
bool dmactl_metadata_missing(const struct dmactl_tx *tx);
int dmactl_metadata_add_args(struct dmactl_chan *chan, struct dmactl_tx *tx,
			     const struct dmactl_op *op);
void dmactl_metadata_attach(struct dmactl_tx *tx,
			    struct dma_async_tx_descriptor *txd);
void dmactl_metadata_collect(struct dmactl_tx *tx);
void dmactl_metadata_deliver(struct dmactl_tx *tx);
void dmactl_metadata_free(struct dmactl_tx *tx);

/* periods.c */
int dmactl_periods_new(struct dmactl_tx *tx, u64 period_len);
bool dmactl_periods_note(struct dmactl_desc *desc,
			 const struct dmaengine_result *result);
void dmactl_periods_freeze(struct dmactl_chan *chan);
void dmactl_periods_thaw(struct dmactl_chan *chan);
u64 dmactl_periods_uncounted(const struct dmactl_tx *tx);
void dmactl_periods_end(struct dmactl_tx *tx);
void dmactl_periods_fill(struct dmactl_completion *record,
			 struct dmactl_tx *rec);
void dmactl_periods_reaped(struct dmactl_tx *rec);
u64 dmactl_periods_count(const struct dmactl_tx *tx);

/* That of a cyclic op changes: with cq_lock held. */
static inline void dmactl_record_fill(struct dmactl_completion *record,
				      struct dmactl_tx *tx)
{
	if (tx->periods) {
		dmactl_periods_fill(record, tx);
		return;
	}
	*record = (struct dmactl_completion) {
		.user_data = tx->user_data,
		.bytes = tx->bytes,
		.timestamp_ns = tx->timestamp_ns,
		.chan = tx->chan->obj.handle,
		.status = tx->status,
		.flags = tx->check,
		.seq = tx->seq,
		.count = tx->count,
	};
}

/* prepared.c */
int dmactl_ioctl_prepare(struct dmactl_cmd *cmd);
int dmactl_prepared_destroy(struct dmactl_obj *obj);
void dmactl_prepared_unrun(struct dmactl_tx *tx);
bool dmactl_prepared_note(struct dmactl_tx *tx);
void dmactl_prepared_defer(struct dmactl_tx *tx);
void dmactl_prepared_unuse(struct dmactl_tx *tx);
void dmactl_prepared_drop_all(struct dmactl_chan *chan);
void dmactl_prepared_lose_all(struct dmactl_chan *chan);

/* submit.c */
#define DMACTL_SUBMIT_FLAGS (DMACTL_SUBMIT_HOLD | DMACTL_SUBMIT_ABS_TIMEOUT)

int dmactl_ioctl_submit(struct dmactl_cmd *cmd);
int dmactl_submit(struct dmactl_session *s, struct dmactl_submit *arg);
int dmactl_submit_reap(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_cq_ring *ring, u32 min,
		       struct dmactl_chan *full);
int dmactl_accept(struct dmactl_chan *chan, struct dmactl_tx *tx, bool hold);

/* quick.c */
int dmactl_quick_ioctl(struct dmactl_session *s, void __user *ubuf);
void dmactl_quick_callback(void *param, const struct dmaengine_result *result);

/* completion.c */
void dmactl_cq_queued(struct dmactl_session *s, u32 nr);
void dmactl_cq_wake(struct dmactl_session *s);
bool dmactl_cq_add(struct dmactl_session *s, struct dmactl_tx *tx);
void dmactl_cq_publish(struct dmactl_session *s, struct list_head *ended,
		       u32 nr);
int dmactl_reap(struct dmactl_session *s, void __user *to, u32 nr, u32 stride);
bool dmactl_chan_has_credit(struct dmactl_chan *chan);
int dmactl_cq_wait(struct dmactl_session *s, u32 nr, struct dmactl_chan *credit,
		   ktime_t deadline);
ssize_t dmactl_read(struct file *file, char __user *to, size_t len,
		    loff_t *pos);
__poll_t dmactl_poll(struct file *file, struct poll_table_struct *wait);
void dmactl_cq_drop(struct dmactl_session *s);
int dmactl_ioctl_eventfd(struct dmactl_cmd *cmd);

/* ring.c */
int dmactl_ioctl_ring(struct dmactl_cmd *cmd);
int dmactl_ring_mmap(struct dmactl_session *s, struct vm_area_struct *vma);
void dmactl_ring_free(struct dmactl_session *s);

/* uring.c */
int dmactl_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags);
void dmactl_uring_end(struct dmactl_tx *tx);
void dmactl_uring_watch_work(struct work_struct *work);

/* fdinfo.c */
void dmactl_show_fdinfo(struct seq_file *m, struct file *file);

#endif /* DMACTL_CORE_H */
