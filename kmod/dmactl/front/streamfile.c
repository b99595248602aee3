// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of streams. Each stream has its own inode, so that it can also be
 * opened through /proc/PID/fd by programs that accept only file names. The file
 * looks like a character device.
 */

#include <linux/dmaengine.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/poll.h>
#include <linux/pseudo_fs.h>
#include <linux/uaccess.h>
#include <asm/ioctls.h>

#include "core/leave.h"
#include "front/stream.h"

#define DMACTL_STREAM_MAGIC 0x646d6173	/* "dmas" */

/*
 * Mounted while streams exist, because a permanent mount would pin the module.
 */
static struct vfsmount *dmactl_stream_mnt;
static int dmactl_stream_mnt_count;

/* An inode can outlive the files, because a path holds it. */
static void dmactl_stream_evict(struct inode *inode)
{
	clear_inode(inode);
	if (inode->i_private)
		dmactl_stream_put(inode->i_private);
}

static const struct super_operations dmactl_stream_super_ops = {
	.statfs = simple_statfs,
	.evict_inode = dmactl_stream_evict,
};

static int dmactl_stream_fs_context(struct fs_context *fc)
{
	struct pseudo_fs_context *ctx = init_pseudo(fc, DMACTL_STREAM_MAGIC);

	if (!ctx)
		return -ENOMEM;
	ctx->ops = &dmactl_stream_super_ops;
	return 0;
}

static struct file_system_type dmactl_stream_fs = {
	.name = "dmactl",
	.owner = THIS_MODULE,
	.init_fs_context = dmactl_stream_fs_context,
	.kill_sb = kill_anon_super,
};

static void dmactl_stream_stop(struct dmactl_leave *leave)
{
	struct dmactl_stream *st = container_of(leave, struct dmactl_stream,
						leave);

	dmactl_stream_end(st);
	simple_release_fs(&dmactl_stream_mnt, &dmactl_stream_mnt_count);
}

static void dmactl_stream_leave(struct dmactl_leave *leave)
{
	dmactl_stream_put(container_of(leave, struct dmactl_stream, leave));
}

static int dmactl_stream_release(struct inode *inode, struct file *file)
{
	struct dmactl_stream *st = file->private_data;

	if (atomic_dec_and_test(&st->files))
		dmactl_leave(&st->leave, dmactl_stream_stop,
			     dmactl_stream_leave);
	return 0;
}

static void dmactl_stream_set_file(struct dmactl_stream *st, struct file *file)
{
	file->private_data = st;
	stream_open(file_inode(file), file);
	file->f_mode |= FMODE_NOWAIT;
}

/* Opens the path in /proc. Some programs open with O_RDWR to write only. */
static int dmactl_stream_open_path(struct inode *inode, struct file *file)
{
	struct dmactl_stream *st = inode->i_private;
	fmode_t needed = st->dir == DMA_DEV_TO_MEM ? FMODE_READ : FMODE_WRITE;

	if (!(file->f_mode & needed))
		return -EACCES;
	/* A path can outlive the stream. */
	if (!atomic_inc_not_zero(&st->files))
		return -ENODEV;
	dmactl_stream_set_file(st, file);
	return 0;
}

static ssize_t dmactl_stream_read_iter(struct kiocb *iocb,
				       struct iov_iter *iter)
{
	return dmactl_stream_read(iocb->ki_filp->private_data, iter,
				  dmactl_stream_nowait(iocb));
}

static ssize_t dmactl_stream_write_iter(struct kiocb *iocb,
					struct iov_iter *iter)
{
	return dmactl_stream_write(iocb->ki_filp->private_data, iter,
				   dmactl_stream_nowait(iocb));
}

static __poll_t dmactl_stream_poll(struct file *file,
				   struct poll_table_struct *wait)
{
	struct dmactl_stream *st = file->private_data;

	poll_wait(file, st->wait, wait);
	return dmactl_stream_events(st);
}

static int dmactl_stream_fsync(struct file *file, loff_t from, loff_t to,
			       int datasync)
{
	return dmactl_stream_flush(file->private_data);
}

/* FIONREAD, as for pipes and sockets. */
static long dmactl_stream_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	struct dmactl_stream *st = file->private_data;

	if (cmd != FIONREAD || st->dir != DMA_DEV_TO_MEM)
		return -ENOTTY;
	return put_user(dmactl_stream_readable_bytes(st), (int __user *)arg);
}

static const struct file_operations dmactl_stream_fops = {
	.owner = THIS_MODULE,
	.open = dmactl_stream_open_path,
	.release = dmactl_stream_release,
	.read_iter = dmactl_stream_read_iter,
	.write_iter = dmactl_stream_write_iter,
	.splice_read = dmactl_compat_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = dmactl_stream_poll,
	.unlocked_ioctl = dmactl_stream_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.fsync = dmactl_stream_fsync,
};

static struct inode *dmactl_stream_inode(struct dmactl_stream *st)
{
	struct super_block *sb = dmactl_stream_mnt->mnt_sb;
	struct inode *inode;

	/* The inode has no device number, so SB_I_NODEV need not protect it. */
	sb->s_iflags &= ~SB_I_NODEV;
	inode = alloc_anon_inode(sb);
	if (IS_ERR(inode))
		return inode;
	inode->i_mode = S_IFCHR | 0600;
	inode->i_fop = &dmactl_stream_fops;
	inode->i_private = st;
	dmactl_stream_get(st);
	return inode;
}

static struct file *dmactl_stream_file_make(struct dmactl_stream *st, int flags)
{
	struct inode *inode = dmactl_stream_inode(st);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	file = alloc_file_pseudo(inode, dmactl_stream_mnt, "dmactl-stream",
				 flags, &dmactl_stream_fops);
	if (IS_ERR(file))
		iput(inode);
	return file;
}

/* Creates the first file of a stream. The file owns the stream. */
struct file *dmactl_stream_file_new(struct dmactl_stream *st, u32 flags)
{
	int mode = st->dir == DMA_DEV_TO_MEM ? O_RDONLY : O_WRONLY;
	struct file *file;
	int ret;

	if (flags & DMACTL_STREAM_NONBLOCK)
		mode |= O_NONBLOCK;
	ret = simple_pin_fs(&dmactl_stream_fs, &dmactl_stream_mnt,
			    &dmactl_stream_mnt_count);
	if (ret)
		return ERR_PTR(ret);
	atomic_set(&st->files, 1);
	file = dmactl_stream_file_make(st, mode);
	if (IS_ERR(file)) {
		simple_release_fs(&dmactl_stream_mnt, &dmactl_stream_mnt_count);
		return file;
	}
	/* Closing a file puts the module, but only open() gets it. */
	__module_get(THIS_MODULE);
	dmactl_stream_set_file(st, file);
	return file;
}
