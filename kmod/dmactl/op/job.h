/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jobs: ops of a program, from the check to the completion, and their
 * descriptors.
 */
#ifndef DMACTL_JOB_H
#define DMACTL_JOB_H

#include <linux/bits.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/math.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "core/chan.h"

struct dmactl_buf;
struct dmactl_fence;
struct dmactl_map;
struct dmactl_metadata;
struct dmactl_op_type;
struct dmactl_periods;
struct dmactl_prepared;
struct io_uring_cmd;

/*
 * The most bytes in a descriptor. Providers count them in 32 bits, some signed.
 */
#define DMACTL_DESC_BYTES ((u64)INT_MAX & PAGE_MASK)

/* The most bytes that the callback of a single op syncs. */
#define DMACTL_SHORT_SYNC SZ_16K

/* A range of a buffer, as mapped for one device. */
struct dmactl_span {
	struct dmactl_buf *buf;
	struct dmactl_map *map;
	u64 off;
	u64 len;
	u8 coef;			/* coefficient of a source of PQ */
};

/* The position in a list of spans where the next descriptor begins. */
struct dmactl_cursor {
	u32 index;
	u64 pos;
};

/* What prep needs for the only descriptor of an op, settled beforehand. */
struct dmactl_whole {
	dma_addr_t dst;
	dma_addr_t src;
	u16 flags;			/* enum dma_ctrl_flags */
	u16 opcode;			/* of the op, if this one is prepared */
	u16 entries;			/* as in struct dmactl_desc, below DMACTL_DESC_IN_64S */
};

/* Calls that a tasklet handles later: see queue/late.c. */
struct dmactl_late {
	struct llist_node node;		/* chan->later.list */
	atomic_t state;	/* number and result of calls; 0: not on the list */
	u32 residue;			/* of the last call */
};

/*
 * A descriptor at the provider. It takes 64 bytes, because a channel has at
 * least one per op, and so that a callback touches one cache line.
 */
struct dmactl_desc {
	struct list_head node;		/* chan->lock: on job->descs or in chan->descs */
	struct dmactl_chan *chan;
	struct dmactl_job *job;		/* chan->lock: NULL while free */
	u32 len;			/* at most DMACTL_DESC_BYTES */
	enum sum_check_flags check;	/* the provider writes it */
	dma_cookie_t cookie;		/* 0: not submitted yet */
	bool repeats;			/* gets callbacks until it is stopped */
	bool doubtful;			/* chan->lock: see dmactl_desc_doubt() */
	u16 entries;			/* see dmactl_desc_entries() */
	struct dmactl_late late;
};

/*
 * The number of entries that a descriptor counts as, in 16 bits. Larger numbers
 * are stored in units of 64.
 */
#define DMACTL_DESC_IN_64S	BIT(15)

static inline u16 dmactl_desc_pack_entries(u32 nr)
{
	if (nr < DMACTL_DESC_IN_64S)
		return nr;
	return DMACTL_DESC_IN_64S | DIV_ROUND_UP(nr, 64);
}

static inline u32 dmactl_desc_entries(const struct dmactl_desc *desc)
{
	if (likely(desc->entries < DMACTL_DESC_IN_64S))
		return desc->entries;
	return (desc->entries - DMACTL_DESC_IN_64S) * 64;
}

/* The owner of an op that makes no completion. */
struct dmactl_job_user {
	/* The op has ended and is free again. Called from any context. */
	void (*ended)(struct dmactl_job_user *user, int status, u64 bytes);
};

/*
 * An op of a program. It belongs to the pool of its channel as long as the
 * channel exists, so a provider that calls back late finds valid memory.
 */
struct dmactl_job {
	/* Validation fills these fields. */
	const struct dmactl_op_type *ops;
	u32 align;			/* of addresses and lengths, in bytes */
	u32 max_len;			/* bytes in one descriptor */
	struct dmactl_span *dst;
	struct dmactl_span *src;
	struct dmactl_span inl[2];	/* dst and src of ops without a list */
	struct list_head descs;		/* chan->lock: all but the first, oldest first */

	/*
	 * From here to @whole is what bursts use, in few cache lines.
	 *
	 * On one list at a time: the list of the submitting call, then
	 * chan->queue (chan->lock), session->cq (cq_lock), and chan->pool
	 * (chan->lock).
	 */
	struct list_head node;
	struct dmactl_chan *chan;
	struct dmactl_desc own;		/* the first descriptor, on no list */
	u16 opcode;
	u16 flags;
	u16 value;
	bool run;			/* belongs to a prepared op, not to the pool */
	u32 seq;
	u64 user_data;
	u64 len;
	u64 count;			/* periods; 1 for ops that do not repeat */
	u64 timestamp_ns;

	/* An op starts with zeroes from here on: see dmactl_job_reset(). */
	s32 status;			/* chan->lock: first error */
	u32 check;			/* chan->lock: flags of the completion */
	u8 dir;				/* enum dma_transfer_direction */
	bool uring;			/* ends with a CQE, not with a completion */
	bool leaving;			/* chan->lock: see dmactl_uring_reap_chan() */
	bool preparing;			/* chan->lock: descriptors are being added */
	bool begun;			/* chan->lock: has or had a descriptor */
	bool all;			/* chan->lock: has all of its descriptors */
	bool reusable;			/* its descriptors stay at the provider */
	bool has_resv;			/* a buffer has a reservation object */
	bool plain;			/* see dmactl_job_is_plain() */
	bool no_sync;			/* needs no syncs */
	bool endless;			/* counted in chan->nr_endless */
	bool refilled;			/* goes round in many descriptors: see queue/refill.c */
	u64 bytes;			/* chan->lock: bytes moved, as reported */
	struct dmactl_prepared *prepared_by;
	struct dmactl_job_user *user;	/* makes no completion: a stream's op */
	/* The fast path clears up to here: see dmactl_job_reset_whole(). */
	/* chan->lock: bytes that have descriptors; if refilled: in flight */
	u64 prepared;
	union {
		struct {
			struct dmactl_cursor at_dst;	/* chan->prep_lock */
			struct dmactl_cursor at_src;	/* chan->prep_lock */
		};
		struct dmactl_whole whole;	/* see queue/burst.c */
	};

	u32 nr_dst;
	u32 nr_src;
	struct dmactl_span *spans;	/* allocated for ops with a list */
	void *priv;			/* data of the opcode, freed with the op */
	size_t charged;			/* bytes charged for the op's memory */
	struct dmactl_metadata *metadata;
	struct dmactl_periods *periods;
	struct dmactl_fence *done_fence;	/* the op has not left it, or NULL */
	struct io_uring_cmd *cmd;	/* the exchange for NULL makes the CQE */
};

/* Returns the oldest descriptor of an op at the provider, or NULL. */
static inline struct dmactl_desc *dmactl_job_oldest(struct dmactl_job *job)
{
	if (job->own.job)
		return &job->own;
	return list_first_entry_or_null(&job->descs, struct dmactl_desc, node);
}

/* The op no longer keeps the ops behind it from ending by themselves. */
static inline void dmactl_job_drop_endless(struct dmactl_job *job)
{
	if (likely(!job->endless))
		return;
	job->endless = false;
	atomic_dec(&job->chan->nr_endless);
}

/* Only the first failure counts. */
static inline void dmactl_job_fail(struct dmactl_job *job, int status)
{
	if (!job->status)
		job->status = status;
}

/* A completion for several periods reports the last failure. */
static inline void dmactl_job_fail_again(struct dmactl_job *job, int status)
{
	if (status)
		job->status = status;
}

/* Adds bits of enum sum_check_flags or DMACTL_COMP_*, which do not overlap. */
static inline void dmactl_job_add_check(struct dmactl_job *job, u32 check)
{
	job->check |= check;
}

static inline void dmactl_job_set_bytes(struct dmactl_job *job, u64 bytes)
{
	job->bytes = bytes;
}

static inline void dmactl_job_set_count(struct dmactl_job *job, u64 count)
{
	job->count = count;
}

static inline void dmactl_job_stamp(struct dmactl_job *job, u64 ns)
{
	job->timestamp_ns = ns;
}

/* Sets the number of bytes that have descriptors. */
static inline void dmactl_job_set_prepared(struct dmactl_job *job, u64 prepared)
{
	job->prepared = prepared;
	job->all = prepared == job->len;
}

/* Takes back a descriptor of @len bytes that the provider did not accept. */
static inline void dmactl_job_unprepare(struct dmactl_job *job, u64 len)
{
	job->prepared -= len;
	job->all = false;
}

static inline void dmactl_job_set_preparing(struct dmactl_job *job, bool preparing)
{
	job->preparing = preparing;
}

/* Its descriptors are prepared once, with DMA_CTRL_REUSE. */
static inline void dmactl_job_set_reusable(struct dmactl_job *job)
{
	job->reusable = true;
}

/* @ops prepares one descriptor after the other, without an end. */
static inline void dmactl_job_set_refilled(struct dmactl_job *job,
					   const struct dmactl_op_type *ops)
{
	job->refilled = true;
	job->ops = ops;
}

static inline void dmactl_job_set_max_len(struct dmactl_job *job, u32 max_len)
{
	job->max_len = max_len;
}

/*
 * Sets the data of the opcode, from dmactl_job_alloc_mem(). It is freed with
 * the op.
 */
static inline void dmactl_job_set_priv(struct dmactl_job *job, void *priv)
{
	job->priv = priv;
}

/* Reuses the job of a prepared op. */
static inline void dmactl_job_reuse(struct dmactl_job *job, u64 user_data)
{
	job->status = 0;
	job->bytes = 0;
	job->user_data = user_data;
}

/*
 * Begins an op from the pool that one descriptor does. A job in the pool
 * describes nothing (see dmactl_job_release_mem()) and has left its fence, so
 * this is what is left of dmactl_job_reset() apart from the spans.
 */
static __always_inline void dmactl_job_reset_whole(struct dmactl_job *job)
{
	const size_t from = offsetof(struct dmactl_job, status);

	memset((u8 *)job + from, 0, offsetof(struct dmactl_job, prepared) - from);
	job->count = 1;
}

/* Those who look up the addresses store them. */
static inline void dmactl_job_begin_whole(struct dmactl_job *job, u16 opcode,
					  u16 flags, u16 entries)
{
	job->whole.opcode = opcode;
	job->whole.flags = flags;
	job->whole.entries = entries;
}

/* The addresses are added by those who look them up. */
static inline struct dmactl_whole dmactl_whole_init(u16 opcode, u16 flags,
						    u16 entries)
{
	return (struct dmactl_whole){
		.opcode = opcode, .flags = flags, .entries = entries,
	};
}

static inline void dmactl_job_set_whole(struct dmactl_job *job,
					const struct dmactl_whole *whole)
{
	job->whole = *whole;
}

static inline void dmactl_job_set_syncs(struct dmactl_job *job)
{
	job->no_sync = false;
}

/* The op did not start: its destination is not handed to the CPU. */
static inline void dmactl_job_leave_dst(struct dmactl_job *job)
{
	job->flags |= DMACTL_OPF_NO_SYNC_DST;
}

/* Fills a job for an op without flags, which one descriptor does. */
static inline void dmactl_job_fill_whole(struct dmactl_job *job,
					 const struct dmactl_op *op)
{
	job->opcode = op->opcode;
	job->flags = 0;
	job->value = op->value;
	job->user_data = op->user_data;
	job->len = op->len;
	job->no_sync = true;
	job->plain = true;
	dmactl_job_set_prepared(job, op->len);
}

static inline void dmactl_desc_init(struct dmactl_desc *desc,
				    struct dmactl_chan *chan)
{
	desc->chan = chan;
}

void dmactl_job_init(struct dmactl_job *job, struct dmactl_chan *chan);
void dmactl_job_reset(struct dmactl_job *job);
int dmactl_job_fill(struct dmactl_chan *chan, const struct dmactl_op_type *ops,
		    const struct dmactl_op *op, struct dmactl_job *job);
int dmactl_job_charge(struct dmactl_job *job, size_t bytes);
void *dmactl_job_alloc_mem(struct dmactl_job *job, size_t bytes);
void dmactl_job_free_mem(struct dmactl_job *job, void *p, size_t bytes);
void dmactl_job_init_run(struct dmactl_job *run, struct dmactl_chan *chan,
			 const struct dmactl_op_type *ops, u16 opcode);
void dmactl_job_set_run(struct dmactl_job *run, const struct dmactl_job *job);
void dmactl_job_borrow(struct dmactl_job *job, const struct dmactl_job *from);
void dmactl_job_fill_own(struct dmactl_job *job, const struct dmactl_op_type *ops,
			 u16 opcode, u8 dir, u64 len);
bool dmactl_job_sync_is_short(const struct dmactl_job *job);
void dmactl_job_release_mem(struct dmactl_job *job);
void dmactl_job_quarantine_mem(struct dmactl_job *job);

#endif /* DMACTL_JOB_H */
