// SPDX-License-Identifier: GPL-2.0-only
/* Streams: created, and their blocks submitted. */

#include <linux/dmaengine.h>
#include <linux/file.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "../../compat.h"
#include "chan/ctrl.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/param.h"
#include "core/rights.h"
#include "front/stream.h"
#include "mem/buffer.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/op.h"
#include "op/slave.h"
#include "op/span.h"
#include "queue/accept.h"
#include "queue/issue.h"
#include "queue/pool.h"
#include "queue/queue.h"

#define DMACTL_STREAM_BLOCK	SZ_64K
#define DMACTL_STREAM_BLOCKS	4
#define DMACTL_STREAM_MAX	1024

static void dmactl_stream_free(struct kref *ref)
{
	struct dmactl_stream *st = container_of(ref, struct dmactl_stream,
						ref);

	dmactl_buf_internal_free(st->buf);
	dmactl_account_uncharge(st->chan->account,
				struct_size(st, blocks, st->nr_blocks));
	dmactl_chan_put(st->chan);
	mutex_destroy(&st->io);
	kvfree(st);
}

void dmactl_stream_get(struct dmactl_stream *st)
{
	kref_get(&st->ref);
}

void dmactl_stream_put(struct dmactl_stream *st)
{
	kref_put(&st->ref, dmactl_stream_free);
}

/* The op of a block has ended, and its memory has been synced for the CPU. */
static void dmactl_stream_ended(struct dmactl_job_user *user, int status,
				u64 bytes)
{
	struct dmactl_block *block = container_of(user, struct dmactl_block, user);
	struct dmactl_stream *st = block->stream;

	scoped_guard(dmactl_bh, &st->lock) {
		block->status = status;
		block->ended = true;
		st->nr_under_way--;
		if (st->dir == DMA_MEM_TO_DEV) {
			if (!st->error)
				st->error = status;
			list_move_tail(&block->node, &st->idle);
		} else {
			block->len = bytes;
		}
	}
	/*
	 * Use wake_up_poll(), because closing a stream waits uninterruptibly.
	 */
	wake_up_poll(st->wait, EPOLLIN | EPOLLRDNORM |
		     EPOLLOUT | EPOLLWRNORM);
}

/* The channel is being killed. Submitted blocks are about to end. */
static void dmactl_stream_kill(struct dmactl_chan_user *user)
{
	struct dmactl_stream *st = container_of(user, struct dmactl_stream, user);

	scoped_guard(dmactl_bh, &st->lock)
		WRITE_ONCE(st->dead, -ENODEV);
	wake_up_all(st->wait);
}

/*
 * Fills the job of a block. The caller has checked that the channel is not
 * dead.
 */
static int dmactl_stream_op(struct dmactl_stream *st,
			    struct dmactl_block *block, struct dmactl_job *job)
{
	struct dmactl_map *map = dmactl_map_find(st->buf, st->chan->client.dev);

	lockdep_assert_held(&st->chan->rwsem);
	if (!map)
		return -ENODEV;
	job->user = &block->user;
	dmactl_job_fill_own(job, &dmactl_op_slave_single, DMACTL_OP_SLAVE_SINGLE,
			    st->dir, block->len);
	/* The stream is a user of the buffer, so the count is above zero. */
	dmactl_span_own(job, st->buf, map, block->off, block->len);
	return dmactl_slave_single_list(job);
}

static void dmactl_stream_enter(struct dmactl_stream *st,
				struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	block->ended = false;
	block->pos = 0;
	dmactl_stream_residue_reset(block);
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

/* Submits a block. Returns -EAGAIN if the provider takes no more now. */
static int dmactl_stream_submit_locked(struct dmactl_stream *st,
				       struct dmactl_block *block)
{
	struct dmactl_job *job;
	int ret;

	if (st->chan->life.dead)
		return -ENODEV;
	job = dmactl_job_alloc(st->chan);
	if (!job)
		return -EAGAIN;
	ret = dmactl_stream_op(st, block, job);
	if (!ret) {
		/* Before the op: it may end before dmactl_accept() returns. */
		dmactl_stream_enter(st, block);
		ret = dmactl_accept(st->chan, job, false);
		if (!ret) {
			dmactl_chan_issue(st->chan);
			return 0;
		}
		dmactl_stream_leave(st, block);
	}
	dmactl_job_clear_and_free(job);
	return ret;
}

int dmactl_stream_submit(struct dmactl_stream *st, struct dmactl_block *block)
{
	int ret = dmactl_chan_lock_read(st->chan);

	if (ret)
		return ret;
	ret = dmactl_stream_submit_locked(st, block);
	up_read(&st->chan->rwsem);
	return ret;
}

struct dmactl_block *dmactl_stream_first(struct dmactl_stream *st,
					 struct list_head *list)
{
	guard(dmactl_bh)(&st->lock);
	return list_first_entry_or_null(list, struct dmactl_block, node);
}

/* Submits idle blocks until the provider takes no more. */
void dmactl_stream_refill(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	lockdep_assert_held(&st->io);
	while ((block = dmactl_stream_first(st, &st->idle))) {
		block->len = st->block_len;
		if (dmactl_stream_submit(st, block))
			return;
	}
}

/* Returns the oldest block if its transfer has ended. */
struct dmactl_block *dmactl_stream_arrived(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	guard(dmactl_bh)(&st->lock);
	block = list_first_entry_or_null(&st->under_way, struct dmactl_block,
					 node);
	return block && block->ended ? block : NULL;
}

void dmactl_stream_return(struct dmactl_stream *st, struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	list_move_tail(&block->node, &st->idle);
}

int dmactl_stream_take_error(struct dmactl_stream *st)
{
	guard(dmactl_bh)(&st->lock);
	return st->dead ?: xchg(&st->error, 0);
}

/* Takes an idle block for the caller to fill. Returns NULL if there is none. */
struct dmactl_block *dmactl_stream_claim(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	lockdep_assert_held(&st->io);
	guard(dmactl_bh)(&st->lock);
	block = list_first_entry_or_null(&st->idle, struct dmactl_block, node);
	if (block) {
		list_del_init(&block->node);
		block->len = 0;
	}
	return block;
}

static void dmactl_stream_init(struct dmactl_stream *st,
			       struct dmactl_chan *chan,
			       const struct dmactl_stream_open *arg)
{
	u32 i;

	kref_init(&st->ref);
	st->chan = chan;
	st->user.kill = dmactl_stream_kill;
	st->block_len = arg->out_block_len;
	st->nr_blocks = arg->out_nr_blocks;
	st->flags = arg->flags;
	st->dir = arg->direction == DMACTL_DIR_DEV_TO_MEM ? DMA_DEV_TO_MEM
							  : DMA_MEM_TO_DEV;
	mutex_init(&st->io);
	init_waitqueue_head(&st->own_wait);
	st->wait = &st->own_wait;
	spin_lock_init(&st->lock);
	dmactl_stream_residue_init(st);
	INIT_LIST_HEAD(&st->idle);
	INIT_LIST_HEAD(&st->under_way);
	for (i = 0; i < st->nr_blocks; i++) {
		st->blocks[i].user.ended = dmactl_stream_ended;
		st->blocks[i].stream = st;
		st->blocks[i].off = (u64)i * st->block_len;
		list_add_tail(&st->blocks[i].node, &st->idle);
	}
}

/*
 * With packets, a block must be one piece of memory. If a packet ends in an
 * earlier piece, some controllers (AXI DMA) write the next packet to the next
 * piece, and the driver does not report where that packet begins.
 */
static bool dmactl_stream_is_whole(const struct dmactl_stream *st,
				   const struct dmactl_map *map)
{
	dma_addr_t addr;
	u32 i;

	if (!(st->flags & DMACTL_STREAM_PACKETS) || st->dir != DMA_DEV_TO_MEM)
		return true;
	if (st->block_len > st->chan->limits.bounds.segment)
		return false;
	for (i = 0; i < st->nr_blocks; i++)
		if (dmactl_map_addr(map, st->blocks[i].off, &addr) <
		    st->block_len)
			return false;
	return true;
}

/*
 * If the channel is dead, the mapping may belong to newer channels of the
 * device, and go with them.
 */
static int dmactl_stream_check_map(struct dmactl_stream *st,
				   const struct dmactl_map *map)
{
	struct dmactl_chan *chan = st->chan;
	int ret = dmactl_chan_lock_read(chan);

	if (ret)
		return ret;
	ret = chan->life.dead;
	if (!ret && !dmactl_stream_is_whole(st, map))
		ret = -EXDEV;
	up_read(&chan->rwsem);
	return ret;
}

static struct dmactl_stream *
dmactl_stream_new(struct dmactl_chan *chan,
		  const struct dmactl_stream_open *arg)
{
	struct dmactl_stream *st;
	struct dmactl_map *map;
	int ret;

	ret = dmactl_account_charge(chan->account,
				    struct_size(st, blocks, arg->out_nr_blocks));
	if (ret)
		return ERR_PTR(ret);
	st = kvzalloc(struct_size(st, blocks, arg->out_nr_blocks),
		      DMACTL_GFP_LARGE);
	if (!st) {
		ret = -ENOMEM;
		goto err_charge;
	}
	dmactl_stream_init(st, chan, arg);
	st->buf = dmactl_buf_internal(chan, (u64)st->nr_blocks *
				      st->block_len);
	ret = PTR_ERR_OR_ZERO(st->buf);
	if (ret)
		goto err_free;
	/* Map now, while no lock of the channel is held. */
	map = dmactl_map_get(st->buf, chan->client.dev);
	ret = IS_ERR(map) ? PTR_ERR(map) : dmactl_stream_check_map(st, map);
	if (ret)
		goto err_buf;
	dmactl_obj_hold(&chan->obj);
	return st;

err_buf:
	dmactl_buf_internal_free(st->buf);
err_free:
	mutex_destroy(&st->io);
	kvfree(st);
err_charge:
	dmactl_account_uncharge(chan->account,
				struct_size(st, blocks, arg->out_nr_blocks));
	return ERR_PTR(ret);
}

static int dmactl_stream_measure(struct dmactl_chan *chan,
				 struct dmactl_stream_open *arg)
{
	u64 len = arg->block_len ?: DMACTL_STREAM_BLOCK;
	u32 nr = arg->nr_blocks ?: min_t(u32, DMACTL_STREAM_BLOCKS,
					 chan->pool.depth);

	if (arg->reserved || nr < 2 || nr > DMACTL_STREAM_MAX ||
	    nr > chan->pool.depth)
		return -EINVAL;
	if (arg->direction != DMACTL_DIR_MEM_TO_DEV &&
	    arg->direction != DMACTL_DIR_DEV_TO_MEM)
		return -EINVAL;
	if (len > S32_MAX - PAGE_SIZE ||
	    PAGE_ALIGN(len) * nr > dmactl_max_len())
		return -EDQUOT;
	arg->out_block_len = PAGE_ALIGN(len);
	arg->out_nr_blocks = nr;
	return 0;
}

/* A channel is read from at once, so that no byte is lost. */
static void dmactl_stream_listen(struct dmactl_stream *st)
{
	if (st->dir != DMA_DEV_TO_MEM)
		return;
	guard(mutex)(&st->io);
	dmactl_stream_refill(st);
}

static int dmactl_stream_start(struct dmactl_cmd *cmd, struct dmactl_chan *chan,
			       struct dmactl_stream *st, int fd)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct file *file;
	int ret;

	ret = dmactl_chan_attach_user(chan, &st->user);
	if (ret)
		goto err_put;
	file = dmactl_stream_file_new(st, arg->flags);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto err_detach;
	}
	arg->out_fd = fd;
	ret = dmactl_cmd_respond(cmd);
	if (ret) {
		/* This also frees the stream. */
		fput(file);
		return ret;
	}
	dmactl_stream_listen(st);
	fd_install(fd, file);
	return 0;

err_detach:
	dmactl_chan_detach_user(chan);
err_put:
	dmactl_stream_put(st);
	return ret;
}

/* Creates a stream that does not own the channel yet. */
static struct dmactl_stream *dmactl_stream_make(struct dmactl_chan *chan,
						struct dmactl_stream_open *arg)
{
	int ret = dmactl_stream_measure(chan, arg);

	if (ret)
		return ERR_PTR(ret);
	if (!(chan->limits.caps & DMACTL_CAP_SLAVE))
		return ERR_PTR(-EOPNOTSUPP);
	ret = dmactl_slave_allowed(chan, __ffs(arg->direction));
	return ret ? ERR_PTR(ret) : dmactl_stream_new(chan, arg);
}

/*
 * Starts a stream without a file of its own, of default size. It wakes those on
 * @wait, which must stay until dmactl_stream_end(). The caller puts the stream.
 */
struct dmactl_stream *dmactl_stream_begin(struct dmactl_chan *chan,
					  u32 direction,
					  wait_queue_head_t *wait)
{
	struct dmactl_stream_open arg = { .direction = direction };
	struct dmactl_stream *st = dmactl_stream_make(chan, &arg);
	int ret;

	if (IS_ERR(st))
		return st;
	st->wait = wait;
	ret = dmactl_chan_attach_user(chan, &st->user);
	if (ret) {
		dmactl_stream_put(st);
		return ERR_PTR(ret);
	}
	dmactl_stream_listen(st);
	return st;
}

/* Nobody reads or writes the stream any more. */
void dmactl_stream_end(struct dmactl_stream *st)
{
	if (st->dir == DMA_MEM_TO_DEV)
		dmactl_stream_drain(st);
	dmactl_chan_detach_user(st->chan);
	cancel_delayed_work_sync(&st->residue_poll);
}

static int dmactl_stream_open_chan(struct dmactl_cmd *cmd,
				   struct dmactl_chan *chan)
{
	struct dmactl_stream *st;
	int ret, fd;

	st = dmactl_stream_make(chan, cmd->arg);
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
