// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of streams. They have inodes of their own, so that a stream can also be
 * opened by its path in /proc/PID/fd: that is how a program that knows only
 * file names gets at it. It looks like a character device.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

#include "core.h"

#define DMACTL_STREAM_MAGIC 0x646d6173	/* "dmas" */

/* Mounted while there is a stream: a mount that stays would pin the module. */
static struct vfsmount *dmactl_stream_mnt;
static int dmactl_stream_mnt_count;

/* An inode outlives the files: somebody may hold its path. */
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

void dmactl_stream_file_closed(void)
{
	simple_release_fs(&dmactl_stream_mnt, &dmactl_stream_mnt_count);
}

static struct inode *dmactl_stream_inode(struct dmactl_stream *st,
					 const struct file_operations *fops)
{
	struct super_block *sb = dmactl_stream_mnt->mnt_sb;
	struct inode *inode;

	/* There is no device number behind it that could lead elsewhere. */
	sb->s_iflags &= ~SB_I_NODEV;
	inode = alloc_anon_inode(sb);
	if (IS_ERR(inode))
		return inode;
	inode->i_mode = S_IFCHR | 0600;
	inode->i_fop = fops;
	inode->i_private = st;
	dmactl_stream_get(st);
	return inode;
}

/* Without having been opened: the caller does what open() would do. */
struct file *dmactl_stream_file_new(struct dmactl_stream *st,
				    const struct file_operations *fops,
				    int flags)
{
	struct inode *inode;
	struct file *file;
	int ret;

	ret = simple_pin_fs(&dmactl_stream_fs, &dmactl_stream_mnt,
			    &dmactl_stream_mnt_count);
	if (ret)
		return ERR_PTR(ret);
	inode = dmactl_stream_inode(st, fops);
	if (IS_ERR(inode)) {
		dmactl_stream_file_closed();
		return ERR_CAST(inode);
	}
	file = alloc_file_pseudo(inode, dmactl_stream_mnt, "dmactl-stream",
				 flags, fops);
	if (IS_ERR(file)) {
		iput(inode);
		dmactl_stream_file_closed();
		return file;
	}
	/* Closing a file puts the module; only open() gets it. */
	__module_get(THIS_MODULE);
	return file;
}
