// SPDX-License-Identifier: GPL-2.0-only
/* Buffers: allocated, charged, published, destroyed and freed. */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/kref.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "core/trace.h"
#include "mem/buffer.h"
#include "mem/coherent.h"
#include "mem/contig.h"
#include "mem/dma_dev.h"
#include "mem/map.h"
#include "mem/mmap.h"
#include "mem/pages.h"

/*
 * Charges the user and not the process: a session can be passed on, and its
 * buffers must stay charged after the process that opened it has exited.
 */
int dmactl_buf_charge(struct dmactl_buf *buf)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	struct user_struct *user;
	long old;
	int ret;

	if (capable(CAP_IPC_LOCK))
		return 0;
	ret = dmactl_account_lock(buf->account, buf->npages);
	if (ret)
		return ret;
	user = current_user();
	old = atomic_long_read(&user->locked_vm);
	do {
		if (old + buf->npages > limit) {
			dmactl_account_unlock(buf->account, buf->npages);
			return -EDQUOT;
		}
	} while (!atomic_long_try_cmpxchg(&user->locked_vm, &old,
					  old + buf->npages));
	/* The cred also holds the user; not every 6.1 exports free_uid(). */
	buf->payer = get_current_cred();
	return 0;
}

static void dmactl_buf_uncharge(struct dmactl_buf *buf)
{
	if (!buf->payer)
		return;
	dmactl_account_unlock(buf->account, buf->npages);
	atomic_long_sub(buf->npages, &buf->payer->user->locked_vm);
	put_cred(buf->payer);
}

/*
 * The cost of a buffer: its struct and one mapping. The arrays that describe
 * its pages, here and in each mapping, are not charged: they take at most a
 * 64th of the pages.
 */
#define DMACTL_BUF_COST \
	(sizeof(struct dmactl_buf) + sizeof(struct dmactl_map))

static void dmactl_buf_drop(struct dmactl_buf *buf)
{
	dmactl_account_uncharge(buf->account, DMACTL_BUF_COST);
	dmactl_account_put(buf->account);
	kfree_rcu(buf, obj.rcu);
}

static void dmactl_buf_free_mem(struct dmactl_buf *buf)
{
	dmactl_map_free_buf(buf);
	dmactl_mmap_unreserve(buf);
	buf->ops->free(buf);
	dmactl_buf_uncharge(buf);
}

static void dmactl_buf_free(struct kref *ref)
{
	struct dmactl_buf *buf = container_of(ref, struct dmactl_buf, obj.ref);

	dmactl_buf_free_mem(buf);
	dmactl_buf_drop(buf);
}

void dmactl_buf_put(struct dmactl_buf *buf)
{
	dmactl_obj_put(&buf->obj, dmactl_buf_free);
}

struct dmactl_buf *dmactl_buf_use(struct dmactl_session *s, u32 handle)
{
	struct dmactl_obj *obj = dmactl_obj_use(s, handle, DMACTL_OBJ_BUF);

	return obj ? obj_to_buf(obj) : NULL;
}

void dmactl_buf_unuse(struct dmactl_buf *buf)
{
	dmactl_obj_unuse(&buf->obj);
}

bool dmactl_buf_range_ok(const struct dmactl_buf *buf, u64 off, u64 len)
{
	u64 end;

	return len && !check_add_overflow(off, len, &end) && end <= buf->size;
}

/*
 * May the module read and write the buffer while the channel has an op? A
 * COHERENT buffer of another device could go with that device in the meantime.
 */
bool dmactl_buf_touchable(const struct dmactl_buf *buf,
			  const struct dmactl_chan *chan)
{
	if (buf->kind == DMACTL_BUF_COHERENT)
		return buf->dev == chan->client.dev;
	return dmactl_buf_is_paged(buf) ||
	       (buf->kind == DMACTL_BUF_USER && !buf->read_only);
}

static void dmactl_buf_touch_page(struct dmactl_buf *buf, u64 off, void *data,
				  size_t len, bool write)
{
	struct page *page = buf->pages[off >> PAGE_SHIFT];

	if (write)
		memcpy_to_page(page, offset_in_page(off), data, len);
	else
		memcpy_from_page(data, page, offset_in_page(off), len);
}

static void dmactl_buf_touch(struct dmactl_buf *buf, u64 off, void *data,
			     size_t len, bool write)
{
	off += buf->page_off;
	while (len) {
		size_t n = min_t(size_t, len, PAGE_SIZE - offset_in_page(off));

		if (buf->kind != DMACTL_BUF_COHERENT)
			dmactl_buf_touch_page(buf, off, data, n, write);
		else if (write)
			memcpy(buf->cpu + off, data, n);
		else
			memcpy(data, buf->cpu + off, n);
		off += n;
		data += n;
		len -= n;
	}
}

void dmactl_buf_read(struct dmactl_buf *buf, u64 off, void *to, size_t len)
{
	if (buf->kind != DMACTL_BUF_COHERENT) {
		dmactl_buf_touch(buf, off, to, len, false);
		return;
	}
	guard(mutex)(&buf->dev->lock);
	if (buf->cpu)
		dmactl_buf_touch(buf, off, to, len, false);
}

/*
 * For an op that is ending: the channel's device is still there, so the memory
 * is there too.
 */
void dmactl_buf_write(struct dmactl_buf *buf, u64 off, const void *from,
		      size_t len)
{
	dmactl_buf_touch(buf, off, (void *)from, len, true);
}

int dmactl_buf_destroy(struct dmactl_buf *buf)
{
	struct dmactl_session *s = buf->session;

	lockdep_assert_held(&s->lock);
	/* Fails if an op uses the buffer. The step from 1 to 0 is atomic. */
	if (!dmactl_obj_seize(&buf->obj))
		return -EBUSY;
	dmactl_obj_erase(s, &buf->obj);
	WRITE_ONCE(buf->mappable, false);
	/*
	 * From here on no device reaches the buffer, even if a program still
	 * maps it.
	 */
	if (buf->kind != DMACTL_BUF_COHERENT)
		dmactl_map_free_buf(buf);
	dmactl_buf_put(buf);
	return 0;
}

/*
 * For the end of a session. If a channel did not stop, its hardware may still
 * write to the buffer. Then the buffer stays, and nobody can reach it.
 */
void dmactl_buf_abandon(struct dmactl_buf *buf)
{
	if (dmactl_buf_destroy(buf))
		WRITE_ONCE(buf->mappable, false);
}

/* Allocates the array of pages. */
int dmactl_buf_alloc_array(struct dmactl_buf *buf)
{
	buf->pages = kvcalloc(buf->npages, sizeof(*buf->pages),
			      DMACTL_GFP_LARGE);
	return buf->pages ? 0 : -ENOMEM;
}

static int dmactl_buf_check_alloc(const struct dmactl_buf_alloc *arg)
{
	if (!arg->kind || arg->kind >= DMACTL_BUF_KIND_END || arg->reserved)
		return -EINVAL;
	if (!arg->len || (arg->kind == DMACTL_BUF_COHERENT && !arg->chan))
		return -EINVAL;
	if (arg->len > dmactl_max_len())
		return -EDQUOT;
	return 0;
}

struct dmactl_buf *dmactl_buf_new(struct dmactl_session *s,
				  const struct dmactl_buf_ops *ops, u64 size,
				  unsigned int page_off, bool read_only)
{
	struct dmactl_buf *buf;
	int ret;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	buf->account = dmactl_account_get_current();
	ret = buf->account ? dmactl_account_charge(buf->account,
						   DMACTL_BUF_COST) : -ENOMEM;
	if (ret) {
		if (buf->account)
			dmactl_account_put(buf->account);
		kfree(buf);
		return ERR_PTR(ret);
	}
	dmactl_obj_init(&buf->obj, DMACTL_OBJ_BUF);
	buf->session = s;
	buf->session_id = s->id;
	buf->ops = ops;
	buf->kind = ops->kind;
	buf->size = size;
	buf->page_off = page_off;
	buf->npages = PAGE_ALIGN(page_off + size) >> PAGE_SHIFT;
	buf->read_only = read_only;
	dmactl_map_init_buf(buf);
	return buf;
}

static int dmactl_buf_fill(struct dmactl_buf *buf, struct dmactl_chan *chan)
{
	struct device *dev = chan ? chan->client.dev->dev : NULL;
	int ret;

	ret = dmactl_buf_charge(buf);
	if (ret)
		return ret;
	if (buf->kind == DMACTL_BUF_COHERENT)
		ret = dmactl_coherent_alloc(buf, chan);
	else if (buf->kind == DMACTL_BUF_CONTIGUOUS)
		ret = dmactl_contig_alloc(buf, dev);
	else
		ret = dmactl_pages_alloc(buf, dev);
	if (ret)
		dmactl_buf_uncharge(buf);
	return ret;
}

/* Gives a complete buffer a handle and writes the answer to the program. */
int dmactl_buf_publish(struct dmactl_cmd *cmd, struct dmactl_buf *buf,
		       u32 *out_buf)
{
	struct dmactl_session *s = cmd->session;
	int ret;

	lockdep_assert_held(&s->lock);
	if (s->nr[DMACTL_OBJ_BUF] >= dmactl_max_buffers)
		return -EDQUOT;
	ret = dmactl_obj_reserve(s, &buf->obj);
	if (ret)
		return ret;
	*out_buf = buf->obj.handle;
	ret = dmactl_cmd_respond(cmd);
	if (ret) {
		dmactl_obj_unreserve(s, &buf->obj);
		return ret;
	}
	trace_dmactl_buf_alloc(s->id, buf->obj.handle, buf->kind, buf->size);
	dmactl_obj_publish(s, &buf->obj);
	return 0;
}

/*
 * Allocates memory for the module itself. It has no handle; the caller is its
 * user until dmactl_buf_internal_free().
 */
struct dmactl_buf *dmactl_buf_internal(struct dmactl_chan *chan, u64 len)
{
	struct dmactl_buf *buf;
	int ret;

	buf = dmactl_buf_new(chan->session, &dmactl_pages_ops, PAGE_ALIGN(len),
			     0, false);
	if (IS_ERR(buf))
		return buf;
	ret = dmactl_buf_fill(buf, chan);
	if (ret) {
		dmactl_buf_drop(buf);
		return ERR_PTR(ret);
	}
	/* The buffer may outlive the session. */
	buf->session = NULL;
	return buf;
}

void dmactl_buf_internal_free(struct dmactl_buf *buf)
{
	/* Hardware that did not stop may still write to the buffer. */
	if (!dmactl_obj_seize(&buf->obj))
		return;
	dmactl_map_free_buf(buf);
	dmactl_buf_put(buf);
}

static int dmactl_buf_alloc_locked(struct dmactl_session *s,
				   struct dmactl_cmd *cmd,
				   struct dmactl_chan *chan)
{
	static const struct dmactl_buf_ops *const kinds[] = {
		[DMACTL_BUF_STREAMING] = &dmactl_pages_ops,
		[DMACTL_BUF_COHERENT] = &dmactl_coherent_ops,
		[DMACTL_BUF_CONTIGUOUS] = &dmactl_contig_ops,
	};
	struct dmactl_buf_alloc *arg = cmd->arg;
	struct dmactl_buf *buf;
	int ret;

	if (s->nr[DMACTL_OBJ_BUF] >= dmactl_max_buffers)
		return -EDQUOT;
	buf = dmactl_buf_new(s, kinds[arg->kind], PAGE_ALIGN(arg->len), 0,
			     false);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = dmactl_mmap_reserve(buf);
	if (ret)
		goto err_free;
	ret = dmactl_buf_fill(buf, chan);
	if (ret)
		goto err_offset;
	arg->out_len = buf->size;
	arg->out_mmap_offset = (u64)buf->pgoff << PAGE_SHIFT;
	ret = dmactl_buf_publish(cmd, buf, &arg->out_buf);
	if (ret)
		goto err_mem;
	/*
	 * Only after BUF_ALLOC can no longer fail, because a mapping would
	 * outlive it. Pairs with the acquire in dmactl_mmap_find().
	 */
	smp_store_release(&buf->mappable, true);
	return 0;

err_mem:
	/* This also frees the offset. */
	dmactl_buf_put(buf);
	return ret;
err_offset:
	dmactl_mmap_unreserve(buf);
err_free:
	dmactl_buf_drop(buf);
	return ret;
}

/* s->lock keeps the channel, so it needs no reference. */
static int dmactl_buf_alloc_for(struct dmactl_session *s,
				struct dmactl_cmd *cmd, u32 handle)
{
	struct dmactl_obj *obj;

	lockdep_assert_held(&s->lock);
	if (!handle)
		return dmactl_buf_alloc_locked(s, cmd, NULL);
	obj = xa_load(&s->objects, handle);
	if (!obj || obj->type != DMACTL_OBJ_CHAN)
		return -ENOENT;
	return dmactl_buf_alloc_locked(s, cmd, obj_to_chan(obj));
}

int dmactl_ioctl_buf_alloc(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_alloc *arg = cmd->arg;
	struct dmactl_session *s = cmd->session;
	int ret;

	ret = dmactl_buf_check_alloc(arg);
	if (ret)
		return ret;
	ret = dmactl_session_lock(s);
	if (ret)
		return ret;
	ret = dmactl_buf_alloc_for(s, cmd, arg->chan);
	dmactl_session_unlock(s);
	return ret;
}
