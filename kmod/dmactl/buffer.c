// SPDX-License-Identifier: GPL-2.0-only
/* Memory: allocated, charged, handed to the CPU and back, freed. */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "core.h"
#include "trace.h"

/* Larger blocks bring little, and the allocator seldom has them. */
#define DMACTL_BIG_ORDER get_order(SZ_2M)

/*
 * Charges the user, not the process: a session can be passed on, and what it
 * holds must not be forgotten with the process that opened it.
 */
int dmactl_buf_charge(struct dmactl_buf *buf)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	struct user_struct *user;
	long old;

	if (capable(CAP_IPC_LOCK))
		return 0;
	user = current_user();
	old = atomic_long_read(&user->locked_vm);
	do {
		if (old + buf->npages > limit)
			return -EDQUOT;
	} while (!atomic_long_try_cmpxchg(&user->locked_vm, &old,
					  old + buf->npages));
	/* Holds the user, too; free_uid() is not exported by every 6.1. */
	buf->payer = get_current_cred();
	return 0;
}

static void dmactl_buf_uncharge(struct dmactl_buf *buf)
{
	if (!buf->payer)
		return;
	atomic_long_sub(buf->npages, &buf->payer->user->locked_vm);
	put_cred(buf->payer);
}

static void dmactl_pages_free(struct dmactl_buf *buf)
{
	unsigned long i = 0;

	while (i < buf->npages && buf->pages[i]) {
		struct folio *folio = page_folio(buf->pages[i]);

		i += folio_nr_pages(folio);
		folio_put(folio);
		cond_resched();
	}
	kvfree(buf->pages);
}

/*
 * A block of up to 2^order pages. It is one folio: get_user_pages_fast() takes
 * small ones that belong to no file the slow way, as they may be secret memory,
 * and direct I/O into the buffer would cost twice as much. Whoever pins one page
 * keeps all of them. Returns their number.
 */
static unsigned long dmactl_pages_block(struct page **pages, int node,
					gfp_t zone, unsigned int order)
{
	const gfp_t gfp = GFP_USER | __GFP_ZERO | __GFP_ACCOUNT | __GFP_NOWARN;
	struct page *page = NULL;
	unsigned long i;

	for (; order && !page; order -= !page)
		page = alloc_pages_node(node, gfp | zone | __GFP_NORETRY |
					__GFP_COMP, order);
	if (!page && zone != __GFP_HIGHMEM)
		page = alloc_pages_node(node, gfp | zone | __GFP_NORETRY, 0);
	/* Give up rather than have another program killed for us. */
	if (!page)
		page = alloc_pages_node(node, gfp | __GFP_HIGHMEM |
					__GFP_RETRY_MAYFAIL, 0);
	if (!page)
		return 0;
	for (i = 0; i < 1ul << order; i++)
		pages[i] = page + i;
	return 1ul << order;
}

/* Where a device without reach finds memory that needs no bouncing. */
static gfp_t dmactl_pages_zone(struct device *dev)
{
	if (!dev || !dma_addressing_limited(dev))
		return __GFP_HIGHMEM;
	return dma_get_mask(dev) >= DMA_BIT_MASK(32) ? GFP_DMA32 : GFP_DMA;
}

static int dmactl_pages_alloc(struct dmactl_buf *buf, struct device *dev)
{
	int node = dev ? dev_to_node(dev) : NUMA_NO_NODE;
	gfp_t zone = dmactl_pages_zone(dev);
	unsigned long done = 0;

	buf->pages = kvcalloc(buf->npages, sizeof(*buf->pages),
			      GFP_KERNEL_ACCOUNT);
	if (!buf->pages)
		return -ENOMEM;
	while (done < buf->npages) {
		unsigned int order = min_t(unsigned int, DMACTL_BIG_ORDER,
					   ilog2(buf->npages - done));
		unsigned long n;

		n = dmactl_pages_block(buf->pages + done, node, zone, order);
		if (!n || fatal_signal_pending(current)) {
			dmactl_pages_free(buf);
			return n ? -EINTR : -ENOMEM;
		}
		done += n;
		cond_resched();
	}
	return 0;
}

static int dmactl_coherent_alloc(struct dmactl_buf *buf,
				 struct dmactl_chan *chan)
{
	struct dmactl_dev *dev = chan->dev;
	int ret;

	guard(mutex)(&dev->lock);
	if (dev->gone)
		return -ENODEV;
	buf->cpu = dma_alloc_coherent(dev->dev, buf->size, &buf->dma,
				      GFP_KERNEL | __GFP_NOWARN);
	if (!buf->cpu)
		return -ENOMEM;
	kref_get(&dev->ref);
	buf->dev = dev;
	ret = dmactl_map_coherent(buf);
	if (ret) {
		dma_free_coherent(dev->dev, buf->size, buf->cpu, buf->dma);
		dmactl_dev_put(dev);
		return ret;
	}
	list_add_tail(&buf->dev_node, &dev->bufs);
	return 0;
}

static void dmactl_coherent_free(struct dmactl_buf *buf)
{
	struct dmactl_dev *dev = buf->dev;

	scoped_guard(mutex, &dev->lock) {
		if (buf->cpu) {
			dma_free_coherent(dev->dev, buf->size, buf->cpu,
					  buf->dma);
			list_del(&buf->dev_node);
		}
	}
	dmactl_dev_put(dev);
}

/* The device of a COHERENT buffer goes, and the memory with it. */
void dmactl_buf_lose(struct dmactl_buf *buf)
{
	lockdep_assert_held(&buf->dev->lock);
	list_del(&buf->dev_node);
	/* From now on a touch of the mapping is SIGBUS. */
	unmap_mapping_range(buf->session->mapping,
			    (loff_t)buf->pgoff << PAGE_SHIFT, buf->size, 1);
	dma_free_coherent(buf->dev->dev, buf->size, buf->cpu, buf->dma);
	buf->cpu = NULL;
}

static void dmactl_buf_free_mem(struct dmactl_buf *buf)
{
	dmactl_map_free_buf(buf);
	dmactl_mmap_unreserve(buf);
	switch (buf->kind) {
	case DMACTL_BUF_COHERENT:
		dmactl_coherent_free(buf);
		break;
	case DMACTL_BUF_USER:
		dmactl_user_free(buf);
		break;
	case DMACTL_BUF_IMPORTED:
		dma_buf_put(buf->dmabuf);
		break;
	default:
		dmactl_export_free(buf);
		dmactl_pages_free(buf);
	}
	dmactl_buf_uncharge(buf);
}

static void dmactl_buf_free(struct kref *ref)
{
	struct dmactl_buf *buf = container_of(ref, struct dmactl_buf, obj.ref);

	dmactl_buf_free_mem(buf);
	kfree_rcu(buf, obj.rcu);
}

void dmactl_buf_put(struct dmactl_buf *buf)
{
	kref_put(&buf->obj.ref, dmactl_buf_free);
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
 * May the module itself read and write it while the channel has an op? A
 * COHERENT buffer of another device could go with that device meanwhile.
 */
bool dmactl_buf_touchable(const struct dmactl_buf *buf,
			  const struct dmactl_chan *chan)
{
	if (buf->kind == DMACTL_BUF_COHERENT)
		return buf->dev == chan->dev;
	return buf->kind == DMACTL_BUF_STREAMING ||
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

/* For an op that is ending: the channel's device, and so the memory, is there. */
void dmactl_buf_write(struct dmactl_buf *buf, u64 off, const void *from,
		      size_t len)
{
	dmactl_buf_touch(buf, off, (void *)from, len, true);
}

int dmactl_buf_destroy(struct dmactl_buf *buf)
{
	struct dmactl_session *s = buf->session;

	lockdep_assert_held(&s->lock);
	/* From 1 to 0 in one step, or an op has come in between. */
	if (!refcount_dec_if_one(&buf->obj.users))
		return -EBUSY;
	dmactl_obj_erase(s, &buf->obj);
	WRITE_ONCE(buf->mappable, false);
	s->nr_bufs--;
	/* No device reaches it any more, even if a program still has it. */
	if (buf->kind != DMACTL_BUF_COHERENT)
		dmactl_map_free_buf(buf);
	dmactl_buf_put(buf);
	return 0;
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

struct dmactl_buf *dmactl_buf_new(struct dmactl_session *s, u32 kind, u64 size)
{
	struct dmactl_buf *buf;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return NULL;
	dmactl_obj_init(&buf->obj, DMACTL_OBJ_BUF);
	buf->session = s;
	buf->session_id = s->id;
	buf->kind = kind;
	buf->size = size;
	spin_lock_init(&buf->maps_lock);
	INIT_LIST_HEAD(&buf->maps);
	return buf;
}

static int dmactl_buf_fill(struct dmactl_buf *buf, struct dmactl_chan *chan)
{
	int ret;

	ret = dmactl_buf_charge(buf);
	if (ret)
		return ret;
	if (buf->kind == DMACTL_BUF_COHERENT)
		ret = dmactl_coherent_alloc(buf, chan);
	else
		ret = dmactl_pages_alloc(buf, chan ? chan->dev->dev : NULL);
	if (ret)
		dmactl_buf_uncharge(buf);
	return ret;
}

/* Gives a complete buffer a handle, and the program its answer. */
int dmactl_buf_publish(struct dmactl_cmd *cmd, struct dmactl_buf *buf,
		       u32 *out_buf)
{
	struct dmactl_session *s = cmd->session;
	int ret;

	lockdep_assert_held(&s->lock);
	if (s->nr_bufs >= dmactl_max_buffers)
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
	s->nr_bufs++;
	trace_dmactl_buf_alloc(s->id, buf->obj.handle, buf->kind, buf->size);
	dmactl_obj_publish(s, &buf->obj);
	return 0;
}

/* Memory of the module's own, without a handle; a user of it until freed. */
struct dmactl_buf *dmactl_buf_internal(struct dmactl_chan *chan, u64 len)
{
	struct dmactl_buf *buf;
	int ret;

	buf = dmactl_buf_new(chan->session, DMACTL_BUF_STREAMING,
			     PAGE_ALIGN(len));
	if (!buf)
		return ERR_PTR(-ENOMEM);
	buf->npages = buf->size >> PAGE_SHIFT;
	ret = dmactl_buf_fill(buf, chan);
	if (ret) {
		kfree(buf);
		return ERR_PTR(ret);
	}
	/* It may outlive the session. */
	buf->session = NULL;
	return buf;
}

void dmactl_buf_internal_free(struct dmactl_buf *buf)
{
	/* Hardware that did not stop may still write to it. */
	if (!refcount_dec_if_one(&buf->obj.users))
		return;
	dmactl_map_free_buf(buf);
	dmactl_buf_put(buf);
}

static int dmactl_buf_alloc_locked(struct dmactl_session *s,
				   struct dmactl_cmd *cmd,
				   struct dmactl_chan *chan)
{
	struct dmactl_buf_alloc *arg = cmd->arg;
	struct dmactl_buf *buf;
	int ret;

	if (s->nr_bufs >= dmactl_max_buffers)
		return -EDQUOT;
	buf = dmactl_buf_new(s, arg->kind, PAGE_ALIGN(arg->len));
	if (!buf)
		return -ENOMEM;
	buf->npages = buf->size >> PAGE_SHIFT;
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
	 * Only now: a mapping would outlive a BUF_ALLOC that fails. Pairs with
	 * the acquire in dmactl_mmap_find().
	 */
	smp_store_release(&buf->mappable, true);
	return 0;

err_mem:
	/* Takes the offset along. */
	dmactl_buf_put(buf);
	return ret;
err_offset:
	dmactl_mmap_unreserve(buf);
err_free:
	kfree_rcu(buf, obj.rcu);
	return ret;
}

int dmactl_ioctl_buf_alloc(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_alloc *arg = cmd->arg;
	struct dmactl_session *s = cmd->session;
	struct dmactl_chan *chan = NULL;
	struct dmactl_obj *obj;
	int ret;

	ret = dmactl_buf_check_alloc(arg);
	if (ret)
		return ret;
	/* Channels come and go under this lock: no reference is needed. */
	guard(mutex)(&s->lock);
	if (arg->chan) {
		obj = xa_load(&s->objects, arg->chan);
		if (!obj || obj->type != DMACTL_OBJ_CHAN)
			return -ENOENT;
		chan = obj_to_chan(obj);
	}
	return dmactl_buf_alloc_locked(s, cmd, chan);
}

static enum dma_data_direction dmactl_sync_dir(u32 flags)
{
	switch (flags & (DMACTL_SYNC_READ | DMACTL_SYNC_WRITE)) {
	case DMACTL_SYNC_READ:
		return DMA_FROM_DEVICE;
	case DMACTL_SYNC_WRITE:
		return DMA_TO_DEVICE;
	case DMACTL_SYNC_READ | DMACTL_SYNC_WRITE:
		return DMA_BIDIRECTIONAL;
	}
	return DMA_NONE;
}

/* For one channel's device. */
static int dmactl_buf_sync_chan(struct dmactl_buf *buf,
				const struct dmactl_buf_sync *arg)
{
	enum dma_data_direction dir = dmactl_sync_dir(arg->flags);
	bool begin = arg->flags & DMACTL_SYNC_BEGIN;
	struct dmactl_chan *chan;
	struct dmactl_map *map;
	int ret;

	chan = dmactl_chan_get(buf->session, arg->chan);
	if (!chan)
		return -ENOENT;
	/* A mapping stays while the channel is not dead. */
	down_read(&chan->rwsem);
	ret = chan->dead;
	map = ret ? NULL : dmactl_map_find(buf, chan->dev);
	if (map)
		dmactl_map_sync(map, arg->off, arg->len, dir, begin);
	up_read(&chan->rwsem);
	dmactl_chan_put(chan);
	/* It can take long: not with the channel locked. */
	if (!ret && buf->dmabuf)
		ret = dmactl_import_sync(buf, dir, begin);
	return ret;
}

static int dmactl_buf_do_sync(struct dmactl_buf *buf,
			      const struct dmactl_buf_sync *arg)
{
	bool begin = arg->flags & DMACTL_SYNC_BEGIN;

	if (!dmactl_buf_range_ok(buf, arg->off, arg->len))
		return -EINVAL;
	trace_dmactl_buf_sync(buf->session->id, buf->obj.handle, arg->off,
			      arg->len, begin);
	if (arg->chan)
		return dmactl_buf_sync_chan(buf, arg);
	if (buf->dmabuf)
		return dmactl_import_sync(buf, dmactl_sync_dir(arg->flags),
					  begin);
	return dmactl_map_sync_all(buf, arg->off, arg->len,
				   dmactl_sync_dir(arg->flags), begin);
}

int dmactl_ioctl_buf_sync(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_sync *arg = cmd->arg;
	bool begin = arg->flags & DMACTL_SYNC_BEGIN;
	bool end = arg->flags & DMACTL_SYNC_END;
	struct dmactl_buf *buf;
	int ret;

	if (begin == end ||
	    dmactl_sync_dir(arg->flags) == DMA_NONE)
		return -EINVAL;
	buf = dmactl_buf_use(cmd->session, arg->buf);
	if (!buf)
		return -ENOENT;
	ret = dmactl_buf_do_sync(buf, arg);
	dmactl_buf_unuse(buf);
	return ret;
}
