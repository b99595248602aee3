/* SPDX-License-Identifier: GPL-2.0-only */
/* The objects of a session. Each has a handle. */
#ifndef DMACTL_OBJECT_H
#define DMACTL_OBJECT_H

#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "core/session.h"

/*
 * Kinds of buffers that other ioctls than BUF_ALLOC create; they extend enum
 * dmactl_buf_kind.
 */
#define DMACTL_BUF_USER		0x80
#define DMACTL_BUF_IMPORTED	0x81

/*
 * @users counts the handle and every op or call that works with the object;
 * while it is above 1, the object cannot be destroyed. @ref counts what needs
 * the memory of the object; all users together hold one reference.
 */
struct dmactl_obj {
	struct kref ref;
	refcount_t users;
	u32 handle;
	enum dmactl_obj_type type;
	struct rcu_head rcu;
};

/*
 * A cache of the table of handles. The object with handle h is in slot h &
 * mask, or not in the cache. The cache grows with the number of objects.
 */
struct dmactl_lookup {
	struct rcu_head rcu;
	u32 mask;
	struct dmactl_obj __rcu *slots[];
};

/*
 * The caller is in an RCU read section. Returns NULL if the handle does not
 * exist.
 */
static inline struct dmactl_obj *dmactl_obj_find(struct dmactl_session *s,
						 u32 handle)
{
	struct dmactl_lookup *lookup = rcu_dereference_sched(s->lookup);
	struct dmactl_obj *obj;

	if (lookup) {
		obj = rcu_dereference_sched(lookup->slots[handle & lookup->mask]);
		if (obj && obj->handle == handle)
			return obj;
	}
	return xa_load(&s->objects, handle);
}

/*
 * Takes a reference to the memory. The caller already holds one, or a lock that
 * keeps one.
 */
static inline void dmactl_obj_hold(struct dmactl_obj *obj)
{
	kref_get(&obj->ref);
}

static inline bool dmactl_obj_try_hold(struct dmactl_obj *obj)
{
	return kref_get_unless_zero(&obj->ref);
}

static inline void dmactl_obj_put(struct dmactl_obj *obj,
				  void (*release)(struct kref *ref))
{
	kref_put(&obj->ref, release);
}

/*
 * Prevents destruction. Returns false if the object is already in destruction.
 */
static inline bool dmactl_obj_try_use(struct dmactl_obj *obj)
{
	return refcount_inc_not_zero(&obj->users);
}

/* The same, for a caller that already is a user. */
static inline void dmactl_obj_use_more(struct dmactl_obj *obj)
{
	refcount_inc(&obj->users);
}

/* Drops the use of the handle. Returns false if the object has other users. */
static inline bool dmactl_obj_seize(struct dmactl_obj *obj)
{
	return refcount_dec_if_one(&obj->users);
}

void dmactl_obj_init(struct dmactl_obj *obj, enum dmactl_obj_type type);
int dmactl_obj_reserve(struct dmactl_session *s, struct dmactl_obj *obj);
void dmactl_obj_publish(struct dmactl_session *s, struct dmactl_obj *obj);
void dmactl_obj_unreserve(struct dmactl_session *s, struct dmactl_obj *obj);
void dmactl_obj_erase(struct dmactl_session *s, struct dmactl_obj *obj);
struct dmactl_obj *dmactl_obj_get(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type);
struct dmactl_obj *dmactl_obj_use(struct dmactl_session *s, u32 handle,
				  enum dmactl_obj_type type);

static inline void dmactl_obj_unuse(struct dmactl_obj *obj)
{
	/* The handle is a user, so the count never drops to 0 here. */
	refcount_dec(&obj->users);
}

void dmactl_obj_table_init(struct dmactl_session *s);
void dmactl_obj_table_exit(struct dmactl_session *s);

#endif /* DMACTL_OBJECT_H */
