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

#define SIM_NAME		"dma-sim"
#define SIM_CLIENT		"dmactl"	/* whom the slave map is for */

#define SIM_MAX_DEVICES		16
#define SIM_MAX_CHANNELS	64
#define SIM_MAX_DESCRIPTORS	65536
#define SIM_MAX_ALIGN		256
#define SIM_NAME_LEN		16

/* The lock of a channel is held, interrupts off, for at most this much. */
#define SIM_BURST_BYTES		PAGE_SIZE
#define SIM_BURST_DESCRIPTORS	32

#define SIM_SEGMENTS_INLINE	4
#define SIM_MAX_SOURCES		16	/* of XOR and PQ */

struct iommu_domain;
struct platform_device;
struct sim_chan;
struct sim_controller;
struct sim_desc;

/**
 * struct sim_op - one type of operation
 * @name: word that selects it in the module parameter "caps"
 * @cap: capability that it brings
 * @declare: fill in what the core must know: prep function, alignment, ...
 * @step: move @n bytes of a descriptor and advance its position by as much as
 *	was moved; called with the lock of the channel held. NULL if there is
 *	nothing to move
 *
 * Adding a type is a file with one of these and a line in op.c.
 */
struct sim_op {
	const char *name;
	enum dma_transaction_type cap;
	void (*declare)(struct sim_controller *ctl);
	enum dmaengine_tx_result (*step)(struct sim_chan *sc,
					 struct sim_desc *d, size_t n);
};

/**
 * struct sim_control - how a controller behaves; may change at any time
 * @hold: nothing moves and nothing completes
 * @latency: ns from the start of a descriptor to its first byte
 * @bandwidth: bytes per second, 0 unlimited
 * @fail_how: result of the descriptor that @fail_nth hits
 * @fail_nth: descriptors to start until one fails, 0 none
 *
 * Plain fields are read and written with READ_ONCE() and WRITE_ONCE().
 */
struct sim_control {
	bool hold;
	u64 latency;
	u64 bandwidth;
	enum dmaengine_tx_result fail_how;
	atomic_t fail_nth;
};

/**
 * struct sim_config - what a controller is; never changes
 * @index: number of the controller
 * @channels: how many channels
 * @ops: bit n set: it has entry n of the table in op.c
 * @dma_mask: address bits
 * @copy_align: alignment in bytes of addresses and lengths
 * @max_segment: bytes in one segment, 0 for the default of the DMA API
 * @descriptors: pool of each channel
 * @residue: granularity of the residue
 * @no_terminate: have no device_terminate_all
 * @no_synchronize: have no device_synchronize
 * @control: how it behaves
 */
struct sim_config {
	u32 index;
	u32 channels;
	u64 ops;
	u32 dma_mask;
	u32 copy_align;
	u32 max_segment;
	u32 descriptors;
	enum dma_residue_granularity residue;
	bool no_terminate;
	bool no_synchronize;
	struct sim_control *control;
};

enum sim_desc_state {
	SIM_DESC_FREE,
	SIM_DESC_PREPARED,
	SIM_DESC_SUBMITTED,
	SIM_DESC_ISSUED,
	SIM_DESC_DONE,
};

struct sim_segment {
	dma_addr_t addr;
	size_t len;
};

/**
 * struct sim_desc - a descriptor
 * @tx: the core's part
 * @node: on exactly one list of the channel
 * @op: type
 * @len: bytes to move
 * @pos: bytes moved
 * @segment_pos: bytes moved in segments that are complete
 * @state: which list @node is on
 * @result: how it ended
 * @started: the engine has taken it up
 * @copy: source and destination of MEMCPY
 * @fill: destination and value of MEMSET, segment and value of MEMSET_SG
 * @raid: the XOR and PQ family: destinations of P and Q and whether each is
 *	wanted, sources and their coefficients, where the result of a check
 *	goes, whether the destinations are part of the sum
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
	enum sim_desc_state state;
	enum dmaengine_tx_result result;
	bool started;
	union {
		struct {
			dma_addr_t dst;
			dma_addr_t src;
		} copy;
		struct {
			dma_addr_t dst;
			unsigned int at;
			u8 value;
		} fill;
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
	struct sim_segment *segments;
	struct sim_segment inline_segments[SIM_SEGMENTS_INLINE];
};

/**
 * struct sim_chan - a channel
 * @chan: the core's part; @lock protects the cookies
 * @ctl: its controller
 * @index: number on the controller
 * @name: name in the slave map
 * @alias: short name, controller 0 only
 * @lock: protects the lists, the descriptors on them and, as long as it is
 *	held, the memory that they describe: who holds it knows that nothing
 *	is being copied
 * @free: [lock] pool
 * @prepared: [lock] prepared, not submitted
 * @submitted: [lock] submitted, not issued
 * @issued: [lock] for the engine, which works on the first
 * @done: [lock] ended, callback to come
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
 * @failed: [lock] cookie of the last descriptor that failed
 * @slave: [lock] what device_config set
 * @irq: simulated interrupt
 * @tasklet: what the interrupt handler leaves for later
 */
struct sim_chan {
	struct dma_chan chan;
	struct sim_controller *ctl;
	unsigned int index;
	char name[SIM_NAME_LEN];
	char alias[SIM_NAME_LEN];
	spinlock_t lock;	/* see above */
	struct list_head free;
	struct list_head prepared;
	struct list_head submitted;
	struct list_head issued;
	struct list_head done;
	struct sim_desc *pool;
	struct task_struct *thread;
	bool threaded;
	bool poked;
	bool paused;
	bool gone;
	ktime_t due;
	ktime_t wake_at;
	dma_cookie_t failed;
	struct dma_slave_config slave;
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
	struct list_head node;
	struct mutex mutex;	/* see above */
	bool gone;
	struct work_struct free_work;
	struct dma_slave_map map[2 * SIM_MAX_CHANNELS];
	struct sim_chan chans[];
};

/*
 * guard(sim_chan)(sc): sim_chan.lock with interrupts off. A client may call from
 * any context. sparse cannot follow a guard, hence what it is told here.
 */
static inline void sim_chan_lock(struct sim_chan *sc, unsigned long *flags)
{
	spin_lock_irqsave(&sc->lock, *flags);
	__release(&sc->lock);
}

static inline void sim_chan_unlock(struct sim_chan *sc, unsigned long flags)
{
	__acquire(&sc->lock);
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

/* param.c */
int sim_param_config(struct sim_config *config, unsigned int *devices);

/* op.c */
const struct sim_op *sim_op(unsigned int i);
int sim_op_parse(const char *words, u64 *ops);

/* memcpy.c, memset.c, interrupt.c, raid.c, slave.c */
extern const struct sim_op sim_op_memcpy;
extern const struct sim_op sim_op_memset;
extern const struct sim_op sim_op_memset_sg;
extern const struct sim_op sim_op_interrupt;
extern const struct sim_op sim_op_xor;
extern const struct sim_op sim_op_xor_val;
extern const struct sim_op sim_op_pq;
extern const struct sim_op sim_op_pq_val;
extern const struct sim_op sim_op_slave;

/* controller.c */
int sim_controllers_init(void);
void sim_controllers_exit(void);
void sim_controllers_poke(void);

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
void sim_desc_recycle(struct sim_chan *sc, struct sim_desc *d);
void sim_desc_drop_all(struct sim_chan *sc);
enum dma_status sim_desc_status(struct dma_chan *chan, dma_cookie_t cookie,
				struct dma_tx_state *state);

/* engine.c */
void sim_engine_probe(void);
void sim_engine_init(struct sim_chan *sc);
int sim_engine_start(struct sim_chan *sc);
void sim_engine_stop(struct sim_chan *sc);
void sim_engine_kick(struct sim_chan *sc);
void sim_engine_poke(struct sim_chan *sc);
void sim_engine_interrupt(struct sim_chan *sc);
void sim_engine_synchronize(struct sim_chan *sc);

/* memory.c */
enum dmaengine_tx_result sim_mem_copy(struct sim_chan *sc, dma_addr_t dst,
				      dma_addr_t src, size_t n, size_t *moved);
enum dmaengine_tx_result sim_mem_fill(struct sim_chan *sc, dma_addr_t dst,
				      u8 value, size_t n, size_t *moved);
enum dmaengine_tx_result sim_mem_read(struct sim_chan *sc, void *buf,
				      dma_addr_t src, size_t n);
enum dmaengine_tx_result sim_mem_write(struct sim_chan *sc, dma_addr_t dst,
				       const void *buf, size_t n);

#endif /* DMA_SIM_H */
