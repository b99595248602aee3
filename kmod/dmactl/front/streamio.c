// SPDX-License-Identifier: GPL-2.0-only
/* Streams: read, write, poll, fsync, FIONREAD. */

#include <linux/dmaengine.h>
#include <linux/freezer.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/param.h"
#include "front/stream.h"
#include "mem/buffer.h"
#include "mem/map.h"

static bool dmactl_stream_readable(struct dmactl_stream *st)
{
	u32 end;

	return dmactl_stream_is_dead(st) || dmactl_stream_arrived(st) ||
	       dmactl_stream_confirmed(st, &end);
}

static bool dmactl_stream_writable(struct dmactl_stream *st)
{
	return dmactl_stream_is_dead(st) || dmactl_stream_first(st, &st->idle);
}

/*
 * Not copy_page_to_iter(): before 6.5 it gives the page itself to a pipe
 * (splice), and the device will write to that page again.
 */
static size_t dmactl_stream_copy_out(struct page *page, size_t at, size_t want,
				     struct iov_iter *iter)
{
	void *p = kmap_local_page(page);
	size_t got = copy_to_iter(p + at, want, iter);

	kunmap_local(p);
	return got;
}

/* Copies between the pages of the stream and the program. */
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
			got = dmactl_stream_copy_out(page, at, want, iter);
		done += got;
		if (got < want)
			break;
	}
	return done;
}

/*
 * Copies from a block. Returns 1 to continue, 0 to stop, or an error. An error
 * is returned alone, after the bytes before it.
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
	/* TERMINATE or suspend fails all blocks; report that once. */
	if (st->forgive) {
		st->forgive--;
		return 1;
	}
	if (status == -ECANCELED || status == -ESTRPIPE)
		st->forgive = st->nr_blocks - 1;
	return status;
}

/* Copies from a block that is still being filled. */
static ssize_t dmactl_stream_take_confirmed(struct dmactl_stream *st,
					    struct iov_iter *iter)
{
	struct dmactl_block *block;
	struct dmactl_map *map;
	size_t want, got;
	u32 end;

	block = dmactl_stream_confirmed(st, &end);
	if (!block)
		return 0;
	want = min_t(size_t, end - block->pos, iov_iter_count(iter));
	/* The mapping stays while the channel is not dead. */
	scoped_guard(rwsem_read, &st->chan->rwsem) {
		map = st->chan->life.dead ? NULL : dmactl_map_find(st->buf,
							      st->chan->client.dev);
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

/* Copies all available bytes. Returns -EAGAIN if there are none. */
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
		done = dmactl_stream_take_confirmed(st, iter);
	if (done)
		return done;
	if (ret < 0)
		return ret;
	return dmactl_stream_is_dead(st) ? st->dead : -EAGAIN;
}

bool dmactl_stream_nowait(const struct kiocb *iocb)
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

ssize_t dmactl_stream_read(struct dmactl_stream *st, struct iov_iter *iter,
			   bool nowait)
{
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
		/*
		 * A short read means, like EAGAIN, that nothing is left, so the
		 * reader may wait for the next edge of epoll(7).
		 */
		if (ret == -EAGAIN || (ret > 0 && iov_iter_count(iter)))
			dmactl_stream_poll_residue(st);
		if (ret != -EAGAIN || nowait)
			return ret;
		if (wait_event_freezable(*st->wait,
					 dmactl_stream_readable(st)))
			return -ERESTARTSYS;
	}
}

/* Submits the block that was written, if it is full or @all is set. */
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

/* Returns the block to write into, or NULL if none is free. */
static struct dmactl_block *dmactl_stream_fill(struct dmactl_stream *st)
{
	lockdep_assert_held(&st->io);
	if (st->fill)
		return st->fill;
	st->fill = dmactl_stream_claim(st);
	return st->fill;
}

/* Copies as much as the free blocks take. Returns -EAGAIN if there are none. */
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
 * Waits until a write is possible. A refused block is submitted again when
 * another one ends, or after a while: descriptors may come free elsewhere.
 */
static int dmactl_stream_wait_writable(struct dmactl_stream *st)
{
	u32 refused = READ_ONCE(st->refused);
	int ret;

	if (!refused)
		return wait_event_freezable(*st->wait,
					    dmactl_stream_writable(st));
	ret = wait_event_interruptible_timeout(*st->wait, dmactl_stream_is_dead(st) ||
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
	/* If this fails, the next write, fsync or close submits the block. */
	if (ret > 0)
		dmactl_stream_push(st, true);
	mutex_unlock(&st->io);
	return ret;
}

ssize_t dmactl_stream_write(struct dmactl_stream *st, struct iov_iter *iter,
			    bool nowait)
{
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
		if (dmactl_stream_wait_writable(st))
			return done ? done : -ERESTARTSYS;
	}
	return done;
}

/*
 * Returns true if all data was sent, or if it never will be. Submits a partial
 * block.
 */
static bool dmactl_stream_drained(struct dmactl_stream *st)
{
	bool left;

	if (dmactl_stream_is_dead(st))
		return true;
	if (!READ_ONCE(st->fill))
		return !READ_ONCE(st->nr_under_way);
	/* A writer can hold the mutex for long by delaying a page fault. */
	if (mutex_lock_interruptible(&st->io))
		return false;
	left = dmactl_stream_push(st, true) == -EAGAIN;
	mutex_unlock(&st->io);
	return !left && !READ_ONCE(st->nr_under_way);
}

/* fsync(2): waits until all data was sent. */
int dmactl_stream_flush(struct dmactl_stream *st)
{
	int ret;

	if (st->dir != DMA_MEM_TO_DEV)
		return -EINVAL;
	do {
		/* In steps, because a refused block must be submitted again. */
		ret = wait_event_interruptible_timeout(*st->wait,
						       dmactl_stream_is_dead(st) ||
						       !READ_ONCE(st->nr_under_way),
						       HZ / 10);
		if (ret < 0)
			return -EINTR;
		if (dmactl_stream_drained(st))
			return dmactl_stream_take_error(st);
	} while (!signal_pending(current));
	return -EINTR;
}

static int dmactl_stream_count(struct dmactl_stream *st)
{
	struct dmactl_block *block;
	u64 sum = 0;
	u32 pos;

	guard(dmactl_bh)(&st->lock);
	list_for_each_entry(block, &st->under_way, node) {
		pos = READ_ONCE(block->pos);
		if (block->ended)
			sum += block->len > pos ? block->len - pos : 0;
		else if (block->confirmed > pos)
			sum += block->confirmed - pos;
		if (!block->ended)
			break;
	}
	return min_t(u64, sum, INT_MAX);
}

/* FIONREAD: returns the bytes that reads until EAGAIN would return. */
int dmactl_stream_readable_bytes(struct dmactl_stream *st)
{
	int count = dmactl_stream_count(st);

	/*
	 * Start the poll here too: the caller may wait by repeating FIONREAD.
	 */
	if (!count)
		dmactl_stream_poll_residue(st);
	return count;
}

/* What poll(2) reports. The caller is on the wait queue already. */
__poll_t dmactl_stream_events(struct dmactl_stream *st)
{
	__poll_t events = 0;

	/* Pairs with the barrier in wake_up(); see dmactl_poll(). */
	smp_mb();
	if (dmactl_stream_is_dead(st))
		events |= EPOLLERR | EPOLLHUP;
	if (st->dir == DMA_DEV_TO_MEM) {
		if (dmactl_stream_readable(st))
			events |= EPOLLIN | EPOLLRDNORM;
		else
			dmactl_stream_poll_residue(st);
	}
	if (st->dir == DMA_MEM_TO_DEV && dmactl_stream_writable(st))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

/* Waits until all data was sent, unless the peripheral has stopped. */
void dmactl_stream_drain(struct dmactl_stream *st)
{
	unsigned long end = jiffies + msecs_to_jiffies(dmactl_stop_timeout_ms);

	while (!dmactl_stream_drained(st) && time_before(jiffies, end))
		wait_event_timeout(*st->wait, dmactl_stream_is_dead(st) ||
				   !READ_ONCE(st->nr_under_way), HZ / 10);
}
