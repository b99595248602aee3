// SPDX-License-Identifier: GPL-2.0-only
/* Streams: read, written and waited for. */

#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/uio.h>

#include "stream.h"

static bool dmactl_stream_readable(struct dmactl_stream *st)
{
	u32 end;

	return dmactl_stream_is_dead(st) || dmactl_stream_arrived(st) ||
	       dmactl_stream_settled(st, &end);
}

static bool dmactl_stream_writable(struct dmactl_stream *st)
{
	return dmactl_stream_is_dead(st) || dmactl_stream_first(st, &st->idle);
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
	size_t left = block->len > block->pos ? block->len - block->pos : 0;
	size_t want = min(left, iov_iter_count(iter));
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
	if (dmactl_stream_is_dead(st))
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

/* From a block that is still being filled. */
static ssize_t dmactl_stream_take_settled(struct dmactl_stream *st,
					  struct iov_iter *iter)
{
	struct dmactl_block *block;
	struct dmactl_map *map;
	size_t want, got;
	u32 end;

	block = dmactl_stream_settled(st, &end);
	if (!block)
		return 0;
	want = min_t(size_t, end - block->pos, iov_iter_count(iter));
	/* The mapping stays while the channel is not dead. */
	scoped_guard(rwsem_read, &st->chan->rwsem) {
		map = st->chan->dead ? NULL : dmactl_map_find(st->buf,
							      st->chan->dev);
		if (!map)
			return 0;
		dmactl_map_sync(map, block->off + block->pos, want,
				DMA_FROM_DEVICE, true);
	}
	got = dmactl_stream_copy(st, block->off + block->pos, want, iter,
				 false);
	WRITE_ONCE(block->pos, block->pos + got);
	return got || !want ? got : -EFAULT;
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
	if (!done && ret > 0)
		done = dmactl_stream_take_settled(st, iter);
	if (done)
		return done;
	if (ret < 0)
		return ret;
	return dmactl_stream_is_dead(st) ? st->dead : -EAGAIN;
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

ssize_t dmactl_stream_read_iter(struct kiocb *iocb, struct iov_iter *iter)
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
		if (ret == -EAGAIN)
			dmactl_stream_watch(st);
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
	ret = wait_event_interruptible_timeout(st->wait, dmactl_stream_is_dead(st) ||
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

ssize_t dmactl_stream_write_iter(struct kiocb *iocb, struct iov_iter *iter)
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

	if (dmactl_stream_is_dead(st))
		return true;
	if (!READ_ONCE(st->fill))
		return !READ_ONCE(st->nr_under_way);
	mutex_lock(&st->io);
	left = dmactl_stream_push(st, true) == -EAGAIN;
	mutex_unlock(&st->io);
	return !left && !READ_ONCE(st->nr_under_way);
}

int dmactl_stream_fsync(struct file *file, loff_t from, loff_t to,
			int datasync)
{
	struct dmactl_stream *st = file->private_data;
	int ret;

	if (st->dir != DMA_MEM_TO_DEV)
		return -EINVAL;
	do {
		/* In steps: what waits for the provider has to be pushed. */
		ret = wait_event_interruptible_timeout(st->wait,
						       dmactl_stream_is_dead(st) ||
						       !READ_ONCE(st->nr_under_way),
						       HZ / 10);
		if (ret < 0)
			return -EINTR;
	} while (!dmactl_stream_drained(st));
	return dmactl_stream_take_error(st);
}

__poll_t dmactl_stream_poll(struct file *file, struct poll_table_struct *wait)
{
	struct dmactl_stream *st = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &st->wait, wait);
	/* Pairs with the barrier in wake_up(); see dmactl_poll(). */
	smp_mb();
	if (dmactl_stream_is_dead(st))
		events |= EPOLLERR | EPOLLHUP;
	if (st->dir == DMA_DEV_TO_MEM) {
		if (dmactl_stream_readable(st))
			events |= EPOLLIN | EPOLLRDNORM;
		else
			dmactl_stream_watch(st);
	}
	if (st->dir == DMA_MEM_TO_DEV && dmactl_stream_writable(st))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

/* What was written goes out, unless the peripheral has stopped taking it. */
void dmactl_stream_drain(struct dmactl_stream *st)
{
	unsigned long end = jiffies + msecs_to_jiffies(dmactl_stop_timeout_ms);

	while (!dmactl_stream_drained(st) && time_before(jiffies, end))
		wait_event_timeout(st->wait, dmactl_stream_is_dead(st) ||
				   !READ_ONCE(st->nr_under_way), HZ / 10);
}
