/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: descriptors, and the lists of a channel. */
#ifndef DMA_SIM_CORE_DESC_H
#define DMA_SIM_CORE_DESC_H

#include <linux/dmaengine.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/types.h>

#include "core/config.h"
#include "core/op.h"
#include "core/segment.h"

#define SIM_METADATA		64	/* bytes of metadata in a descriptor */
#define SIM_COMMAND		8	/* bytes of a command to a peripheral */

struct sim_chan;

/* The list that a descriptor is on, see &struct sim_desc_lists. */
enum sim_desc_state {
	SIM_DESC_FREE,
	SIM_DESC_ALLOCATED,
	SIM_DESC_SUBMITTED,
	SIM_DESC_ISSUED,
	SIM_DESC_COMPLETED,
	SIM_DESC_CALLED,
};

struct sim_chunk {
	size_t len;
	size_t src_gap;
	size_t dst_gap;
};

/**
 * struct sim_desc - a descriptor
 * @tx: part of the dmaengine core
 * @node: on exactly one list of the channel
 * @op: type of operation
 * @len: bytes to move
 * @pos: bytes moved since the last repetition began
 * @segment_pos: bytes moved in complete segments
 * @stop: next stop: the end of the descriptor or of a period
 * @period: bytes between callbacks if it repeats, else 0
 * @ticks: callbacks of periods that are due
 * @at: next segment or chunk
 * @dir: direction of a slave transfer, else DMA_MEM_TO_MEM
 * @state: the list of @node
 * @result: result
 * @started: the engine has started it
 * @lost: it will not call back
 * @late: its cookie, if that completes only after the callback
 * @copy: source and destination of MEMCPY
 * @fill: destination and value of MEMSET, value of MEMSET_SG
 * @imm: destination and value of IMM_DATA
 * @frames: for INTERLEAVE: start and position of source and destination,
 *	bytes moved of the chunk, chunks in a frame, and the width of a word if
 *	an address stays constant
 * @raid: for XOR and PQ: destinations of P and Q and whether each is
 *	wanted, sources and coefficients, where the result of a check goes, and
 *	whether the destinations are part of the sum
 * @dev: position in the "mem" peripheral, and an incomplete command
 * @meta: metadata, and the buffer of the client
 * @chunks: chunks of a frame of INTERLEAVE, allocated, or NULL
 * @segments: segments of a scattered operation: @inline_segments,
 *	allocated, or NULL
 * @inline_segments: space for a few segments
 *
 * &sim_chan.lock protects all but @tx. Until a descriptor is submitted, the
 * client owns it, and only the prep function of its type writes to it. After
 * that descriptor.c writes @node, @state, @result and @late; engine.c writes
 * @started and @ticks; metadata.c writes @meta; and the step and rewind
 * functions of its type write @pos, @segment_pos, @at and the union.
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
	dma_cookie_t late;
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
		size_t capacity;
	} meta;
	struct sim_chunk *chunks;
	struct sim_segment *segments;
	struct sim_segment inline_segments[SIM_SEGMENTS_INLINE];
};

/**
 * struct sim_desc_lists - the descriptors of a channel
 * @free: pool
 * @allocated: prepared, not submitted
 * @submitted: submitted, not issued
 * @issued: issued; the engine works on the first
 * @completed: ended, callback to come
 * @called: ended, callback running
 * @pool: memory of all descriptors; &sim_controller.mutex protects the
 *	pointer
 * @failed: cookie of the last descriptor that failed
 * @epoch: number of terminations
 *
 * The lists have the names of virt-dma.h. descriptor.c writes all of it with
 * &sim_chan.lock held; misbehave.c reorders @issued.
 */
struct sim_desc_lists {
	struct list_head free;
	struct list_head allocated;
	struct list_head submitted;
	struct list_head issued;
	struct list_head completed;
	struct list_head called;
	struct sim_desc *pool;
	dma_cookie_t failed;
	unsigned int epoch;
};

static inline struct sim_desc *to_sim_desc(struct dma_async_tx_descriptor *tx)
{
	return container_of(tx, struct sim_desc, tx);
}

/* descriptor.c */
void sim_desc_init(struct sim_chan *sc);
int sim_pool_init(struct sim_chan *sc);
void sim_pool_free(struct sim_chan *sc);
struct sim_desc *sim_desc_get(struct sim_chan *sc, const struct sim_op *op,
			      size_t len, unsigned long flags);
void sim_desc_issue(struct sim_chan *sc);
void sim_desc_finish(struct sim_chan *sc, struct sim_desc *d,
		     enum dmaengine_tx_result result);
void sim_desc_abort_all(struct sim_chan *sc);
void sim_desc_retire(struct sim_chan *sc, struct sim_desc *d);
void sim_desc_called(struct sim_chan *sc, struct sim_desc *d);
void sim_desc_recycle(struct sim_chan *sc, struct sim_desc *d);
void sim_desc_rewind(struct sim_desc *d);
void sim_desc_drop_all(struct sim_chan *sc, bool keep);
enum dma_status sim_desc_status(struct dma_chan *chan, dma_cookie_t cookie,
				struct dma_tx_state *state);

/* metadata.c */
void sim_metadata_prepare(struct sim_chan *sc, struct sim_desc *d);
void sim_metadata_submit(struct sim_desc *d);
void sim_metadata_finish(struct sim_desc *d);
bool sim_metadata_lasts(const struct sim_desc *d);

#endif /* DMA_SIM_CORE_DESC_H */
