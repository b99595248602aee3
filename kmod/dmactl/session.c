// SPDX-License-Identifier: GPL-2.0-only
/* One open file: a table of handles and a queue of completions. */

#include <linux/slab.h>

#include "core.h"

static atomic_t dmactl_session_ids = ATOMIC_INIT(0);

int dmactl_session_open(struct file *file)
{
	struct dmactl_session *s;

	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s)
		return -ENOMEM;
	s->id = atomic_inc_return(&dmactl_session_ids);
	s->mapping = file->f_mapping;
	mutex_init(&s->lock);
	xa_init_flags(&s->objects, XA_FLAGS_ALLOC1);
	mutex_init(&s->reap_lock);
	init_waitqueue_head(&s->wait);
	init_waitqueue_head(&s->wait_nr);
	s->want = U32_MAX;
	spin_lock_init(&s->cq_lock);
	INIT_LIST_HEAD(&s->cq);
	INIT_DELAYED_WORK(&s->uring_watch, dmactl_uring_watch_work);
	file->private_data = s;
	return 0;
}

/*
 * The last reference to the file is gone: no call is under way and, since a
 * mapping holds the file, no mapping is left.
 */
void dmactl_session_release(struct dmactl_session *s)
{
	struct dmactl_obj *obj;
	unsigned long handle;

	cancel_delayed_work_sync(&s->uring_watch);
	scoped_guard(mutex, &s->lock) {
		/* Channels first: after that nothing touches a buffer. */
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_CHAN)
				dmactl_chan_destroy(obj_to_chan(obj));
		dmactl_cq_drop(s);
		/*
		 * EBUSY: a channel that did not stop still writes here. The
		 * buffer goes on, like that channel, and nobody can reach it.
		 */
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_PREPARED)
				dmactl_prepared_destroy(obj);
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_BUF &&
			    dmactl_buf_destroy(obj_to_buf(obj)))
				obj_to_buf(obj)->mappable = false;
	}

	xa_destroy(&s->objects);
	dmactl_lookup_free(s);
	dmactl_ring_free(s);
	if (s->eventfd)
		eventfd_ctx_put(s->eventfd);
	mutex_destroy(&s->lock);
	mutex_destroy(&s->reap_lock);
	kfree(s);
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
