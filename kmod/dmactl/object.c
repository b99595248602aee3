// SPDX-License-Identifier: GPL-2.0-only
/* Handles: one table a session, 0 is never one. */

#include <linux/slab.h>

#include "core.h"

void dmactl_obj_init(struct dmactl_obj *obj, enum dmactl_obj_type type)
{
	kref_init(&obj->ref);
	refcount_set(&obj->users, 1);
	obj->type = type;
}

/*
 * Takes a handle that nobody can look up until dmactl_obj_publish(), so that
 * all that can fail is done before another thread sees the object.
 */
int dmactl_obj_reserve(struct dmactl_session *s, struct dmactl_obj *obj)
{
	int ret;

	lockdep_assert_held(&s->lock);
	/* Cyclic: a stale handle stays invalid for as long as possible. */
	ret = xa_alloc_cyclic(&s->objects, &obj->handle, NULL,
			      XA_LIMIT(1, INT_MAX), &s->next_handle,
			      GFP_KERNEL_ACCOUNT);
	return ret < 0 ? ret : 0;
}

void dmactl_obj_publish(struct dmactl_session *s, struct dmactl_obj *obj)
{
	void *old;

	lockdep_assert_held(&s->lock);
	/* The entry is there already: this allocates nothing. */
	old = xa_store(&s->objects, obj->handle, obj, GFP_KERNEL);
	WARN_ON(old);
}

void dmactl_obj_unreserve(struct dmactl_session *s, struct dmactl_obj *obj)
{
	lockdep_assert_held(&s->lock);
	xa_erase(&s->objects, obj->handle);
}

/* The memory of an object that may be on its way out; kref_put() it. */
struct dmactl_obj *dmactl_obj_get(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type)
{
	struct dmactl_obj *obj;

	guard(rcu)();
	obj = xa_load(&s->objects, handle);
	if (!obj || obj->type != type || !kref_get_unless_zero(&obj->ref))
		return NULL;
	return obj;
}

/* An object that stays as it is until dmactl_obj_unuse(). */
struct dmactl_obj *dmactl_obj_use(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type)
{
	struct dmactl_obj *obj;

	guard(rcu)();
	obj = xa_load(&s->objects, handle);
	if (!obj || obj->type != type || !refcount_inc_not_zero(&obj->users))
		return NULL;
	return obj;
}

int dmactl_ioctl_destroy(struct dmactl_cmd *cmd)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_destroy *arg = cmd->arg;
	struct dmactl_obj *obj;

	if (arg->reserved)
		return -EINVAL;

	guard(mutex)(&s->lock);
	obj = xa_load(&s->objects, arg->handle);
	if (!obj)
		return -ENOENT;
	if (obj->type == DMACTL_OBJ_BUF)
		return dmactl_buf_destroy(obj_to_buf(obj));
	if (obj->type == DMACTL_OBJ_PREPARED)
		return dmactl_prepared_destroy(obj);
	dmactl_chan_destroy(obj_to_chan(obj));
	return 0;
}
