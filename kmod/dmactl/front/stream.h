/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Streams: slave channels as files. Blocks of memory circulate between the
 * provider and the reader or writer, so that the next descriptor is submitted
 * before the program wakes up.
 *
 * A stream holds the memory of its channel, not the channel itself. The channel
 * can be destroyed, its device can go, and the session with it. Then @dead is
 * set, and the stream no longer uses the session. A stream has a file of its own
 * (streamfile.c), or belongs to the open file of a port's node (portfile.c).
 */
#ifndef DMACTL_STREAM_H
#define DMACTL_STREAM_H

#include <linux/dmactl.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "core/chan.h"
#include "core/leave.h"
#include "op/job.h"

struct dmactl_cmd;

struct dmactl_block {
	struct dmactl_job_user user;	/* owns the op of the block */
	struct list_head node;		/* stream->lock: on idle or under_way */
	struct dmactl_stream *stream;
	u64 off;			/* in stream->buf */
	u32 len;			/* bytes of data */
	u32 pos;			/* io: bytes read of these */
	u32 seen;			/* lock: bytes moved at the last poll */
	u32 confirmed;			/* lock: bytes seen by two polls */
	int status;			/* result of the transfer */
	bool ended;			/* stream->lock */
};

struct dmactl_stream {
	struct kref ref;		/* the open files together; the inode */
	atomic_t files;			/* open files; 0: the stream is being closed */
	struct dmactl_chan *chan;	/* referenced */
	struct dmactl_chan_user user;	/* owns the channel */
	struct dmactl_buf *buf;
	u32 block_len;
	u32 flags;			/* DMACTL_STREAM_PACKETS */
	u8 dir;				/* enum dma_transfer_direction */

	struct mutex io;		/* serializes readers and writers */
	struct dmactl_block *fill;	/* io: being filled, not submitted */
	u32 refused;			/* io: nr_under_way when a block was refused */
	u32 forgive;			/* io: errors to skip, already reported */

	wait_queue_head_t *wait;	/* own_wait, or that of the port's node */
	wait_queue_head_t own_wait;
	spinlock_t lock;		/* protects the lists; callbacks take it */
	struct list_head idle;		/* lock: free blocks */
	struct list_head under_way;	/* lock: submitted, oldest first */
	u32 nr_under_way;		/* lock; read without: of these, not ended */
	int error;			/* lock: of a write; not yet reported */
	int dead;			/* lock; read without */

	struct dmactl_leave leave;
	struct delayed_work residue_poll;	/* asks about the oldest block */
	unsigned long poll_after;	/* lock: interval of the poll, in jiffies */
	unsigned long wanted;		/* jiffies of the last read or poll */

	u32 nr_blocks;
	struct dmactl_block blocks[];
};

static inline bool dmactl_stream_is_dead(const struct dmactl_stream *st)
{
	return READ_ONCE(st->dead);
}

/* stream.c */
int dmactl_ioctl_stream_open(struct dmactl_cmd *cmd);
struct dmactl_stream *dmactl_stream_begin(struct dmactl_chan *chan,
					  u32 direction,
					  wait_queue_head_t *wait);
void dmactl_stream_end(struct dmactl_stream *st);
void dmactl_stream_get(struct dmactl_stream *st);
void dmactl_stream_put(struct dmactl_stream *st);
struct dmactl_block *dmactl_stream_first(struct dmactl_stream *st,
					 struct list_head *list);
int dmactl_stream_submit(struct dmactl_stream *st, struct dmactl_block *block);
void dmactl_stream_refill(struct dmactl_stream *st);
void dmactl_stream_return(struct dmactl_stream *st, struct dmactl_block *block);
struct dmactl_block *dmactl_stream_arrived(struct dmactl_stream *st);
int dmactl_stream_take_error(struct dmactl_stream *st);
struct dmactl_block *dmactl_stream_claim(struct dmactl_stream *st);

/* streamresidue.c */
struct dmactl_block *dmactl_stream_confirmed(struct dmactl_stream *st, u32 *end);
void dmactl_stream_poll_residue(struct dmactl_stream *st);
void dmactl_stream_residue_reset(struct dmactl_block *block);
void dmactl_stream_residue_init(struct dmactl_stream *st);

/* streamio.c */
bool dmactl_stream_nowait(const struct kiocb *iocb);
ssize_t dmactl_stream_read(struct dmactl_stream *st, struct iov_iter *iter,
			   bool nowait);
ssize_t dmactl_stream_write(struct dmactl_stream *st, struct iov_iter *iter,
			    bool nowait);
int dmactl_stream_flush(struct dmactl_stream *st);
int dmactl_stream_readable_bytes(struct dmactl_stream *st);
__poll_t dmactl_stream_events(struct dmactl_stream *st);
void dmactl_stream_drain(struct dmactl_stream *st);

/* streamfile.c */
struct file *dmactl_stream_file_new(struct dmactl_stream *st, u32 flags);

#endif /* DMACTL_STREAM_H */
