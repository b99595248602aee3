// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer as a device sees it. Made at the first use and kept, so that the
 * hot path maps nothing.
 */

#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/rculist.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

/*
 * Cache maintenance is done range by range with each transfer, so neither
 * mapping nor unmapping does any. Unmapping must not: a bounce buffer would
 * go over what the program has written since.
 */
#define DMACTL_MAP_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_NO_WARN)

static atomic_long_t dmactl_bounced = ATOMIC_LONG_INIT(0);

/* How the device wants memory to be cut. */
struct dmactl_cut {
	u64 max;	/* bytes in one entry */
	u64 boundary;	/* mask that no entry may cross */
};

/* Bytes in one entry of a list that the device is given, at most. */
u64 dmactl_map_max_entry(struct device *dev)
{
	/* SWIOTLB bounces no more than this at once. */
	u64 max = min_t(u64, dma_get_max_seg_size(dev),
			dma_max_mapping_size(dev));

	return max > PAGE_SIZE ? round_down(max, PAGE_SIZE) : max;
}

static struct dmactl_cut dmactl_map_cut(struct device *dev)
{
	return (struct dmactl_cut) {
		.max = dmactl_map_max_entry(dev),
		.boundary = dma_get_seg_boundary(dev),
	};
}

/* Bytes from @off on that lie in one piece of memory and in one entry. */
static u64 dmactl_map_piece(const struct dmactl_buf *buf,
			    const struct dmactl_cut *cut, u64 off)
{
	u64 pos = off + buf->page_off;
	unsigned long i = pos >> PAGE_SHIFT;
	u64 phys = page_to_phys(buf->pages[i]) + offset_in_page(pos);
	u64 limit = min(cut->max, cut->boundary - (phys & cut->boundary) + 1);
	u64 len = PAGE_SIZE - offset_in_page(pos);

	/* A boundary of all ones wraps to 0: no boundary. */
	if (!limit)
		limit = cut->max;
	limit = min(limit, buf->size - off);
	while (len < limit && i + 1 < buf->npages &&
	       page_to_pfn(buf->pages[i + 1]) ==
	       page_to_pfn(buf->pages[i]) + 1) {
		len += PAGE_SIZE;
		i++;
	}
	return min(len, limit);
}

/*
 * Memory beyond the device's mask has to go through SWIOTLB. Where there is
 * none, or where it may itself be out of reach (it is somewhere below 4 GiB),
 * the DMA API warns of who tries.
 */
bool dmactl_map_reachable(struct device *dev, struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int i;

	if (!dma_addressing_limited(dev))
		return true;
	if (dma_get_mask(dev) >= DMA_BIT_MASK(32) &&
	    dma_max_mapping_size(dev) != SIZE_MAX)
		return true;
	for_each_sgtable_sg(table, sg, i)
		if (!dma_capable(dev, phys_to_dma(dev, sg_phys(sg)),
				 sg->length, true))
			return false;
	return true;
}

static int dmactl_map_fill_sgt(struct dmactl_map *map)
{
	struct dmactl_cut cut = dmactl_map_cut(map->dev->dev);
	const struct dmactl_buf *buf = map->buf;
	struct scatterlist *sg;
	unsigned int nents = 0;
	unsigned int i;
	u64 off;
	int ret;

	for (off = 0; off < buf->size; off += dmactl_map_piece(buf, &cut, off))
		nents++;
	ret = sg_alloc_table(&map->sgt, nents, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	off = 0;
	for_each_sgtable_sg(&map->sgt, sg, i) {
		u64 len = dmactl_map_piece(buf, &cut, off);
		u64 pos = off + buf->page_off;

		sg_set_page(sg, buf->pages[pos >> PAGE_SHIFT], len,
			    offset_in_page(pos));
		off += len;
	}
	return 0;
}

/* A device that only reads need not be able to write. */
static enum dma_data_direction dmactl_map_dir(const struct dmactl_map *map)
{
	return map->buf->read_only ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
}

static int dmactl_map_pages(struct dmactl_map *map)
{
	struct device *dev = map->dev->dev;
	int ret;

	ret = dmactl_map_fill_sgt(map);
	if (ret)
		return ret;
	ret = -EXDEV;
	if (dmactl_map_reachable(dev, &map->sgt))
		ret = dma_map_sgtable(dev, &map->sgt, dmactl_map_dir(map),
				      DMACTL_MAP_ATTRS);
	if (ret)
		sg_free_table(&map->sgt);
	else
		map->table = &map->sgt;
	return ret;
}

static void dmactl_map_unmap(struct dmactl_map *map)
{
	if (map->attach) {
		dmactl_import_unmap(map);
		return;
	}
	dma_unmap_sgtable(map->dev->dev, &map->sgt, dmactl_map_dir(map),
			  DMACTL_MAP_ATTRS);
	sg_free_table(&map->sgt);
}

/* What the device sees as one piece becomes one segment. */
static int dmactl_map_fill_segs(struct dmactl_map *map)
{
	u64 boundary = dma_get_seg_boundary(map->dev->dev);
	struct dmactl_seg *segs;
	struct scatterlist *sg;
	u64 off = 0, next = 0;
	unsigned int i;

	/* One more: the end. */
	segs = kvmalloc_array(map->table->nents + 1, sizeof(*segs),
			      GFP_KERNEL_ACCOUNT);
	if (!segs)
		return -ENOMEM;
	for_each_sgtable_dma_sg(map->table, sg, i) {
		/* Neighbours across a boundary stay two. */
		if (!map->nr_segs || sg_dma_address(sg) != next ||
		    !(next & boundary))
			segs[map->nr_segs++] = (struct dmactl_seg) {
				.off = off, .addr = sg_dma_address(sg),
			};
		off += sg_dma_len(sg);
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	segs[map->nr_segs].off = off;
	map->segs = segs;
	return 0;
}

/* The segment that holds @off. */
static const struct dmactl_seg *dmactl_seg_find(const struct dmactl_seg *segs,
						u32 nr, u64 off)
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

/* The address of @off; returns the bytes from there to the segment's end. */
u64 dmactl_map_addr(const struct dmactl_map *map, u64 off, dma_addr_t *addr)
{
	const struct dmactl_seg *seg = map->segs;

	if (map->nr_segs > 1)
		seg = dmactl_seg_find(seg, map->nr_segs, off);
	*addr = seg->addr + (off - seg->off);
	return seg[1].off - off;
}

/*
 * Syncing goes by the entries that were mapped: a segment can span several of
 * them, whose memory or bounce slots only look like neighbours.
 */
static int dmactl_map_fill_ents(struct dmactl_map *map)
{
	struct device *dev = map->dev->dev;
	bool need_sync = false;
	struct dmactl_seg *ents;
	struct scatterlist *sg;
	unsigned int i;
	u64 off = 0;

	ents = kvmalloc_array(map->sgt.orig_nents + 1, sizeof(*ents),
			      GFP_KERNEL_ACCOUNT);
	if (!ents)
		return -ENOMEM;
	for_each_sgtable_sg(&map->sgt, sg, i) {
		ents[i].off = off;
		dmactl_map_addr(map, off, &ents[i].addr);
		need_sync |= dma_need_sync(dev, ents[i].addr);
		off += sg->length;
	}
	ents[i].off = off;
	map->nr_ents = i;
	if (need_sync)
		map->ents = ents;
	else
		kvfree(ents);
	return 0;
}

/* Hands a range to the device, or to the CPU. Does not sleep. */
void dmactl_map_sync(const struct dmactl_map *map, u64 off, u64 len,
		     enum dma_data_direction dir, bool for_cpu)
{
	const struct dmactl_seg *ent;

	if (!map->ents)
		return;
	/* What the device did not write must not go over the pages. */
	if (map->buf->read_only) {
		if (for_cpu)
			return;
		dir = DMA_TO_DEVICE;
	}
	ent = dmactl_seg_find(map->ents, map->nr_ents, off);
	for (; len; ent++) {
		u64 n = min(len, ent[1].off - off);
		dma_addr_t addr = ent->addr + (off - ent->off);

		if (for_cpu)
			dma_sync_single_for_cpu(map->dev->dev, addr, n, dir);
		else
			dma_sync_single_for_device(map->dev->dev, addr, n, dir);
		off += n;
		len -= n;
	}
}

/*
 * SWIOTLB serves the whole machine, disks and network cards too: programs get
 * a part of it. On a device that sees the caches, only bouncing needs a sync.
 */
static int dmactl_map_charge(struct dmactl_map *map)
{
	long size = map->buf->size;

	if (!map->ents && !(map->attach && dmactl_import_bounces(map)))
		return 0;
	if (!dev_is_dma_coherent(map->dev->dev))
		return 0;
	if (atomic_long_add_return(size, &dmactl_bounced) >
	    (long)dmactl_max_bounce_bytes) {
		atomic_long_sub(size, &dmactl_bounced);
		return -EDQUOT;
	}
	map->bounced = true;
	return 0;
}

static void dmactl_map_link(struct dmactl_map *map)
{
	guard(dmactl_bh)(&map->buf->maps_lock);
	list_add_tail_rcu(&map->buf_node, &map->buf->maps);
}

static struct dmactl_map *dmactl_map_new(struct dmactl_buf *buf,
					 struct dmactl_dev *dev)
{
	struct dmactl_map *map;
	int ret;

	lockdep_assert_held(&dev->lock);
	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->buf = buf;
	map->dev = dev;
	ret = buf->dmabuf ? dmactl_import_map(map) : dmactl_map_pages(map);
	if (ret)
		goto err_map;
	ret = dmactl_map_fill_segs(map);
	if (ret)
		goto err_unmap;
	/* The caches of a dma-buf are its exporter's business. */
	ret = buf->dmabuf ? 0 : dmactl_map_fill_ents(map);
	if (ret)
		goto err_segs;
	ret = dmactl_map_charge(map);
	if (ret)
		goto err_ents;
	/* Bounce slots start as copies: no other program's bytes in them. */
	dmactl_map_sync(map, 0, buf->size, DMA_BIDIRECTIONAL, false);
	list_add_tail(&map->dev_node, &dev->maps);
	dmactl_map_link(map);
	trace_dmactl_buf_map(buf->session_id, buf->obj.handle,
			     dev_name(dev->dev), map->nr_segs);
	return map;

err_ents:
	kvfree(map->ents);
err_segs:
	kvfree(map->segs);
err_unmap:
	dmactl_map_unmap(map);
err_map:
	kfree(map);
	return ERR_PTR(ret);
}

/* The single mapping of a COHERENT buffer: one segment, never synced. */
int dmactl_map_coherent(struct dmactl_buf *buf)
{
	struct dmactl_map *map;

	lockdep_assert_held(&buf->dev->lock);
	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	map->segs = kvmalloc_array(2, sizeof(*map->segs), GFP_KERNEL);
	if (!map->segs) {
		kfree(map);
		return -ENOMEM;
	}
	map->buf = buf;
	map->dev = buf->dev;
	map->nr_segs = 1;
	map->segs[0] = (struct dmactl_seg) { .off = 0, .addr = buf->dma };
	map->segs[1] = (struct dmactl_seg) { .off = buf->size };
	/* Not on dev->maps: it stays when the last channel goes. */
	INIT_LIST_HEAD(&map->dev_node);
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
 * The mapping of a buffer for a device. It may be used under a channel's
 * rwsem while the channel is not dead: mappings go after channels.
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
	/* The channel was destroyed meanwhile. */
	if (list_empty(&dev->chans))
		return ERR_PTR(-ENOENT);
	return dmactl_map_new(buf, dev);
}

static void dmactl_map_unlink(struct dmactl_map *map)
{
	guard(dmactl_bh)(&map->buf->maps_lock);
	list_del_rcu(&map->buf_node);
}

static void dmactl_map_free(struct dmactl_map *map)
{
	lockdep_assert_held(&map->dev->lock);
	list_del(&map->dev_node);
	if (map->table) {
		trace_dmactl_buf_unmap(map->buf->session_id,
				       map->buf->obj.handle,
				       dev_name(map->dev->dev));
		dmactl_map_unmap(map);
	}
	if (map->bounced)
		atomic_long_sub(map->buf->size, &dmactl_bounced);
	kvfree(map->segs);
	kvfree(map->ents);
	kfree_rcu(map, rcu);
}

/* All mappings of a device whose channels have stopped. */
void dmactl_map_free_dev(struct dmactl_dev *dev)
{
	struct dmactl_map *map, *next;

	lockdep_assert_held(&dev->lock);
	/* Linked until the end: whoever frees the buffer waits for our lock. */
	list_for_each_entry_safe(map, next, &dev->maps, dev_node) {
		dmactl_map_unlink(map);
		dmactl_map_free(map);
	}
}

/* The device of the mapping with this index, and a reference to it. */
static struct dmactl_dev *dmactl_map_nth_dev(struct dmactl_buf *buf, u32 n)
{
	struct dmactl_map *map;

	guard(dmactl_bh)(&buf->maps_lock);
	list_for_each_entry(map, &buf->maps, buf_node) {
		if (n--)
			continue;
		return kref_get_unless_zero(&map->dev->ref) ? map->dev : NULL;
	}
	return NULL;
}

/* Devices for which syncing the buffer does something. */
static u32 dmactl_map_nr_syncing(struct dmactl_buf *buf)
{
	struct dmactl_map *map;
	u32 nr = 0;

	guard(dmactl_bh)(&buf->maps_lock);
	list_for_each_entry(map, &buf->maps, buf_node)
		nr += !!map->ents;
	return nr;
}

/* Hands a range over for every device that has the buffer mapped. */
int dmactl_map_sync_all(struct dmactl_buf *buf, u64 off, u64 len,
			enum dma_data_direction dir, bool for_cpu)
{
	struct dmactl_dev *dev;
	struct dmactl_map *map;
	u32 n;

	/* Each would put its own copy over the others'. */
	if (for_cpu && dir != DMA_TO_DEVICE && dmactl_map_nr_syncing(buf) > 1)
		return -EINVAL;
	for (n = 0; (dev = dmactl_map_nth_dev(buf, n)); n++) {
		scoped_guard(mutex, &dev->lock) {
			map = dmactl_map_find(buf, dev);
			if (map)
				dmactl_map_sync(map, off, len, dir, for_cpu);
		}
		dmactl_dev_put(dev);
	}
	return 0;
}

/* All mappings of a buffer that nothing uses. */
void dmactl_map_free_buf(struct dmactl_buf *buf)
{
	struct dmactl_dev *dev;
	struct dmactl_map *map;

	while ((dev = dmactl_map_nth_dev(buf, 0))) {
		scoped_guard(mutex, &dev->lock) {
			/* The device may have taken it away meanwhile. */
			map = dmactl_map_find(buf, dev);
			if (map) {
				dmactl_map_unlink(map);
				dmactl_map_free(map);
			}
		}
		dmactl_dev_put(dev);
	}
}
