/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slave channel as a file. Blocks of memory go round: with the provider,
 * with the reader or writer, and back, so that the next descriptor is there
 * before the program has woken up.
 *
 * A stream holds its channel's memory, not the channel: that can be destroyed,
 * or its device can go, and the session with it. From then on @dead says so,
 * and nothing of the session is touched.
 */
#ifndef DMACTL_STREAM_H
#define DMACTL_STREAM_H

#include "core.h"

struct dmactl_block {
	struct list_head node;		/* stream->lock: one of the lists */
	struct dmactl_stream *stream;
	u64 off;			/* in stream->buf */
	u32 len;			/* bytes in it */
	u32 pos;			/* io: of them read */
	u32 seen;			/* lock: moved, when last looked at */
	u32 settled;			/* lock: that were there twice */
	int status;			/* how the transfer ended */
	bool ended;			/* stream->lock */
};

struct dmactl_stream {
	struct kref ref;		/* the files together; the inode */
	atomic_t files;			/* open; at 0 it is over */
	struct dmactl_chan *chan;	/* referenced */
	struct dmactl_buf *buf;
	u32 block_len;
	u32 flags;			/* DMACTL_STREAM_PACKETS */
	u8 dir;				/* enum dma_transfer_direction */

	struct mutex io;		/* one reader or writer at a time */
	struct dmactl_block *fill;	/* io: being written, not handed over */
	u32 refused;			/* io: blocks under way when it was */
	u32 forgive;			/* io: errors that are no news */

	wait_queue_head_t wait;
	spinlock_t lock;		/* the lists; callbacks take it */
	struct list_head idle;		/* lock: with nobody */
	struct list_head under_way;	/* lock: oldest first, ended or not */
	u32 nr_under_way;		/* lock: not ended; read without */
	int error;			/* lock: of a write, not yet reported */
	int dead;			/* lock; read without */

	struct delayed_work watch;	/* looks at the oldest block */
	unsigned long watch_after;	/* lock: jiffies */
	unsigned long wanted;		/* when somebody last asked, jiffies */

	u32 nr_blocks;
	struct dmactl_block blocks[];
};

static inline bool dmactl_stream_is_dead(const struct dmactl_stream *st)
{
	return READ_ONCE(st->dead);
}

/* stream.c */
struct dmactl_block *dmactl_stream_first(struct dmactl_stream *st,
					 struct list_head *list);
int dmactl_stream_submit(struct dmactl_stream *st, struct dmactl_block *block);
void dmactl_stream_refill(struct dmactl_stream *st);
void dmactl_stream_return(struct dmactl_stream *st, struct dmactl_block *block);
struct dmactl_block *dmactl_stream_arrived(struct dmactl_stream *st);
struct dmactl_block *dmactl_stream_settled(struct dmactl_stream *st, u32 *end);
void dmactl_stream_watch(struct dmactl_stream *st);

/* streamio.c */
ssize_t dmactl_stream_read_iter(struct kiocb *iocb, struct iov_iter *iter);
ssize_t dmactl_stream_write_iter(struct kiocb *iocb, struct iov_iter *iter);
int dmactl_stream_fsync(struct file *file, loff_t from, loff_t to,
			int datasync);
__poll_t dmactl_stream_poll(struct file *file, struct poll_table_struct *wait);
void dmactl_stream_drain(struct dmactl_stream *st);

/* streamfile.c */
struct file *dmactl_stream_file_new(struct dmactl_stream *st, u32 flags);

#endif /* DMACTL_STREAM_H */
