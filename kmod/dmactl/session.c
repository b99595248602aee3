// SPDX-License-Identifier: GPL-2.0-only
/* Sessions: opened and closed, INFO, DESTROY. */

#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "../compat.h"
#include "../version.h"
#include "chan/channel.h"
#include "chan/port.h"
#include "chan/stop.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/leave.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "front/cq_ring.h"
#include "front/optable.h"
#include "front/portfile.h"
#include "front/uring.h"
#include "mem/buffer.h"
#include "queue/cq.h"
#include "queue/prepared.h"
#include "session.h"

static atomic_t dmactl_session_ids = ATOMIC_INIT(0);

static void dmactl_session_uncharge(struct dmactl_session *s)
{
	dmactl_account_uncharge(s->account, sizeof(*s));
	dmactl_account_del_session(s->account);
	dmactl_account_put(s->account);
}

static int dmactl_session_charge(struct dmactl_session *s)
{
	int ret;

	s->account = dmactl_account_get_current();
	if (!s->account)
		return -ENOMEM;
	ret = dmactl_account_add_session(s->account);
	if (ret) {
		dmactl_account_put(s->account);
		return ret;
	}
	ret = dmactl_account_charge(s->account, sizeof(*s));
	if (ret) {
		dmactl_account_del_session(s->account);
		dmactl_account_put(s->account);
	}
	return ret;
}

/* @port: the only one that the session may use; NULL: any. */
int dmactl_session_open(struct file *file, struct dmactl_port *port)
{
	struct dmactl_session *s;
	int ret;

	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s)
		return -ENOMEM;
	ret = dmactl_session_charge(s);
	if (ret) {
		kfree(s);
		return ret;
	}
	s->id = atomic_inc_return(&dmactl_session_ids);
	s->port = port ? dmactl_port_get(port) : NULL;
	s->mapping = file->f_mapping;
	mutex_init(&s->lock);
	dmactl_obj_table_init(s);
	dmactl_cq_init(s);
	INIT_DELAYED_WORK(&s->uring_reaper, dmactl_uring_reap_work);
	file->private_data = s;
	return 0;
}

static void dmactl_session_stop_chans(struct dmactl_session *s)
{
	struct dmactl_obj *obj;
	unsigned long handle;

	lockdep_assert_held(&s->lock);
	/*
	 * Stop all channels in parallel, so that together they take as long as
	 * one.
	 */
	xa_for_each(&s->objects, handle, obj)
		if (obj->type == DMACTL_OBJ_CHAN)
			dmactl_chan_kill_begin(obj_to_chan(obj), -ENOENT);
	xa_for_each(&s->objects, handle, obj)
		if (obj->type == DMACTL_OBJ_CHAN)
			dmactl_chan_destroy(obj_to_chan(obj));
}

static void dmactl_session_stop(struct dmactl_leave *leave)
{
	struct dmactl_session *s = container_of(leave, struct dmactl_session,
						leave);
	struct dmactl_obj *obj;
	unsigned long handle;

	cancel_delayed_work_sync(&s->uring_reaper);
	dmactl_portfile_stop(s);
	scoped_guard(mutex, &s->lock) {
		/* Stop the channels first: after that nothing uses a buffer. */
		dmactl_session_stop_chans(s);
		dmactl_cq_drop(s);
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_PREPARED)
				dmactl_prepared_destroy(obj);
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_BUF)
				dmactl_buf_abandon(obj_to_buf(obj));
	}

	dmactl_obj_table_exit(s);
	dmactl_cq_ring_free(s);
	if (s->eventfd)
		eventfd_ctx_put(s->eventfd);
	mutex_destroy(&s->lock);
	mutex_destroy(&s->reap_lock);
	if (s->port)
		dmactl_port_put(s->port);
	dmactl_session_uncharge(s);
}

static void dmactl_session_free(struct dmactl_leave *leave)
{
	kfree(container_of(leave, struct dmactl_session, leave));
}

/*
 * The last reference to the file is gone: no call is in progress. No mapping is
 * left either, because mappings hold the file.
 */
void dmactl_session_release(struct dmactl_session *s)
{
	dmactl_leave(&s->leave, dmactl_session_stop, dmactl_session_free);
}

int dmactl_ioctl_info(struct dmactl_cmd *cmd)
{
	struct dmactl_info *arg = cmd->arg;

	*arg = (struct dmactl_info) {
		.size = arg->size,
		.out_features = DMACTL_FEATURE_READ | DMACTL_FEATURE_EVENTFD |
				DMACTL_FEATURE_MAP_USER |
				DMACTL_FEATURE_DMABUF |
				DMACTL_FEATURE_STREAM |
				DMACTL_FEATURE_PORT |
				DMACTL_FEATURE_RING |
				DMACTL_FEATURE_PORT_NODE |
				(IS_ENABLED(CONFIG_SYNC_FILE) ?
				 DMACTL_FEATURE_SYNC_FILE : 0) |
				(IS_ENABLED(CONFIG_IO_URING) ?
				 DMACTL_FEATURE_URING : 0),
		.out_opcodes = dmactl_known_opcodes(),
		.out_version = DMACTL_VERSION_CODE,
		.out_session = cmd->session->id,
		.out_max_channels = dmactl_max_channels,
		.out_max_buffers = dmactl_max_buffers,
		.out_max_batch = DMACTL_MAX_BATCH,
		.out_max_depth = dmactl_max_depth,
		.out_max_args = DMACTL_MAX_ARGS,
		.out_quarantined = dmactl_quarantined(),
		.out_max_buffer_bytes = dmactl_max_len(),
	};
	return dmactl_cmd_respond(cmd);
}

static int dmactl_destroy_chan(struct dmactl_obj *obj)
{
	int ret = dmactl_chan_kill_killable(obj_to_chan(obj), -ENOENT);

	if (!ret)
		dmactl_chan_destroy(obj_to_chan(obj));
	return ret;
}

static int dmactl_destroy_buf(struct dmactl_obj *obj)
{
	return dmactl_buf_destroy(obj_to_buf(obj));
}

static int (*const dmactl_destroy_ops[])(struct dmactl_obj *obj) = {
	[DMACTL_OBJ_CHAN] = dmactl_destroy_chan,
	[DMACTL_OBJ_BUF] = dmactl_destroy_buf,
	[DMACTL_OBJ_PREPARED] = dmactl_prepared_destroy,
};

static int dmactl_destroy_locked(struct dmactl_session *s, u32 handle)
{
	struct dmactl_obj *obj;

	lockdep_assert_held(&s->lock);
	obj = xa_load(&s->objects, handle);
	return obj ? dmactl_destroy_ops[obj->type](obj) : -ENOENT;
}

int dmactl_ioctl_destroy(struct dmactl_cmd *cmd)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_destroy *arg = cmd->arg;
	int ret;

	if (arg->reserved)
		return -EINVAL;
	ret = dmactl_session_lock(s);
	if (ret)
		return ret;
	ret = dmactl_destroy_locked(s, arg->handle);
	dmactl_session_unlock(s);
	return ret;
}
