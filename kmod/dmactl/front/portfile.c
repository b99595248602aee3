// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files of the nodes of ports. The first use decides what a file is: after
 * an ioctl it is a session of which the port is all that there is, after a read
 * or write it is a stream in each direction that is used. The other use is
 * EBUSY from then on.
 */

#include <linux/dmactl.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <asm/ioctls.h>

#include "../../compat.h"
#include "chan/channel.h"
#include "chan/port.h"
#include "chan/request.h"
#include "core/chan.h"
#include "core/session.h"
#include "front/file_ops.h"
#include "front/portfile.h"
#include "front/stream.h"
#include "front/uring.h"

static bool dmactl_portfile_is(const struct dmactl_session *s,
			       enum dmactl_portfile_use use)
{
	return READ_ONCE(s->portfile.use) == use;
}

/*
 * The file becomes a session. An ioctl can use every direction of the port, so
 * the file must be open for reading and writing.
 */
int dmactl_portfile_use_session(struct file *file)
{
	struct dmactl_session *s = file->private_data;
	int ret;

	if (likely(dmactl_portfile_is(s, DMACTL_PORTFILE_SESSION)))
		return 0;
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_WRITE))
		return -EACCES;
	ret = dmactl_session_lock(s);
	if (ret)
		return ret;
	if (s->portfile.use == DMACTL_PORTFILE_STREAM)
		ret = -EBUSY;
	else
		WRITE_ONCE(s->portfile.use, DMACTL_PORTFILE_SESSION);
	dmactl_session_unlock(s);
	return ret;
}

/* Returns the stream in this direction, or NULL if it has not started. */
static struct dmactl_stream *dmactl_portfile_started(struct dmactl_session *s,
						     u32 direction)
{
	bool sends = direction == DMACTL_DIR_MEM_TO_DEV;

	/* Pairs with dmactl_portfile_start(): the stream is complete. */
	return smp_load_acquire(&s->portfile.streams[sends]);
}

static int dmactl_portfile_start(struct dmactl_session *s, u32 direction)
{
	bool sends = direction == DMACTL_DIR_MEM_TO_DEV;
	struct dmactl_stream *st;
	struct dmactl_chan *chan;

	lockdep_assert_held(&s->lock);
	if (s->portfile.use == DMACTL_PORTFILE_SESSION)
		return -EBUSY;
	if (s->portfile.streams[sends])
		return 0;
	chan = dmactl_chan_request_own(s, direction);
	if (IS_ERR(chan))
		return PTR_ERR(chan);
	st = dmactl_stream_begin(chan, direction, &s->wait);
	if (IS_ERR(st)) {
		dmactl_chan_destroy(chan);
		return PTR_ERR(st);
	}
	WRITE_ONCE(s->portfile.use, DMACTL_PORTFILE_STREAM);
	/* Pairs with the acquire in dmactl_portfile_started(). */
	smp_store_release(&s->portfile.streams[sends], st);
	return 0;
}

/* Returns the stream in this direction, which starts with its first use. */
static struct dmactl_stream *dmactl_portfile_stream(struct dmactl_session *s,
						    u32 direction)
{
	struct dmactl_stream *st = dmactl_portfile_started(s, direction);
	int ret;

	if (st)
		return st;
	ret = dmactl_session_lock(s);
	if (ret)
		return ERR_PTR(ret);
	ret = dmactl_portfile_start(s, direction);
	dmactl_session_unlock(s);
	return ret ? ERR_PTR(ret) : dmactl_portfile_started(s, direction);
}

ssize_t dmactl_portfile_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct dmactl_session *s = iocb->ki_filp->private_data;
	bool nowait = dmactl_stream_nowait(iocb);
	struct dmactl_stream *st;

	/* Completions, as from /dev/dmactl: only read(2) takes them. */
	if (dmactl_portfile_is(s, DMACTL_PORTFILE_SESSION)) {
		if (!iter_is_ubuf(iter))
			return -EINVAL;
		return dmactl_read_records(s, iter->ubuf + iter->iov_offset,
					   iov_iter_count(iter), nowait);
	}
	st = dmactl_portfile_stream(s, DMACTL_DIR_DEV_TO_MEM);
	if (IS_ERR(st))
		return PTR_ERR(st);
	return dmactl_stream_read(st, iter, nowait);
}

ssize_t dmactl_portfile_write_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct dmactl_session *s = iocb->ki_filp->private_data;
	struct dmactl_stream *st;

	st = dmactl_portfile_stream(s, DMACTL_DIR_MEM_TO_DEV);
	if (IS_ERR(st))
		return PTR_ERR(st);
	return dmactl_stream_write(st, iter, dmactl_stream_nowait(iocb));
}

/*
 * A port delivers bytes only once it is read, so a file that is polled for
 * input is read from then on. If that fails, a read does not block.
 */
static __poll_t dmactl_portfile_poll_in(struct dmactl_session *s, bool wanted)
{
	struct dmactl_stream *st = dmactl_portfile_started(s,
							   DMACTL_DIR_DEV_TO_MEM);

	if (st)
		return dmactl_stream_events(st);
	if (!wanted || dmactl_portfile_is(s, DMACTL_PORTFILE_SESSION))
		return 0;
	st = dmactl_portfile_stream(s, DMACTL_DIR_DEV_TO_MEM);
	if (!IS_ERR(st))
		return dmactl_stream_events(st);
	return PTR_ERR(st) == -EBADF ? 0 : EPOLLIN | EPOLLRDNORM;
}

/* A first write does not block. */
static __poll_t dmactl_portfile_poll_out(struct dmactl_session *s)
{
	struct dmactl_stream *st = dmactl_portfile_started(s,
							   DMACTL_DIR_MEM_TO_DEV);

	if (st)
		return dmactl_stream_events(st);
	return IS_ERR(dmactl_port_toward(s->port, DMACTL_DIR_MEM_TO_DEV)) ?
	       0 : EPOLLOUT | EPOLLWRNORM;
}

__poll_t dmactl_portfile_poll(struct file *file, struct poll_table_struct *wait)
{
	struct dmactl_session *s = file->private_data;
	bool in = wait && (poll_requested_events(wait) &
			   (EPOLLIN | EPOLLRDNORM));
	__poll_t events;

	/*
	 * The caller is put on the queues only once, so these are the queues of
	 * whatever the file becomes.
	 */
	poll_wait(file, &s->port->wait, wait);
	if (dmactl_portfile_is(s, DMACTL_PORTFILE_SESSION)) {
		events = dmactl_poll(file, wait);
	} else {
		poll_wait(file, &s->wait, wait);
		events = file->f_mode & FMODE_READ ?
			 dmactl_portfile_poll_in(s, in) : 0;
		if (file->f_mode & FMODE_WRITE)
			events |= dmactl_portfile_poll_out(s);
	}
	/* Pairs with wake_up_all() in dmactl_port_lose(). */
	smp_mb();
	if (dmactl_port_is_gone(s->port))
		events |= EPOLLERR | EPOLLHUP;
	return events;
}

int dmactl_portfile_fsync(struct file *file, loff_t from, loff_t to,
			  int datasync)
{
	struct dmactl_stream *st;

	st = dmactl_portfile_started(file->private_data, DMACTL_DIR_MEM_TO_DEV);
	return st ? dmactl_stream_flush(st) : -EINVAL;
}

/*
 * The ioctls that are not those of a session. Others, such as that of isatty(3),
 * must not decide what the file is.
 */
long dmactl_portfile_ioctl(struct file *file, unsigned int nr,
			   unsigned long ptr)
{
	struct dmactl_session *s = file->private_data;
	struct dmactl_stream *st;

	if (nr != FIONREAD || !(file->f_mode & FMODE_READ) ||
	    dmactl_portfile_is(s, DMACTL_PORTFILE_SESSION))
		return -ENOTTY;
	st = dmactl_portfile_stream(s, DMACTL_DIR_DEV_TO_MEM);
	if (IS_ERR(st))
		return PTR_ERR(st) == -EBADF ? -ENOTTY : PTR_ERR(st);
	return put_user(dmactl_stream_readable_bytes(st), (int __user *)ptr);
}

int dmactl_portfile_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dmactl_session *s = file->private_data;

	if (dmactl_portfile_is(s, DMACTL_PORTFILE_STREAM))
		return -EBUSY;
	return dmactl_mmap(file, vma);
}

/* A session that has a channel to submit to has made an ioctl. */
int dmactl_portfile_uring_cmd(struct io_uring_cmd *cmd,
			      unsigned int issue_flags)
{
	if (!dmactl_portfile_is(cmd->file->private_data,
				DMACTL_PORTFILE_SESSION))
		return -EBUSY;
	return dmactl_uring_cmd(cmd, issue_flags);
}

/* The file is being closed, so nobody uses the streams. */
void dmactl_portfile_stop(struct dmactl_session *s)
{
	struct dmactl_stream *st;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->portfile.streams); i++) {
		st = s->portfile.streams[i];
		if (!st)
			continue;
		dmactl_stream_end(st);
		dmactl_stream_put(st);
	}
}
