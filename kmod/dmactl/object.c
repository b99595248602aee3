// SPDX-License-Identifier: GPL-2.0-only
/* Handles: one table a session, 0 is never one. */

#include <linux/overflow.h>
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

/* The table of handles, if it is small enough for that, twice over. */
#define DMACTL_LOOKUP_MIN 16
#define DMACTL_LOOKUP_MAX SZ_64K

static struct dmactl_lookup *dmactl_lookup_get(struct dmactl_session *s)
{
	return rcu_dereference_protected(s->lookup,
					 lockdep_is_held(&s->lock));
}

/* A later object takes the slot of an earlier one: that is found all the same. */
static void dmactl_lookup_add(struct dmactl_lookup *lookup,
			      struct dmactl_obj *obj)
{
	rcu_assign_pointer(lookup->slots[obj->handle & lookup->mask], obj);
}

/* If there is no memory for a larger one, looking up takes longer. */
static void dmactl_lookup_grow(struct dmactl_session *s)
{
	struct dmactl_lookup *old = dmactl_lookup_get(s);
	u32 size = old ? (old->mask + 1) * 2 : DMACTL_LOOKUP_MIN;
	struct dmactl_lookup *lookup;
	struct dmactl_obj *obj;
	unsigned long handle;

	if (size > DMACTL_LOOKUP_MAX)
		return;
	lookup = kvzalloc(struct_size(lookup, slots, size),
			  GFP_KERNEL_ACCOUNT);
	if (!lookup)
		return;
	lookup->mask = size - 1;
	xa_for_each(&s->objects, handle, obj)
		dmactl_lookup_add(lookup, obj);
	rcu_assign_pointer(s->lookup, lookup);
	if (old)
		kvfree_rcu(old, rcu);
}

/* At the end of a session: nobody can look anything up any more. */
void dmactl_lookup_free(struct dmactl_session *s)
{
	kvfree(rcu_dereference_protected(s->lookup, true));
}

void dmactl_obj_publish(struct dmactl_session *s, struct dmactl_obj *obj)
{
	struct dmactl_lookup *lookup = dmactl_lookup_get(s);
	void *old;

	lockdep_assert_held(&s->lock);
	/* The entry is there already: this allocates nothing. */
	old = xa_store(&s->objects, obj->handle, obj, GFP_KERNEL);
	WARN_ON(old);
	s->nr_objs++;
	if (!lookup || s->nr_objs > lookup->mask / 2)
		dmactl_lookup_grow(s);
	lookup = dmactl_lookup_get(s);
	if (lookup)
		dmactl_lookup_add(lookup, obj);
}

/* The handle of a published object is one no more. */
void dmactl_obj_erase(struct dmactl_session *s, struct dmactl_obj *obj)
{
	struct dmactl_lookup *lookup = dmactl_lookup_get(s);
	struct dmactl_obj __rcu **slot;

	lockdep_assert_held(&s->lock);
	xa_erase(&s->objects, obj->handle);
	s->nr_objs--;
	if (!lookup)
		return;
	slot = &lookup->slots[obj->handle & lookup->mask];
	if (rcu_access_pointer(*slot) == obj)
		RCU_INIT_POINTER(*slot, NULL);
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

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, handle);
	if (!obj || obj->type != type || !kref_get_unless_zero(&obj->ref))
		return NULL;
	return obj;
}

/* An object that stays as it is until dmactl_obj_unuse(). */
struct dmactl_obj *dmactl_obj_use(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type)
{
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, handle);
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
