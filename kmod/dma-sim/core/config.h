/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the configuration of a controller, and its behaviour. */
#ifndef DMA_SIM_CORE_CONFIG_H
#define DMA_SIM_CORE_CONFIG_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/dmaengine.h>
#include <linux/kref.h>
#include <linux/types.h>

struct sim_map_entries;

#define SIM_NAME		"dma-sim"
#define SIM_CLIENT		"dmactl"	/* client of the slave map */

#define SIM_MAX_DEVICES		16	/* by module parameter; configfs may add more */
#define SIM_MAX_INDEX		64
#define SIM_MAX_CHANNELS	64
#define SIM_MAX_DESCRIPTORS	65536
#define SIM_MAX_ALIGN		256
#define SIM_MAX_SOURCES		16	/* of XOR and PQ */
#define SIM_MAX_BURST		65536
#define SIM_MAX_RATE		BIT_ULL(34)
#define SIM_MAX_FIFO		(64 * 1024 * 1024)
#define SIM_COUNTER_FIFO	65536
#define SIM_PERIPHERALS		4
#define SIM_MAX_MAP_ENTRIES	64	/* most entries of the slave map for ports */
#define SIM_WORD		4	/* bytes of a number of "counter" */
#define SIM_ADDR_WIDTHS		(BIT(1) | BIT(2) | BIT(4) | BIT(8))

/* How drivers call back, if not from a tasklet with no lock held. */
enum sim_context {
	SIM_CALLBACK_LOCKED = BIT(0),	/* with the lock held that all functions take */
	SIM_CALLBACK_MASKED = BIT(1),	/* with interrupts off */
	SIM_CALLBACK_IRQ = BIT(2),	/* from an interrupt handler */
	SIM_CALLBACK_THREAD = BIT(3),	/* from a thread */
	SIM_CALLBACK_WORK = BIT(4),	/* from a work item */
	SIM_CALLBACK_KEEPS = BIT(5),	/* reusable descriptors are busy until then */
};

/**
 * struct sim_control - the behaviour of a controller; may change at any time
 * @ref: held by controllers and by what can change the behaviour
 * @hold: nothing moves and nothing completes
 * @skip: descriptors complete without moving any bytes
 * @packets: a descriptor of loop-tx is a packet
 * @prep_sleeps: MEMCPY prep sleeps, as in bcm2835-dma
 * @context: bits of enum sim_context: the context of callbacks
 * @misbehave: bits of enum sim_misbehaviour
 * @first_cookie: first cookie of a requested channel; 0: the usual one
 * @latency: ns from the start of a descriptor to its first byte
 * @bandwidth: bytes per second; 0: unlimited
 * @counter_rate: bytes per second that "counter" makes; 0: unlimited
 * @counter_fifo: bytes that "counter" keeps for a late reader
 * @sink_rate: bytes per second that "sink" takes; 0: unlimited
 * @fail_how: result of the descriptor that fails
 * @fail_nth: descriptors until one fails; 0: none fails
 * @short_nth: slave descriptors until one ends early; 0: none does
 * @sink_bytes: bytes that "sink" has received
 * @sink_errors: how often a number did not follow its predecessor
 * @hard_segment: most bytes in a segment that the hardware could move; 0:
 *	any. Longer segments are counted, not refused
 * @hard_entries: the same for the segments of a list and the periods of a
 *	cyclic buffer
 * @beyond: how often these limits were exceeded
 * @idle_issues: issues of an idle channel with nothing submitted
 * @asleep_calls: calls to a suspended controller
 *
 * Plain fields are read with READ_ONCE() and written with WRITE_ONCE(), without
 * a lock. front/config.c and fault/misbehave.c write the settings. The atomic
 * fields are counters; the files that count write them.
 */
struct sim_control {
	struct kref ref;
	bool hold;
	bool skip;
	bool packets;
	bool prep_sleeps;
	u32 context;
	u64 misbehave;
	u32 first_cookie;
	u64 latency;
	u64 bandwidth;
	u64 counter_rate;
	u32 counter_fifo;
	u64 sink_rate;
	u64 hard_segment;
	u64 hard_entries;
	enum dmaengine_tx_result fail_how;
	atomic_t fail_nth;
	atomic_t short_nth;
	atomic64_t sink_bytes;
	atomic64_t sink_errors;
	atomic64_t idle_issues;
	atomic64_t beyond;
	atomic64_t asleep_calls;
};

/**
 * struct sim_config - the configuration of a controller; never changes
 * @index: number of the controller
 * @channels: number of channels
 * @ops: bit n: it has entry n of the table in op/table.c
 * @peripherals: bit n: it has entry n of the table in periph/table.c, and
 *	all its channels lead to such peripherals; 0: none
 * @dma_mask: address bits
 * @copy_align: alignment of addresses and lengths, in bytes
 * @fill_align: the same for MEMSET; 0 before the check: as @copy_align
 * @xor_align: the same for XOR
 * @pq_align: the same for PQ
 * @max_segment: most bytes in a segment; 0: default of the DMA API
 * @max_xor: most sources of XOR
 * @max_pq: most sources of PQ
 * @max_burst: most words in a burst
 * @max_sg_burst: most segments without a break; 0: unlimited
 * @addr_widths: bit n: a word may have n bytes
 * @descriptors: descriptors in the pool of a channel
 * @residue: granularity of the residue
 * @no_terminate: has no device_terminate_all
 * @no_synchronize: has no device_synchronize
 * @no_pause: has neither device_pause nor device_resume
 * @no_release: has no device_release: the channels go with the driver, even
 *	if clients hold them
 * @repeat_only: INTERLEAVE only repeats until another descriptor replaces
 *	it
 * @any_direction: declares both directions for channels with one, and uses
 *	that one for all transfers
 * @shared_reset: terminating a channel resets the other channel of its
 *	peripheral
 * @noncoherent: is declared as not cache coherent
 * @below: the parent of the bound device does the DMA
 * @control: behaviour
 * @map_entries: slave map entries for the ports of its directory, or NULL
 */
struct sim_config {
	u32 index;
	u32 channels;
	u64 ops;
	u32 peripherals;
	u32 dma_mask;
	u32 copy_align;
	u32 fill_align;
	u32 xor_align;
	u32 pq_align;
	u32 max_segment;
	u32 max_xor;
	u32 max_pq;
	u32 max_burst;
	u32 max_sg_burst;
	u32 addr_widths;
	u32 descriptors;
	enum dma_residue_granularity residue;
	bool no_terminate;
	bool no_synchronize;
	bool no_pause;
	bool no_release;
	bool repeat_only;
	bool any_direction;
	bool shared_reset;
	bool noncoherent;
	bool below;
	struct sim_control *control;
	struct sim_map_entries *map_entries;
};

#endif /* DMA_SIM_CORE_CONFIG_H */
