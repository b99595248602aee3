// SPDX-License-Identifier: GPL-2.0-only
/* Handles. Each session has a table of objects; 0 is never a handle. */

#include <linux/kref.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/object.h"
#include "core/session.h"

void dmactl_obj_init(struct dmactl_obj *obj, enum dmactl_obj_type type)
{
	kref_init(&obj->ref);
	refcount_set(&obj->users, 1);
	obj->type = type;
}

/*
 * Reserves a handle. Lookups do not find the object until dmactl_obj_publish(),
 * so all steps that can fail come before other threads see it.
 */
int dmactl_obj_reserve(struct dmactl_session *s, struct dmactl_obj *obj)
{
	int ret;

	lockdep_assert_held(&s->lock);
	/* Cyclic, so that a stale handle stays invalid as long as possible. */
	ret = xa_alloc_cyclic(&s->objects, &obj->handle, NULL,
			      XA_LIMIT(1, INT_MAX), &s->next_handle,
			      GFP_KERNEL_ACCOUNT);
	return ret < 0 ? ret : 0;
}

/* Sizes of the lookup table, which caches the xarray of handles. */
#define DMACTL_LOOKUP_MIN 16
#define DMACTL_LOOKUP_MAX SZ_64K

static struct dmactl_lookup *dmactl_lookup_get(struct dmactl_session *s)
{
	return rcu_dereference_protected(s->lookup,
					 lockdep_is_held(&s->lock));
}

/*
 * A newer object takes the slot of an older one. The older one is still found,
 * in the xarray.
 */
static void dmactl_lookup_add(struct dmactl_lookup *lookup,
			      struct dmactl_obj *obj)
{
	rcu_assign_pointer(lookup->slots[obj->handle & lookup->mask], obj);
}

static size_t dmactl_lookup_bytes(u32 size)
{
	const struct dmactl_lookup *lookup = NULL;

	/* Only the type counts. 6.1 has no struct_size_t(). */
	return struct_size(lookup, slots, size);
}

/*
 * Grows the table. If memory is short, the table stays small and lookups are
 * slower.
 */
static void dmactl_lookup_grow(struct dmactl_session *s)
{
	struct dmactl_lookup *old = dmactl_lookup_get(s);
	u32 size = old ? (old->mask + 1) * 2 : DMACTL_LOOKUP_MIN;
	struct dmactl_lookup *lookup;
	struct dmactl_obj *obj;
	unsigned long handle;

	if (size > DMACTL_LOOKUP_MAX ||
	    dmactl_account_charge(s->account, dmactl_lookup_bytes(size)))
		return;
	lookup = kvzalloc(dmactl_lookup_bytes(size), DMACTL_GFP_LARGE);
	if (!lookup) {
		dmactl_account_uncharge(s->account, dmactl_lookup_bytes(size));
		return;
	}
	lookup->mask = size - 1;
	xa_for_each(&s->objects, handle, obj)
		dmactl_lookup_add(lookup, obj);
	rcu_assign_pointer(s->lookup, lookup);
	if (!old)
		return;
	dmactl_account_uncharge(s->account, dmactl_lookup_bytes(old->mask + 1));
	kvfree_rcu(old, rcu);
}

static void dmactl_lookup_free(struct dmactl_session *s)
{
	struct dmactl_lookup *lookup = rcu_dereference_protected(s->lookup,
								 true);

	if (!lookup)
		return;
	dmactl_account_uncharge(s->account,
				dmactl_lookup_bytes(lookup->mask + 1));
	kvfree(lookup);
}

void dmactl_obj_table_init(struct dmactl_session *s)
{
	xa_init_flags(&s->objects, XA_FLAGS_ALLOC1);
}

/* The session is being closed, so no lookups run. */
void dmactl_obj_table_exit(struct dmactl_session *s)
{
	xa_destroy(&s->objects);
	dmactl_lookup_free(s);
}

void dmactl_obj_publish(struct dmactl_session *s, struct dmactl_obj *obj)
{
	struct dmactl_lookup *lookup = dmactl_lookup_get(s);
	void *old;

	lockdep_assert_held(&s->lock);
	/*
	 * The entry exists since dmactl_obj_reserve(): this allocates nothing.
	 */
	old = xa_store(&s->objects, obj->handle, obj, GFP_KERNEL);
	WARN_ON(old);
	s->nr_objs++;
	s->nr[obj->type]++;
	if (!lookup || s->nr_objs > lookup->mask / 2)
		dmactl_lookup_grow(s);
	lookup = dmactl_lookup_get(s);
	if (lookup)
		dmactl_lookup_add(lookup, obj);
}

/* Removes the handle of a published object. */
void dmactl_obj_erase(struct dmactl_session *s, struct dmactl_obj *obj)
{
	struct dmactl_lookup *lookup = dmactl_lookup_get(s);
	struct dmactl_obj __rcu **slot;

	lockdep_assert_held(&s->lock);
	xa_erase(&s->objects, obj->handle);
	s->nr_objs--;
	s->nr[obj->type]--;
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

/*
 * Returns an object that may already be in destruction, with a reference to its
 * memory. The caller uses kref_put().
 */
struct dmactl_obj *dmactl_obj_get(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type)
{
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, handle);
	if (!obj || obj->type != type || !dmactl_obj_try_hold(obj))
		return NULL;
	return obj;
}

/* Returns an object that cannot be destroyed before dmactl_obj_unuse(). */
struct dmactl_obj *dmactl_obj_use(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type)
{
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, handle);
	if (!obj || obj->type != type || !dmactl_obj_try_use(obj))
		return NULL;
	return obj;
}
