/* SPDX-License-Identifier: GPL-2.0-only */
/* The opcodes, and the functions that implement one. */
#ifndef DMACTL_OP_H
#define DMACTL_OP_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_op;
struct dmactl_job;

/* What one descriptor does. */
struct dmactl_piece {
	u64 len;			/* bytes of the op that it completes */
	u32 nr;				/* list entries or frames; up to the opcode */
	u32 entries;			/* most entries that the provider allocates */
	enum sum_check_flags *check;	/* where the provider stores a check's result */
};

/*
 * An opcode. prep(), advance() and shrink() are called with prep_lock held or,
 * for PREPARE, with rwsem held for writing. rewind() is called with rwsem held
 * for writing, or by the only user of a prepared op.
 */
struct dmactl_op_type {
	/*
	 * Checks the op and fills the job. On failure the job may hold buffers
	 * and memory; dmactl_job_clear() frees them.
	 */
	int (*validate)(struct dmactl_chan *chan, const struct dmactl_op *op,
			struct dmactl_job *job);
	/*
	 * Prepares the next descriptor and fills @piece. Returns NULL if the
	 * provider has none now.
	 */
	struct dma_async_tx_descriptor *
	(*prep)(struct dmactl_chan *chan, struct dmactl_job *job,
		struct dmactl_piece *piece, unsigned long flags);
	/* Returns the entries that the next descriptor counts as. NULL: 1. */
	u32 (*entries)(const struct dmactl_job *job);
	/* The provider has taken the descriptor. */
	void (*advance)(struct dmactl_job *job, const struct dmactl_piece *piece);
	/* Starts over after all was prepared. */
	void (*rewind)(struct dmactl_job *job);
	/*
	 * Does one descriptor do all of the op? Called before the first prep;
	 * the answer holds until shrink(). NULL: no.
	 */
	bool (*is_whole)(const struct dmactl_job *job);
	/* Makes descriptors smaller: the provider refused one while idle. */
	void (*shrink)(struct dmactl_chan *chan, struct dmactl_job *job);
	u64 caps;			/* that the channel must have */
	u16 flags;			/* that the opcode allows */
};

/* Defined in op/ and queue/prepared.c. */
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

#endif /* DMACTL_OP_H */
