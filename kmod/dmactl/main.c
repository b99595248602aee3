// SPDX-License-Identifier: GPL-2.0-only
/* Module, device nodes and ioctl table. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../compat.h"
#include "../version.h"
#include "chan/config.h"
#include "chan/ctrl.h"
#include "chan/names.h"
#include "chan/port.h"
#include "chan/power.h"
#include "chan/request.h"
#include "chan/status.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/leave.h"
#include "core/rights.h"
#include "front/cq_ring.h"
#include "front/fastpath.h"
#include "front/file_ops.h"
#include "front/portfile.h"
#include "front/prepare.h"
#include "front/stream.h"
#include "front/submit.h"
#include "front/sync.h"
#include "front/uring.h"
#include "mem/buffer.h"
#include "mem/export.h"
#include "mem/import.h"
#include "mem/mmap.h"
#include "mem/user.h"
#include "queue/timeline.h"
#include "session.h"

union dmactl_any_arg {
	struct dmactl_info info;
	struct dmactl_chan_request chan_request;
	struct dmactl_chan_config chan_config;
	struct dmactl_chan_ctrl chan_ctrl;
	struct dmactl_chan_status chan_status;
	struct dmactl_buf_alloc buf_alloc;
	struct dmactl_buf_map_user buf_map_user;
	struct dmactl_buf_import buf_import;
	struct dmactl_buf_export buf_export;
	struct dmactl_buf_sync buf_sync;
	struct dmactl_destroy destroy;
	struct dmactl_submit submit;
	struct dmactl_eventfd eventfd;
	struct dmactl_stream_open stream_open;
	struct dmactl_prepare prepare;
	struct dmactl_ring ring;
};

struct dmactl_ioctl {
	int (*handler)(struct dmactl_cmd *cmd);
	u32 flags;		/* the flags that the module knows */
	u16 size;
	u16 min_size;		/* of the first version; never changes */
};

/* The module refuses larger structs without reading them. */
#define DMACTL_MAX_ARG_SIZE 4096

#define DMACTL_SYNC_FLAGS \
	(DMACTL_SYNC_BEGIN | DMACTL_SYNC_END | \
	 DMACTL_SYNC_READ | DMACTL_SYNC_WRITE)

#define IOCTL(_nr, _name, _min_size, _flags)				\
	[DMACTL_NR_##_nr] = {						\
		.handler = dmactl_ioctl_##_name,			\
		.flags = _flags,					\
		.size = sizeof(struct dmactl_##_name),			\
		.min_size = _min_size,					\
	}

static const struct dmactl_ioctl dmactl_ioctls[] = {
	IOCTL(INFO, info, 64, 0),
	IOCTL(CHAN_REQUEST, chan_request, 456, DMACTL_CHAN_LOOK),
	IOCTL(CHAN_CONFIG, chan_config, 72, 0),
	IOCTL(CHAN_CTRL, chan_ctrl, 16, 0),
	IOCTL(CHAN_STATUS, chan_status, 96, DMACTL_STATUS_BY_USER_DATA),
	IOCTL(BUF_ALLOC, buf_alloc, 48, 0),
	IOCTL(BUF_MAP_USER, buf_map_user, 32, DMACTL_MAP_USER_READ_ONLY),
	IOCTL(BUF_IMPORT, buf_import, 32, 0),
	IOCTL(BUF_EXPORT, buf_export, 16, 0),
	IOCTL(BUF_SYNC, buf_sync, 32, DMACTL_SYNC_FLAGS),
	IOCTL(DESTROY, destroy, 16, 0),
	IOCTL(SUBMIT, submit, 64,
	      DMACTL_SUBMIT_FLAGS | DMACTL_SUBMIT_FENCE_FLAGS),
	IOCTL(EVENTFD, eventfd, 16, 0),
	IOCTL(STREAM_OPEN, stream_open, 48,
	      DMACTL_STREAM_NONBLOCK | DMACTL_STREAM_PACKETS),
	IOCTL(PREPARE, prepare, 24, 0),
	IOCTL(RING, ring, 40, 0),
};

static long dmactl_ioctl_any(struct file *file, unsigned int nr,
			     unsigned long ptr)
{
	struct dmactl_cmd cmd = {
		.session = file->private_data,
		.ubuf = (void __user *)ptr,
	};
	const struct dmactl_ioctl *entry;
	union dmactl_any_arg arg;
	u32 head[2];
	u32 size;
	int ret;

	if (_IOC_TYPE(nr) != DMACTL_IOC_TYPE || _IOC_DIR(nr) != _IOC_NONE ||
	    _IOC_SIZE(nr) || _IOC_NR(nr) >= ARRAY_SIZE(dmactl_ioctls))
		return -ENOTTY;
	entry = &dmactl_ioctls[array_index_nospec(_IOC_NR(nr),
						  ARRAY_SIZE(dmactl_ioctls))];
	if (!entry->handler)
		return -ENOTTY;

	if (get_user(size, (u32 __user *)ptr))
		return -EFAULT;
	if (size < entry->min_size)
		return -EINVAL;
	if (size > DMACTL_MAX_ARG_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(&arg, entry->size, cmd.ubuf, size);
	if (ret)
		return ret;
	/* Another thread may have changed the size after the check. */
	memcpy(&arg, &size, sizeof(size));

	memcpy(head, &arg, sizeof(head));
	if (head[1] & ~entry->flags)
		return -EOPNOTSUPP;

	cmd.user_size = size;
	cmd.kernel_size = entry->size;
	cmd.arg = &arg;
	return entry->handler(&cmd);
}

static long dmactl_ioctl(struct file *file, unsigned int nr, unsigned long ptr)
{
	if (likely(nr == DMACTL_IOC_SUBMIT))
		return dmactl_fastpath_ioctl(file, ptr, dmactl_ioctl_any);
	return dmactl_ioctl_any(file, nr, ptr);
}

static int dmactl_open(struct inode *inode, struct file *file)
{
	int ret = dmactl_session_open(file, NULL);

	return ret ? ret : stream_open(inode, file);
}

static int dmactl_release(struct inode *inode, struct file *file)
{
	dmactl_session_release(file->private_data);
	return 0;
}

static const struct file_operations dmactl_fops = {
	.owner = THIS_MODULE,
	.open = dmactl_open,
	.release = dmactl_release,
	.unlocked_ioctl = dmactl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = dmactl_mmap,
	.read = dmactl_read,
	.poll = dmactl_poll,
	.uring_cmd = dmactl_uring_cmd,
#ifdef CONFIG_PROC_FS
	.show_fdinfo = dmactl_show_fdinfo,
#endif
};

static long dmactl_port_ioctl(struct file *file, unsigned int nr,
			      unsigned long ptr)
{
	int ret;

	if (_IOC_TYPE(nr) != DMACTL_IOC_TYPE)
		return dmactl_portfile_ioctl(file, nr, ptr);
	ret = dmactl_portfile_use_session(file);
	return ret ? ret : dmactl_ioctl(file, nr, ptr);
}

static int dmactl_port_open(struct inode *inode, struct file *file)
{
	struct dmactl_port *port = dmactl_port_of(inode);
	int ret;

	/* A node that somebody else has open can be opened after its end. */
	if (dmactl_port_is_gone(port))
		return -ENODEV;
	ret = dmactl_session_open(file, port);
	if (ret)
		return ret;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static const struct file_operations dmactl_port_fops = {
	.owner = THIS_MODULE,
	.open = dmactl_port_open,
	.release = dmactl_release,
	.unlocked_ioctl = dmactl_port_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = dmactl_portfile_mmap,
	.read_iter = dmactl_portfile_read_iter,
	.write_iter = dmactl_portfile_write_iter,
	.splice_read = dmactl_compat_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = dmactl_portfile_poll,
	.fsync = dmactl_portfile_fsync,
	.uring_cmd = dmactl_portfile_uring_cmd,
#ifdef CONFIG_PROC_FS
	.show_fdinfo = dmactl_show_fdinfo,
#endif
};

static struct miscdevice dmactl_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmactl",
	.fops = &dmactl_fops,
	.mode = 0600,
	.groups = dmactl_names_groups,
};

static int __init dmactl_init(void)
{
	int ret;

	BUILD_BUG_ON(sizeof(struct dmactl_op) != 64);
	BUILD_BUG_ON(sizeof(struct dmactl_completion) != 48);
	BUILD_BUG_ON(sizeof(struct dmactl_sg) != 32);
	BUILD_BUG_ON(sizeof(struct dmactl_uring_cmd) != 80);
	BUILD_BUG_ON(sizeof(struct dmactl_ring_head) != 128);
	BUILD_BUG_ON(sizeof(union dmactl_any_arg) > 512);
	BUILD_BUG_ON(sizeof(struct dmactl_chan_request) != 456);

	ret = dmactl_rights_check();
	if (ret)
		return ret;
	dmactl_account_init();
	ret = dmactl_leave_init();
	if (ret)
		return ret;
	ret = dmactl_chan_init();
	if (ret)
		goto err_leave;
	ret = dmactl_timeline_init();
	if (ret)
		goto err_chan;
	ret = dmactl_port_init(&dmactl_port_fops);
	if (ret)
		goto err_timeline;
	ret = misc_register(&dmactl_misc);
	if (ret)
		goto err_port;
	dmactl_request_init(dmactl_misc.this_device);
	dmactl_power_init(dmactl_misc.this_device);
	return 0;

err_port:
	dmactl_port_exit();
err_timeline:
	dmactl_timeline_exit();
err_chan:
	dmactl_chan_exit();
err_leave:
	dmactl_leave_exit();
	return ret;
}
module_init(dmactl_init);

static void __exit dmactl_exit(void)
{
	dmactl_power_exit(dmactl_misc.this_device);
	misc_deregister(&dmactl_misc);
	dmactl_leave_exit();
	dmactl_port_exit();
	dmactl_chan_exit();
	dmactl_timeline_exit();
	dmactl_mmap_exit();
	/* RCU callbacks of this module free objects, mappings and fences. */
	rcu_barrier();
}
module_exit(dmactl_exit);

MODULE_DESCRIPTION("DMA engines for ordinary programs");
MODULE_VERSION(DMACTL_VERSION);
MODULE_LICENSE("GPL");
DMACTL_IMPORT_NS_DMA_BUF;
