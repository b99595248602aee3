// SPDX-License-Identifier: GPL-2.0-only
/*
 * A slave channel as a file. Blocks of memory go round: with the provider,
 * with the reader or writer, and back, so that the next descriptor is there
 * before the program has woken up.
 *
 * A stream holds its channel's memory, not the channel: that can be destroyed,
 * or its device can go, and the session with it. From then on @dead says so,
 * and nothing of the session is touched.
 */

#include <linux/dmaengine.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "core.h"
#include "trace.h"

#define DMACTL_STREAM_BLOCK	SZ_64K
#define DMACTL_STREAM_BLOCKS	4
#define DMACTL_STREAM_MAX	1024

struct dmactl_block {
	struct list_head node;		/* stream->lock: one of the lists */
	struct dmactl_stream *stream;
	u64 off;			/* in stream->buf */
	u32 len;			/* bytes in it */
	u32 pos;			/* of them read */
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

	u32 nr_blocks;
	struct dmactl_block blocks[];
};

static void dmactl_stream_free(struct kref *ref)
{
	struct dmactl_stream *st = container_of(ref, struct dmactl_stream,
						ref);

	dmactl_buf_internal_free(st->buf);
	dmactl_chan_put(st->chan);
	mutex_destroy(&st->io);
	kfree(st);
}

void dmactl_stream_get(struct dmactl_stream *st)
{
	kref_get(&st->ref);
}

void dmactl_stream_put(struct dmactl_stream *st)
{
	kref_put(&st->ref, dmactl_stream_free);
}

/* The op of a block has ended, and its memory is the CPU's again. */
void dmactl_stream_ended(struct dmactl_tx *tx)
{
	struct dmactl_block *block = tx->block;
	struct dmactl_stream *st = block->stream;

	scoped_guard(dmactl_bh, &st->lock) {
		block->status = tx->status;
		block->ended = true;
		st->nr_under_way--;
		if (st->dir == DMA_MEM_TO_DEV) {
			if (!st->error)
				st->error = tx->status;
			list_move_tail(&block->node, &st->idle);
		} else {
			block->len = tx->bytes;
			block->pos = 0;
		}
	}
	wake_up_interruptible_poll(&st->wait, EPOLLIN | EPOLLRDNORM |
				   EPOLLOUT | EPOLLWRNORM);
}

/* The channel is going; what is under way is about to end. */
void dmactl_stream_kill(struct dmactl_stream *st)
{
	scoped_guard(dmactl_bh, &st->lock)
		WRITE_ONCE(st->dead, -ENODEV);
	wake_up_interruptible_all(&st->wait);
}

/* Fills the op of a block. The channel is not dead. */
static int dmactl_stream_op(struct dmactl_stream *st,
			    struct dmactl_block *block, struct dmactl_tx *tx)
{
	struct dmactl_span span = {
		.buf = st->buf,
		.map = dmactl_map_find(st->buf, st->chan->dev),
		.off = block->off,
		.len = block->len,
	};

	lockdep_assert_held(&st->chan->rwsem);
	if (!span.map)
		return -ENODEV;
	tx->block = block;
	tx->ops = &dmactl_op_slave_single;
	tx->opcode = DMACTL_OP_SLAVE_SINGLE;
	tx->align = 1;
	tx->dir = st->dir;
	tx->len = block->len;
	/* The stream's own use of the buffer keeps it above zero. */
	refcount_inc(&st->buf->obj.users);
	if (st->dir == DMA_DEV_TO_MEM) {
		tx->dst[0] = span;
		tx->nr_dst = 1;
	} else {
		tx->src[0] = span;
		tx->nr_src = 1;
	}
	return dmactl_slave_single_list(st->chan, tx);
}

static void dmactl_stream_enter(struct dmactl_stream *st,
				struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	block->ended = false;
	st->nr_under_way++;
	list_move_tail(&block->node, &st->under_way);
}

static void dmactl_stream_leave(struct dmactl_stream *st,
				struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	st->nr_under_way--;
	list_move(&block->node, &st->idle);
}

/* Hands a block over. -EAGAIN: the provider takes no more now. */
static int dmactl_stream_submit_locked(struct dmactl_stream *st,
				       struct dmactl_block *block)
{
	struct dmactl_tx *tx;
	int ret;

	if (st->chan->dead)
		return -ENODEV;
	tx = dmactl_tx_get(st->chan);
	if (!tx)
		return -EAGAIN;
	ret = dmactl_stream_op(st, block, tx);
	if (!ret) {
		/* Before the op: it may end before accept returns. */
		dmactl_stream_enter(st, block);
		ret = dmactl_accept(st->chan, tx, false);
		if (!ret) {
			dmactl_chan_issue(st->chan);
			return 0;
		}
		dmactl_stream_leave(st, block);
	}
	dmactl_tx_put(tx);
	return ret;
}

static int dmactl_stream_submit(struct dmactl_stream *st,
				struct dmactl_block *block)
{
	guard(rwsem_read)(&st->chan->rwsem);
	return dmactl_stream_submit_locked(st, block);
}

static struct dmactl_block *dmactl_stream_first(struct dmactl_stream *st,
						struct list_head *list)
{
	guard(dmactl_bh)(&st->lock);
	return list_first_entry_or_null(list, struct dmactl_block, node);
}

/* Keeps the provider busy, as far as it takes blocks. */
static void dmactl_stream_refill(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	lockdep_assert_held(&st->io);
	while ((block = dmactl_stream_first(st, &st->idle))) {
		block->len = st->block_len;
		if (dmactl_stream_submit(st, block))
			return;
	}
}

/* The oldest block, if its transfer has ended. */
static struct dmactl_block *dmactl_stream_arrived(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	guard(dmactl_bh)(&st->lock);
	block = list_first_entry_or_null(&st->under_way, struct dmactl_block,
					 node);
	return block && block->ended ? block : NULL;
}

static bool dmactl_stream_readable(struct dmactl_stream *st)
{
	return READ_ONCE(st->dead) || dmactl_stream_arrived(st);
}

static bool dmactl_stream_writable(struct dmactl_stream *st)
{
	return READ_ONCE(st->dead) || dmactl_stream_first(st, &st->idle);
}

static void dmactl_stream_return(struct dmactl_stream *st,
				 struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	list_move_tail(&block->node, &st->idle);
}

/* Copies between pages of the stream and the program. */
static size_t dmactl_stream_copy(struct dmactl_stream *st, u64 off, size_t len,
				 struct iov_iter *iter, bool in)
{
	size_t done = 0;

	while (done < len) {
		struct page *page = st->buf->pages[(off + done) >> PAGE_SHIFT];
		size_t at = offset_in_page(off + done);
		size_t want = min_t(size_t, len - done, PAGE_SIZE - at);
		size_t got;

		if (in)
			got = copy_page_from_iter(page, at, want, iter);
		else
			got = copy_page_to_iter(page, at, want, iter);
		done += got;
		if (got < want)
			break;
	}
	return done;
}

/*
 * Takes what it can from one block. 1: go on, 0: enough. An error is
 * reported by itself, behind the bytes that came before it.
 */
static int dmactl_stream_take(struct dmactl_stream *st,
			      struct dmactl_block *block, struct iov_iter *iter,
			      ssize_t *done)
{
	size_t want = min_t(size_t, block->len - block->pos,
			    iov_iter_count(iter));
	size_t got = dmactl_stream_copy(st, block->off + block->pos, want,
					iter, false);
	int status = block->status;
	bool packet;

	*done += got;
	block->pos += got;
	if (got < want)
		return *done ? 0 : -EFAULT;
	if (block->pos < block->len || (status && *done))
		return 0;
	packet = block->len && (st->flags & DMACTL_STREAM_PACKETS);
	dmactl_stream_return(st, block);
	if (!status) {
		st->forgive = 0;
		return !packet;
	}
	if (READ_ONCE(st->dead))
		return st->dead;
	/* One TERMINATE ends them all, and is told once. */
	if (st->forgive) {
		st->forgive--;
		return 1;
	}
	if (status == -ECANCELED)
		st->forgive = st->nr_blocks - 1;
	return status;
}

/* Everything that is there; -EAGAIN if there is nothing. */
static ssize_t dmactl_stream_read_some(struct dmactl_stream *st,
				       struct iov_iter *iter)
{
	struct dmactl_block *block;
	ssize_t done = 0;
	int ret = 1;

	lockdep_assert_held(&st->io);
	while (ret > 0 && iov_iter_count(iter)) {
		block = dmactl_stream_arrived(st);
		if (!block)
			break;
		ret = dmactl_stream_take(st, block, iter, &done);
		dmactl_stream_refill(st);
	}
	if (done)
		return done;
	if (ret < 0)
		return ret;
	return READ_ONCE(st->dead) ? st->dead : -EAGAIN;
}

static bool dmactl_stream_nowait(const struct kiocb *iocb)
{
	return (iocb->ki_flags & IOCB_NOWAIT) ||
	       (iocb->ki_filp->f_flags & O_NONBLOCK);
}

static int dmactl_stream_lock(struct dmactl_stream *st, bool nowait)
{
	if (nowait)
		return mutex_trylock(&st->io) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&st->io) ? -ERESTARTSYS : 0;
}

static ssize_t dmactl_stream_read_iter(struct kiocb *iocb,
				       struct iov_iter *iter)
{
	struct dmactl_stream *st = iocb->ki_filp->private_data;
	bool nowait = dmactl_stream_nowait(iocb);
	ssize_t ret;

	if (st->dir != DMA_DEV_TO_MEM)
		return -EBADF;
	if (!iov_iter_count(iter))
		return 0;
	for (;;) {
		ret = dmactl_stream_lock(st, nowait);
		if (ret)
			return ret;
		dmactl_stream_refill(st);
		ret = dmactl_stream_read_some(st, iter);
		mutex_unlock(&st->io);
		if (ret != -EAGAIN || nowait)
			return ret;
		if (wait_event_interruptible(st->wait,
					     dmactl_stream_readable(st)))
			return -ERESTARTSYS;
	}
}

static int dmactl_stream_take_error(struct dmactl_stream *st)
{
	guard(dmactl_bh)(&st->lock);
	return st->dead ?: xchg(&st->error, 0);
}

/* Hands over what was written, if it is worth it or @all is asked for. */
static int dmactl_stream_push(struct dmactl_stream *st, bool all)
{
	struct dmactl_block *block = st->fill;
	u32 under_way;
	int ret;

	lockdep_assert_held(&st->io);
	if (!block || !block->len || (!all && block->len < st->block_len))
		return 0;
	under_way = READ_ONCE(st->nr_under_way);
	ret = dmactl_stream_submit(st, block);
	if (!ret)
		WRITE_ONCE(st->fill, NULL);
	WRITE_ONCE(st->refused, ret == -EAGAIN ? max(under_way, 1u) : 0);
	return ret;
}

/* The block to write into, or NULL: none is to be had now. */
static struct dmactl_block *dmactl_stream_fill(struct dmactl_stream *st)
{
	lockdep_assert_held(&st->io);
	if (st->fill)
		return st->fill;
	guard(dmactl_bh)(&st->lock);
	st->fill = list_first_entry_or_null(&st->idle, struct dmactl_block,
					    node);
	if (st->fill) {
		list_del_init(&st->fill->node);
		st->fill->len = 0;
	}
	return st->fill;
}

/* Takes as much as there is room for; -EAGAIN if there is none. */
static ssize_t dmactl_stream_write_some(struct dmactl_stream *st,
					struct iov_iter *iter)
{
	struct dmactl_block *block;
	size_t want, got;
	ssize_t done = 0;
	int ret;

	lockdep_assert_held(&st->io);
	ret = dmactl_stream_take_error(st);
	while (!ret && iov_iter_count(iter)) {
		ret = dmactl_stream_push(st, false);
		if (ret)
			break;
		block = dmactl_stream_fill(st);
		if (!block) {
			ret = -EAGAIN;
			break;
		}
		want = min_t(size_t, st->block_len - block->len,
			     iov_iter_count(iter));
		got = dmactl_stream_copy(st, block->off + block->len, want,
					 iter, true);
		block->len += got;
		done += got;
		if (got < want)
			ret = -EFAULT;
	}
	return done ? done : ret;
}

/*
 * Until there is room again. A block that the provider refused goes when
 * another comes back; it may also find descriptors elsewhere.
 */
static int dmactl_stream_wait_room(struct dmactl_stream *st)
{
	u32 refused = READ_ONCE(st->refused);
	int ret;

	if (!refused)
		return wait_event_interruptible(st->wait,
						dmactl_stream_writable(st));
	ret = wait_event_interruptible_timeout(st->wait, READ_ONCE(st->dead) ||
					       READ_ONCE(st->nr_under_way) <
					       refused, HZ / 50 + 1);
	return min(ret, 0);
}

static ssize_t dmactl_stream_write_once(struct dmactl_stream *st,
					struct iov_iter *iter, bool nowait)
{
	ssize_t ret;

	ret = dmactl_stream_lock(st, nowait);
	if (ret)
		return ret;
	ret = dmactl_stream_write_some(st, iter);
	/* What does not go now goes with the next call, fsync or close. */
	if (ret > 0)
		dmactl_stream_push(st, true);
	mutex_unlock(&st->io);
	return ret;
}

static ssize_t dmactl_stream_write_iter(struct kiocb *iocb,
					struct iov_iter *iter)
{
	struct dmactl_stream *st = iocb->ki_filp->private_data;
	bool nowait = dmactl_stream_nowait(iocb);
	ssize_t done = 0;
	ssize_t ret;

	if (st->dir != DMA_MEM_TO_DEV)
		return -EBADF;
	while (iov_iter_count(iter)) {
		ret = dmactl_stream_write_once(st, iter, nowait);
		if (ret > 0)
			done += ret;
		else if (ret != -EAGAIN || nowait)
			return done ? done : ret;
		if (!iov_iter_count(iter) || nowait)
			break;
		if (dmactl_stream_wait_room(st))
			return done ? done : -ERESTARTSYS;
	}
	return done;
}

/* Has all that was written left, or will it never? Pushes what did not. */
static bool dmactl_stream_drained(struct dmactl_stream *st)
{
	bool left;

	if (READ_ONCE(st->dead))
		return true;
	if (!READ_ONCE(st->fill))
		return !READ_ONCE(st->nr_under_way);
	mutex_lock(&st->io);
	left = dmactl_stream_push(st, true) == -EAGAIN;
	mutex_unlock(&st->io);
	return !left && !READ_ONCE(st->nr_under_way);
}

static int dmactl_stream_fsync(struct file *file, loff_t from, loff_t to,
			       int datasync)
{
	struct dmactl_stream *st = file->private_data;
	int ret;

	if (st->dir != DMA_MEM_TO_DEV)
		return -EINVAL;
	do {
		/* In steps: what waits for the provider has to be pushed. */
		ret = wait_event_interruptible_timeout(st->wait,
						       READ_ONCE(st->dead) ||
						       !READ_ONCE(st->nr_under_way),
						       HZ / 10);
		if (ret < 0)
			return -EINTR;
	} while (!dmactl_stream_drained(st));
	return dmactl_stream_take_error(st);
}

static __poll_t dmactl_stream_poll(struct file *file,
				   struct poll_table_struct *wait)
{
	struct dmactl_stream *st = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &st->wait, wait);
	/* Pairs with the barrier in wake_up(); see dmactl_poll(). */
	smp_mb();
	if (READ_ONCE(st->dead))
		events |= EPOLLERR | EPOLLHUP;
	if (st->dir == DMA_DEV_TO_MEM && dmactl_stream_readable(st))
		events |= EPOLLIN | EPOLLRDNORM;
	if (st->dir == DMA_MEM_TO_DEV && dmactl_stream_writable(st))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

/* What was written goes out, unless the peripheral has stopped taking it. */
static void dmactl_stream_drain(struct dmactl_stream *st)
{
	unsigned long end = jiffies + msecs_to_jiffies(dmactl_stop_timeout_ms);

	while (!dmactl_stream_drained(st) && time_before(jiffies, end))
		wait_event_timeout(st->wait, READ_ONCE(st->dead) ||
				   !READ_ONCE(st->nr_under_way), HZ / 10);
}

static int dmactl_stream_release(struct inode *inode, struct file *file)
{
	struct dmactl_stream *st = file->private_data;

	if (!atomic_dec_and_test(&st->files))
		return 0;
	if (st->dir == DMA_MEM_TO_DEV)
		dmactl_stream_drain(st);
	dmactl_chan_detach_stream(st->chan);
	dmactl_stream_put(st);
	/* The file still holds the mount. */
	dmactl_stream_file_closed();
	return 0;
}

static void dmactl_stream_set_file(struct dmactl_stream *st, struct file *file)
{
	file->private_data = st;
	stream_open(file_inode(file), file);
	file->f_mode |= FMODE_NOWAIT;
}

/* By its path in /proc. Some programs open for reading what they only write. */
static int dmactl_stream_open_path(struct inode *inode, struct file *file)
{
	struct dmactl_stream *st = inode->i_private;
	fmode_t needed = st->dir == DMA_DEV_TO_MEM ? FMODE_READ : FMODE_WRITE;

	if (!(file->f_mode & needed))
		return -EACCES;
	/* A path can be held for longer than the stream is there. */
	if (!atomic_inc_not_zero(&st->files))
		return -ENODEV;
	dmactl_stream_set_file(st, file);
	return 0;
}

static const struct file_operations dmactl_stream_fops = {
	.owner = THIS_MODULE,
	.open = dmactl_stream_open_path,
	.release = dmactl_stream_release,
	.read_iter = dmactl_stream_read_iter,
	.write_iter = dmactl_stream_write_iter,
	.poll = dmactl_stream_poll,
	.fsync = dmactl_stream_fsync,
};

static void dmactl_stream_init(struct dmactl_stream *st,
			       struct dmactl_chan *chan,
			       const struct dmactl_stream_open *arg)
{
	u32 i;

	kref_init(&st->ref);
	atomic_set(&st->files, 1);
	st->chan = chan;
	st->block_len = arg->out_block_len;
	st->nr_blocks = arg->out_nr_blocks;
	st->flags = arg->flags;
	st->dir = arg->direction == DMACTL_DIR_DEV_TO_MEM ? DMA_DEV_TO_MEM
							  : DMA_MEM_TO_DEV;
	mutex_init(&st->io);
	init_waitqueue_head(&st->wait);
	spin_lock_init(&st->lock);
	INIT_LIST_HEAD(&st->idle);
	INIT_LIST_HEAD(&st->under_way);
	for (i = 0; i < st->nr_blocks; i++) {
		st->blocks[i].stream = st;
		st->blocks[i].off = (u64)i * st->block_len;
		list_add_tail(&st->blocks[i].node, &st->idle);
	}
}

static struct dmactl_stream *
dmactl_stream_new(struct dmactl_chan *chan,
		  const struct dmactl_stream_open *arg)
{
	struct dmactl_stream *st;
	struct dmactl_map *map;
	int ret;

	st = kzalloc(struct_size(st, blocks, arg->out_nr_blocks),
		     GFP_KERNEL_ACCOUNT);
	if (!st)
		return ERR_PTR(-ENOMEM);
	dmactl_stream_init(st, chan, arg);
	st->buf = dmactl_buf_internal(chan, (u64)st->nr_blocks *
				      st->block_len);
	ret = PTR_ERR_OR_ZERO(st->buf);
	if (ret)
		goto err_free;
	/* Now, while no lock of the channel is held. */
	map = dmactl_map_get(st->buf, chan->dev);
	ret = PTR_ERR_OR_ZERO(map);
	if (ret)
		goto err_buf;
	kref_get(&chan->obj.ref);
	return st;

err_buf:
	dmactl_buf_internal_free(st->buf);
err_free:
	mutex_destroy(&st->io);
	kfree(st);
	return ERR_PTR(ret);
}

static int dmactl_stream_measure(struct dmactl_chan *chan,
				 struct dmactl_stream_open *arg)
{
	u64 len = arg->block_len ?: DMACTL_STREAM_BLOCK;
	u32 nr = arg->nr_blocks ?: min_t(u32, DMACTL_STREAM_BLOCKS,
					 chan->depth);

	if (arg->reserved || nr < 2 || nr > DMACTL_STREAM_MAX ||
	    nr > chan->depth)
		return -EINVAL;
	if (arg->direction != DMACTL_DIR_MEM_TO_DEV &&
	    arg->direction != DMACTL_DIR_DEV_TO_MEM)
		return -EINVAL;
	if (len > S32_MAX - PAGE_SIZE ||
	    PAGE_ALIGN(len) * nr > dmactl_max_buffer_bytes)
		return -EDQUOT;
	arg->out_block_len = PAGE_ALIGN(len);
	arg->out_nr_blocks = nr;
	return 0;
}

/* The file owns the stream from here on. */
static struct file *dmactl_stream_file(struct dmactl_stream *st, u32 flags)
{
	int mode = st->dir == DMA_DEV_TO_MEM ? O_RDONLY : O_WRONLY;
	struct file *file;

	if (flags & DMACTL_STREAM_NONBLOCK)
		mode |= O_NONBLOCK;
	file = dmactl_stream_file_new(st, &dmactl_stream_fops, mode);
	if (!IS_ERR(file))
		dmactl_stream_set_file(st, file);
	return file;
}

static int dmactl_stream_start(struct dmactl_cmd *cmd, struct dmactl_chan *chan,
			       struct dmactl_stream *st, int fd)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct file *file;
	int ret;

	ret = dmactl_chan_attach_stream(chan, st);
	if (ret)
		goto err_put;
	file = dmactl_stream_file(st, arg->flags);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto err_detach;
	}
	arg->out_fd = fd;
	ret = dmactl_cmd_respond(cmd);
	if (ret) {
		/* Takes the stream along. */
		fput(file);
		return ret;
	}
	if (st->dir == DMA_DEV_TO_MEM) {
		mutex_lock(&st->io);
		dmactl_stream_refill(st);
		mutex_unlock(&st->io);
	}
	fd_install(fd, file);
	return 0;

err_detach:
	dmactl_chan_detach_stream(chan);
err_put:
	dmactl_stream_put(st);
	return ret;
}

static int dmactl_stream_open_chan(struct dmactl_cmd *cmd,
				   struct dmactl_chan *chan)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct dmactl_stream *st;
	int ret, fd;

	ret = dmactl_stream_measure(chan, arg);
	if (ret)
		return ret;
	if (!(chan->caps & DMACTL_CAP_SLAVE))
		return -EOPNOTSUPP;
	ret = dmactl_slave_allowed(chan, __ffs(arg->direction));
	if (ret)
		return ret;
	st = dmactl_stream_new(chan, arg);
	if (IS_ERR(st))
		return PTR_ERR(st);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		dmactl_stream_put(st);
		return fd;
	}
	ret = dmactl_stream_start(cmd, chan, st, fd);
	if (ret)
		put_unused_fd(fd);
	return ret;
}

int dmactl_ioctl_stream_open(struct dmactl_cmd *cmd)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct dmactl_chan *chan;
	int ret;

	chan = dmactl_chan_get(cmd->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_stream_open_chan(cmd, chan);
	dmactl_chan_put(chan);
	return ret;
}
