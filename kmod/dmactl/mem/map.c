// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: buffers as devices see them. A mapping is made at the first use and
 * kept, so the hot path maps nothing.
 */

#include <linux/align.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/trace.h"
#include "mem/bounce.h"
#include "mem/buffer.h"
#include "mem/cut.h"
#include "mem/dma_dev.h"
#include "mem/map.h"

/*
 * Each transfer syncs its own ranges, so mapping and unmapping do not sync.
 * Unmapping must not: a bounce buffer would overwrite what the program has
 * written since.
 */
#define DMACTL_MAP_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_NO_WARN)

/* A device that only reads needs no write access. */
enum dma_data_direction dmactl_map_dir(const struct dmactl_map *map)
{
	return map->buf->read_only ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
}

/*
 * The DMA API returns EIO if SWIOTLB or the address space of the IOMMU is full.
 */
int dmactl_map_errno(int err)
{
	switch (err) {
	case -EIO:
	case -ENOMEM:
	case -EAGAIN:
		return -ENOMEM;
	}
	return -EXDEV;
}

struct sg_table *dmactl_map_pages(struct dmactl_map *map)
{
	struct device *dev = map->dev->dev;
	int ret;

	ret = dmactl_map_fill_sgt(map);
	if (ret)
		return ERR_PTR(ret);
	ret = -EXDEV;
	if (!dmactl_map_reachable(dev, &map->sgt))
		goto err_free;
	ret = dmactl_bounce_reserve(map, dmactl_bounce_most(dev, &map->sgt));
	if (ret)
		goto err_free;
	ret = dma_map_sgtable(dev, &map->sgt, dmactl_map_dir(map),
			      DMACTL_MAP_ATTRS);
	if (ret) {
		ret = dmactl_map_errno(ret);
		goto err_free;
	}
	return &map->sgt;

err_free:
	sg_free_table(&map->sgt);
	return ERR_PTR(ret);
}

void dmactl_map_unmap_pages(struct dmactl_map *map)
{
	dma_unmap_sgtable(map->dev->dev, &map->sgt, dmactl_map_dir(map),
			  DMACTL_MAP_ATTRS);
	sg_free_table(&map->sgt);
}

/* Fills the segments. A segment is contiguous for the device. */
static int dmactl_map_fill_segs(struct dmactl_map *map)
{
	u64 boundary = dma_get_seg_boundary(map->dev->dev);
	struct dmactl_seg *segs;
	struct scatterlist *sg;
	u64 off = 0, next = 0;
	unsigned int i;

	/* One more for the end. */
	segs = kvmalloc_array(map->table->nents + 1, sizeof(*segs),
			      DMACTL_GFP_LARGE);
	if (!segs)
		return -ENOMEM;
	for_each_sgtable_dma_sg(map->table, sg, i) {
		/* Neighbours across a segment boundary stay separate. */
		if (!map->nr_segs || sg_dma_address(sg) != next ||
		    !(next & boundary))
			segs[map->nr_segs++] = (struct dmactl_seg) {
				.off = off, .addr = sg_dma_address(sg),
			};
		off += sg_dma_len(sg);
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	segs[map->nr_segs].off = off;
	for (i = 1; i < map->nr_segs; i++)
		map->cuts |= lower_32_bits(segs[i].off | segs[i].addr);
	map->segs = segs;
	return 0;
}

/* Returns the segment that contains @off. */
const struct dmactl_seg *dmactl_seg_find(const struct dmactl_seg *segs, u32 nr,
					 u64 off)
{
	u32 low = 0, high = nr;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (segs[mid].off <= off)
			low = mid;
		else
			high = mid;
	}
	return &segs[low];
}

/*
 * Are the addresses and lengths of all pieces of a range multiples of @align, a
 * power of two? Pinned memory begins anywhere, and the DMA API chooses the
 * start of a bounce slot, so the offset alone does not tell.
 */
bool dmactl_map_is_aligned(const struct dmactl_map *map, u64 off, u64 len,
			   u32 align)
{
	const struct dmactl_seg *seg;
	dma_addr_t addr;
	u64 next;

	next = off + dmactl_map_addr(map, off, &addr);
	if (!IS_ALIGNED(addr, align))
		return false;
	if (next >= off + len || IS_ALIGNED(map->cuts | off, align))
		return true;
	seg = dmactl_seg_find(map->segs, map->nr_segs, next);
	for (; seg->off < off + len; seg++)
		if (!IS_ALIGNED((seg->off - off) | seg->addr, align))
			return false;
	return true;
}

/*
 * Syncs go by the entries that were mapped. A segment can span several entries
 * whose memory or bounce slots are not contiguous for the CPU.
 */
int dmactl_map_fill_ents(struct dmactl_map *map)
{
	struct device *dev = map->dev->dev;
	unsigned long bounced = 0;
	bool need_sync = false;
	struct dmactl_seg *ents;
	struct scatterlist *sg;
	unsigned int i;
	u64 off = 0;

	ents = kvmalloc_array(map->sgt.orig_nents + 1, sizeof(*ents),
			      DMACTL_GFP_LARGE);
	if (!ents)
		return -ENOMEM;
	for_each_sgtable_sg(&map->sgt, sg, i) {
		ents[i].off = off;
		dmactl_map_addr(map, off, &ents[i].addr);
		need_sync |= dma_need_sync(dev, ents[i].addr);
		if (dmactl_bounce_used(map, sg, ents[i].addr))
			bounced += dmactl_bounce_slots(sg->length);
		off += sg->length;
	}
	ents[i].off = off;
	map->nr_ents = i;
	if (need_sync)
		map->ents = ents;
	else
		kvfree(ents);
	return dmactl_bounce_adjust(map, bounced);
}

void dmactl_map_init_buf(struct dmactl_buf *buf)
{
	spin_lock_init(&buf->maps_lock);
	INIT_LIST_HEAD(&buf->maps);
}

static void dmactl_map_link(struct dmactl_map *map)
{
	guard(dmactl_bh)(&map->buf->maps_lock);
	list_add_tail_rcu(&map->buf_node, &map->buf->maps);
}

static struct dmactl_map *dmactl_map_new(struct dmactl_buf *buf,
					 struct dmactl_dev *dev)
{
	struct sg_table *table;
	struct dmactl_map *map;
	int ret;

	lockdep_assert_held(&dev->lock);
	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->buf = buf;
	map->dev = dev;
	table = buf->ops->map(map);
	ret = PTR_ERR_OR_ZERO(table);
	if (ret)
		goto err_reserve;
	map->table = table;
	ret = dmactl_map_fill_segs(map);
	if (ret)
		goto err_unmap;
	ret = buf->ops->describe(map);
	if (ret)
		goto err_ents;
	/*
	 * Fills the bounce slots, so that they hold no bytes of other programs.
	 */
	ret = dmactl_map_sync_long(map, 0, buf->size, DMA_BIDIRECTIONAL, false);
	if (ret)
		goto err_ents;
	list_add_tail(&map->node, &dev->maps->live);
	dmactl_map_link(map);
	trace_dmactl_buf_map(buf->session_id, buf->obj.handle,
			     dev_name(dev->dev), map->nr_segs);
	return map;

err_ents:
	kvfree(map->ents);
	kvfree(map->segs);
err_unmap:
	map->buf->ops->unmap(map);
err_reserve:
	dmactl_bounce_unreserve(map);
	kfree(map);
	return ERR_PTR(ret);
}

/* Makes the only mapping of a COHERENT buffer: one segment, never synced. */
int dmactl_map_coherent(struct dmactl_buf *buf)
{
	struct dmactl_map *map;

	lockdep_assert_held(&buf->dev->lock);
	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return -ENOMEM;
	map->segs = kvmalloc_array(2, sizeof(*map->segs), GFP_KERNEL_ACCOUNT);
	if (!map->segs) {
		kfree(map);
		return -ENOMEM;
	}
	map->buf = buf;
	map->dev = buf->dev;
	map->nr_segs = 1;
	map->segs[0] = (struct dmactl_seg) { .off = 0, .addr = buf->dma };
	map->segs[1] = (struct dmactl_seg) { .off = buf->size };
	/* On neither list: the mapping stays when the last channel goes. */
	INIT_LIST_HEAD(&map->node);
	dmactl_map_link(map);
	return 0;
}

struct dmactl_map *dmactl_map_find(struct dmactl_buf *buf,
				   struct dmactl_dev *dev)
{
	guard(dmactl_rcu_sched)();
	return dmactl_map_lookup(buf, dev);
}

/*
 * Returns the mapping of a buffer for a device; makes it if needed. It is valid
 * under the rwsem of a channel of the device, or the prep_lock of an open one,
 * while the channel is not dead, because mappings go after channels.
 */
struct dmactl_map *dmactl_map_get(struct dmactl_buf *buf,
				  struct dmactl_dev *dev)
{
	struct dmactl_map *map;

	map = dmactl_map_find(buf, dev);
	if (map)
		return map;
	if (buf->kind == DMACTL_BUF_COHERENT)
		return ERR_PTR(-EXDEV);
	guard(mutex)(&dev->lock);
	map = dmactl_map_find(buf, dev);
	if (map)
		return map;
	if (dev->gone)
		return ERR_PTR(-ENODEV);
	/* The channel was destroyed in the meantime. */
	if (!dev->maps)
		return ERR_PTR(-ENOENT);
	return dmactl_map_new(buf, dev);
}

static void dmactl_map_unlink(struct dmactl_map *map)
{
	guard(dmactl_bh)(&map->buf->maps_lock);
	list_del_rcu(&map->buf_node);
	WRITE_ONCE(map->buf->nr_unmapped, map->buf->nr_unmapped + 1);
}

/*
 * Unmaps a buffer. The mapping is unlinked last: a task that frees the buffer,
 * which this function reads, finds the mapping and waits for dev->lock.
 */
static void dmactl_map_drop(struct dmactl_map *map)
{
	lockdep_assert_held(&map->dev->lock);
	if (map->table) {
		trace_dmactl_buf_unmap(map->buf->session_id,
				       map->buf->obj.handle,
				       dev_name(map->dev->dev));
		map->buf->ops->unmap(map);
	}
	dmactl_bounce_unreserve(map);
	dmactl_map_unlink(map);
}

/*
 * Frees a mapping. Lookups for other devices may still pass it, so RCU delays
 * it.
 */
static void dmactl_map_free(struct dmactl_map *map)
{
	list_del(&map->node);
	kvfree(map->segs);
	kvfree(map->ents);
	kfree_rcu(map, rcu);
}

struct dmactl_maps *dmactl_maps_new(void)
{
	struct dmactl_maps *maps;

	maps = kzalloc(sizeof(*maps), GFP_KERNEL_ACCOUNT);
	if (!maps)
		return NULL;
	kref_init(&maps->ref);
	INIT_LIST_HEAD(&maps->live);
	INIT_LIST_HEAD(&maps->retired);
	return maps;
}

struct dmactl_maps *dmactl_maps_get(struct dmactl_maps *maps)
{
	kref_get(&maps->ref);
	return maps;
}

static void dmactl_maps_free(struct kref *ref)
{
	struct dmactl_maps *maps = container_of(ref, struct dmactl_maps, ref);
	struct dmactl_map *map, *next;

	WARN_ON(!list_empty(&maps->live));
	list_for_each_entry_safe(map, next, &maps->retired, node)
		dmactl_map_free(map);
	kfree(maps);
}

void dmactl_maps_put(struct dmactl_maps *maps)
{
	kref_put(&maps->ref, dmactl_maps_free);
}

/*
 * The channels have stopped: unmaps everything. The memory stays; see struct
 * dmactl_maps.
 */
void dmactl_maps_retire(struct dmactl_maps *maps)
{
	struct dmactl_map *map;

	list_for_each_entry(map, &maps->live, node)
		dmactl_map_drop(map);
	list_splice_init(&maps->live, &maps->retired);
}

/* Returns the device of the mapping number @n, with a reference. */
struct dmactl_dev *dmactl_map_nth_dev(struct dmactl_buf *buf, u32 n)
{
	struct dmactl_map *map;

	guard(dmactl_bh)(&buf->maps_lock);
	list_for_each_entry(map, &buf->maps, buf_node) {
		if (n--)
			continue;
		return dmactl_dev_try_hold(map->dev) ? map->dev : NULL;
	}
	return NULL;
}

/* Frees all mappings of a buffer that has no users. */
void dmactl_map_free_buf(struct dmactl_buf *buf)
{
	struct dmactl_dev *dev;
	struct dmactl_map *map;

	while ((dev = dmactl_map_nth_dev(buf, 0))) {
		scoped_guard(mutex, &dev->lock) {
			/*
			 * The device may have dropped the mapping in the
			 * meantime.
			 */
			map = dmactl_map_find(buf, dev);
			if (map) {
				dmactl_map_drop(map);
				dmactl_map_free(map);
			}
		}
		dmactl_dev_put(dev);
	}
}
