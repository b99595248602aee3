/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: a simulated dmaengine provider. What its files share. */
#ifndef DMA_SIM_H
#define DMA_SIM_H

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/dmaengine.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "account.h"
#include "config.h"
#include "node.h"

#define SIM_NAME		"dma-sim"
#define SIM_CLIENT		"dmactl"	/* whom the slave map is for */

#define SIM_NAME_LEN		16
#define SIM_NAMES		3	/* of a channel in the slave map, at most */

/* The lock of a channel is held, interrupts off, for at most this much. */
#define SIM_BURST_BYTES		PAGE_SIZE
#define SIM_BURST_DESCRIPTORS	32

#define SIM_SEGMENTS_INLINE	4
#define SIM_WORD		4	/* bytes of what "counter" counts in */
#define SIM_METADATA		64	/* bytes of it that a descriptor has */
#define SIM_COMMAND		8	/* bytes of a command to a peripheral */

struct iommu_domain;
struct platform_device;
struct sim_chan;
struct sim_controller;
struct sim_desc;
struct sim_port_ops;

/**
 * struct sim_op - one type of operation
 * @name: word that selects it in the module parameter "caps"
 * @cap: capability that it brings; DMA_TX_TYPE_END: none that has a bit
 * @slave: a channel that leads to a peripheral can have it
 * @declare: fill in what the core must know: prep function, alignment, ...
 *	NULL if the capability is all
 * @step: move @n bytes of a descriptor and advance its position by as much as
 *	was moved; called with the lock of the channel held. If a peripheral
 *	takes or gives nothing now, nothing is moved. NULL if there is nothing
 *	to move
 * @rewind: what else there is to do before a descriptor runs again
 *
 * Adding a type is a file with one of these and a line in op.c.
 */
struct sim_op {
	const char *name;
	enum dma_transaction_type cap;
	bool slave;
	void (*declare)(struct sim_controller *ctl);
	enum dmaengine_tx_result (*step)(struct sim_chan *sc,
					 struct sim_desc *d, size_t n);
	void (*rewind)(struct sim_desc *d);
};

enum sim_desc_state {
	SIM_DESC_FREE,
	SIM_DESC_PREPARED,
	SIM_DESC_SUBMITTED,
	SIM_DESC_ISSUED,
	SIM_DESC_DONE,
	SIM_DESC_CALLED,
};

struct sim_segment {
	dma_addr_t addr;
	size_t len;
};

struct sim_chunk {
	size_t len;
	size_t src_gap;
	size_t dst_gap;
};

/**
 * struct sim_segments - a list of segments on its way into a descriptor
 * @list: @few or allocated
 * @n: how many
 * @few: room for as many as a descriptor has room for
 */
struct sim_segments {
	struct sim_segment *list;
	unsigned int n;
	struct sim_segment few[SIM_SEGMENTS_INLINE];
};

/**
 * struct sim_desc - a descriptor
 * @tx: the core's part
 * @node: on exactly one list of the channel
 * @op: type
 * @len: bytes to move
 * @pos: bytes moved, since the last repetition began
 * @segment_pos: bytes moved in segments that are complete
 * @stop: where to stop next: the end of the descriptor or of a period
 * @period: if it repeats: bytes from one callback to the next; else 0
 * @ticks: callbacks of periods that are due
 * @at: segment or chunk that is next
 * @dir: direction of a slave transfer, else DMA_MEM_TO_MEM
 * @state: which list @node is on
 * @result: how it ended
 * @started: the engine has taken it up
 * @lost: it will not call back
 * @copy: source and destination of MEMCPY
 * @fill: destination and value of MEMSET, value of MEMSET_SG
 * @imm: destination and value of IMM_DATA
 * @frames: of INTERLEAVE: where source and destination begin and are, what of
 *	the chunk was moved, the chunks of a frame, and how much can be moved
 *	at once if one of the addresses stays where it is
 * @raid: the XOR and PQ family: destinations of P and Q and whether each is
 *	wanted, sources and their coefficients, where the result of a check
 *	goes, whether the destinations are part of the sum
 * @dev: place in the "mem" peripheral, and a command that is not complete
 * @meta: metadata, and where the client has or wants it
 * @chunks: those of a frame of INTERLEAVE, allocated, or NULL
 * @segments: segments of a scattered operation: @inline_segments, allocated, or
 *	NULL
 * @inline_segments: room for few of them
 *
 * All but @tx is protected by &struct sim_chan.lock.
 */
struct sim_desc {
	struct dma_async_tx_descriptor tx;
	struct list_head node;
	const struct sim_op *op;
	size_t len;
	size_t pos;
	size_t segment_pos;
	size_t stop;
	size_t period;
	unsigned int ticks;
	unsigned int at;
	enum dma_transfer_direction dir;
	enum sim_desc_state state;
	enum dmaengine_tx_result result;
	bool started;
	bool lost;
	union {
		struct {
			dma_addr_t dst;
			dma_addr_t src;
		} copy;
		struct {
			dma_addr_t dst;
			u8 value;
		} fill;
		struct {
			dma_addr_t dst;
			u64 data;
		} imm;
		struct {
			dma_addr_t src_start;
			dma_addr_t dst_start;
			dma_addr_t src;
			dma_addr_t dst;
			size_t off;
			unsigned int chunks;
			unsigned int word;
			bool src_inc;
			bool dst_inc;
		} frames;
		struct {
			dma_addr_t dst[2];
			dma_addr_t src[SIM_MAX_SOURCES];
			u8 coef[SIM_MAX_SOURCES];
			unsigned int sources;
			enum sum_check_flags *check;
			bool want[2];
			bool load;
		} raid;
	};
	struct {
		u32 offset;
		u32 window;
		u8 command[SIM_COMMAND];
	} dev;
	struct {
		u8 data[SIM_METADATA];
		size_t len;
		void *client;
		size_t room;
	} meta;
	struct sim_chunk *chunks;
	struct sim_segment *segments;
	struct sim_segment inline_segments[SIM_SEGMENTS_INLINE];
};

/**
 * struct sim_chan - a channel
 * @chan: the core's part; @lock protects the cookies
 * @ctl: its controller
 * @index: number on the controller
 * @name: name in the slave map
 * @alias: another: the short name of a channel of controller 0, or the
 *	numbered one of a peripheral
 * @lock: protects the lists, the descriptors on them and, as long as it is
 *	held, the memory that they describe: who holds it knows that nothing
 *	is being copied
 * @locked: [lock] since when, if what dma-sim costs is counted
 * @free: [lock] pool
 * @prepared: [lock] prepared, not submitted
 * @submitted: [lock] submitted, not issued
 * @issued: [lock] for the engine, which works on the first
 * @done: [lock] ended, callback to come
 * @called: [lock] ended, in the hands of the callback
 * @pool: the memory of all descriptors; changed under &sim_controller.mutex
 * @thread: [lock] does the work that is too long for a softirq; started and
 *	stopped under &sim_controller.mutex
 * @threaded: [lock] @thread will look at @issued again before it sleeps
 *	without a time limit
 * @poked: [lock] something changed since @thread looked
 * @paused: [lock] by device_pause
 * @gone: [lock] the controller was unbound
 * @due: [lock] when the engine will have done what it did so far, at the
 *	simulated speed
 * @wake_at: [lock] when @thread has something to do
 * @blocked: [lock] the peripheral took or gave nothing when last asked
 * @nudge: [lock] @peer may have something to do now
 * @ticking: [lock] the first of @issued has callbacks of periods due
 * @epoch: [lock] counts how often everything was taken back
 * @failed: [lock] cookie of the last descriptor that failed
 * @slave: [lock] what device_config set
 * @spoilt: [lock] the next copy moves nothing
 * @late: [lock] what is to happen after a termination: write there, and call
 *	this back
 * @port: the peripheral
 * @port_state: [lock, or its own] what @port keeps
 * @peer: the other channel of the peripheral, or NULL
 * @irq: simulated interrupt
 * @tasklet: what the interrupt handler leaves for later
 */
struct sim_chan {
	struct dma_chan chan;
	struct sim_controller *ctl;
	unsigned int index;
	char name[SIM_NAME_LEN];
	char alias[2 * SIM_NAME_LEN];
	spinlock_t lock;	/* see above */
	u64 locked;
	struct list_head free;
	struct list_head prepared;
	struct list_head submitted;
	struct list_head issued;
	struct list_head done;
	struct list_head called;
	struct sim_desc *pool;
	struct task_struct *thread;
	bool threaded;
	bool poked;
	bool paused;
	bool gone;
	ktime_t due;
	ktime_t wake_at;
	bool blocked;
	bool nudge;
	bool ticking;
	unsigned int epoch;
	dma_cookie_t failed;
	struct dma_slave_config slave;
	const struct sim_port_ops *port;
	void *port_state;
	struct sim_chan *peer;
	bool spoilt;
	struct {
		struct delayed_work work;
		bool written;
		dma_addr_t at;
		dma_async_tx_callback_result callback;
		void *param;
	} late;
	struct irq_work irq;
	struct tasklet_struct tasklet;
};

/**
 * struct sim_controller - a controller
 * @dma: the core's part
 * @dev: the platform device, referenced
 * @config: what it is
 * @domain: IOMMU domain of @dev, or NULL
 * @dma_mask: highest address that it reaches
 * @ports: what the peripherals keep
 * @node: on the list of all controllers, protected by the mutex in
 *	controller.c
 * @mutex: protects @gone, and the pools and threads of all channels
 * @gone: unbound
 * @free_work: frees it
 * @map: slave map
 * @chans: channels, @config.channels of them
 */
struct sim_controller {
	struct dma_device dma;
	struct device *dev;
	struct sim_config config;
	struct iommu_domain *domain;
	u64 dma_mask;
	void *ports[SIM_PERIPHERALS];
	struct list_head node;
	struct mutex mutex;	/* see above */
	bool gone;
	struct work_struct free_work;
	struct dma_slave_map map[SIM_NAMES * SIM_MAX_CHANNELS + SIM_NODE_LINES];
	struct sim_chan chans[];
};

/*
 * guard(sim_chan)(sc): sim_chan.lock with interrupts off. A client may call from
 * any context. sparse cannot follow a guard, hence what it is told here.
 */
static inline void sim_chan_lock(struct sim_chan *sc, unsigned long *flags)
{
	spin_lock_irqsave(&sc->lock, *flags);
	sc->locked = sim_account_begin();
	__release(&sc->lock);
}

static inline void sim_chan_unlock(struct sim_chan *sc, unsigned long flags)
{
	__acquire(&sc->lock);
	sim_account_end(sc->locked);
	spin_unlock_irqrestore(&sc->lock, flags);
}

DEFINE_LOCK_GUARD_1(sim_chan, struct sim_chan,
		    sim_chan_lock(_T->lock, &_T->flags),
		    sim_chan_unlock(_T->lock, _T->flags),
		    unsigned long flags)

static inline struct sim_chan *to_sim_chan(struct dma_chan *chan)
{
	return container_of(chan, struct sim_chan, chan);
}

static inline struct sim_desc *to_sim_desc(struct dma_async_tx_descriptor *tx)
{
	return container_of(tx, struct sim_desc, tx);
}

static inline bool sim_len_valid(const struct sim_chan *sc, size_t len)
{
	u32 max = sc->ctl->config.max_segment;

	return len && (!max || len <= max);
}

/* op.c */
const struct sim_op *sim_op(unsigned int i);
int sim_op_parse(const char *words, u64 *ops);
u64 sim_ops_all(void);
u64 sim_ops_slave(void);

/*
 * memcpy.c, memset.c, interrupt.c, raid.c, slave.c, cyclic.c, interleave.c,
 * imm.c, metadata.c, descriptor.c
 */
extern const struct sim_op sim_op_memcpy;
extern const struct sim_op sim_op_memset;
extern const struct sim_op sim_op_memset_sg;
extern const struct sim_op sim_op_interrupt;
extern const struct sim_op sim_op_xor;
extern const struct sim_op sim_op_xor_val;
extern const struct sim_op sim_op_pq;
extern const struct sim_op sim_op_pq_val;
extern const struct sim_op sim_op_slave;
extern const struct sim_op sim_op_cyclic;
extern const struct sim_op sim_op_interleave;
extern const struct sim_op sim_op_repeat;
extern const struct sim_op sim_op_load_eot;
extern const struct sim_op sim_op_imm_data;
extern const struct sim_op sim_op_reuse;
extern const struct sim_op sim_op_metadata;

/* metadata.c */
void sim_metadata_prepare(struct sim_chan *sc, struct sim_desc *d);
void sim_metadata_submit(struct sim_desc *d);
void sim_metadata_finish(struct sim_desc *d);
bool sim_metadata_lasts(const struct sim_desc *d);

/* slave.c */
void sim_slave_declare(struct sim_controller *ctl);
bool sim_slave_accepts(struct sim_chan *sc, enum dma_transfer_direction dir,
		       size_t len);
struct sim_desc *sim_slave_get(struct sim_chan *sc, const struct sim_op *op,
			       enum dma_transfer_direction dir, size_t len,
			       unsigned long flags);
enum dmaengine_tx_result sim_slave_move(struct sim_chan *sc, struct sim_desc *d,
					dma_addr_t addr, size_t *n);
enum dmaengine_tx_result sim_step_slave(struct sim_chan *sc,
					struct sim_desc *d, size_t n);

/* segment.c */
bool sim_segments_init(struct sim_segments *s, unsigned int n);
bool sim_segments_init_sg(struct sim_segments *s, struct scatterlist *sgl,
			  unsigned int nents);
bool sim_segments_sum(const struct sim_segments *s, size_t *len);
void sim_segments_give(struct sim_segments *s, struct sim_desc *d);
void sim_segments_free(struct sim_segments *s);

/* controller.c */
int sim_controllers_init(void);
void sim_controllers_exit(void);
void sim_controllers_poke(void);
int sim_device_add(struct sim_config *config);
void sim_device_remove(unsigned int index);

/* channel.c */
void sim_chan_init(struct sim_controller *ctl, unsigned int index);
void sim_chan_declare(struct sim_controller *ctl);
void sim_chan_remove(struct sim_chan *sc);

/* descriptor.c */
int sim_pool_init(struct sim_chan *sc);
void sim_pool_free(struct sim_chan *sc);
struct sim_desc *sim_desc_get(struct sim_chan *sc, const struct sim_op *op,
			      size_t len, unsigned long flags);
void sim_desc_finish(struct sim_chan *sc, struct sim_desc *d,
		     enum dmaengine_tx_result result);
void sim_desc_retire(struct sim_chan *sc, struct sim_desc *d);
void sim_desc_recycle(struct sim_chan *sc, struct sim_desc *d);
void sim_desc_rewind(struct sim_desc *d);
void sim_desc_drop_all(struct sim_chan *sc, bool keep);
enum dma_status sim_desc_status(struct dma_chan *chan, dma_cookie_t cookie,
				struct dma_tx_state *state);

/* callback.c */
void sim_callbacks_run(struct sim_chan *sc);

/* engine.c */
void sim_engine_probe(void);
void sim_engine_init(struct sim_chan *sc);
int sim_engine_start(struct sim_chan *sc);
void sim_engine_stop(struct sim_chan *sc);
void sim_engine_kick(struct sim_chan *sc);
void sim_engine_poke(struct sim_chan *sc);
void sim_engine_nudge(struct sim_chan *sc);
void sim_engine_interrupt(struct sim_chan *sc);
void sim_engine_synchronize(struct sim_chan *sc);

/* memory.c */
void *sim_mem_map(struct sim_chan *sc, dma_addr_t addr, size_t *n);
enum dmaengine_tx_result sim_mem_copy(struct sim_chan *sc, dma_addr_t dst,
				      dma_addr_t src, size_t n, size_t *moved);
enum dmaengine_tx_result sim_mem_fill(struct sim_chan *sc, dma_addr_t dst,
				      u8 value, size_t n, size_t *moved);
enum dmaengine_tx_result sim_mem_read(struct sim_chan *sc, void *buf,
				      dma_addr_t src, size_t n);
enum dmaengine_tx_result sim_mem_write(struct sim_chan *sc, dma_addr_t dst,
				       const void *buf, size_t n);

#endif /* DMA_SIM_H */
