/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings: buffers as devices see them. */
#ifndef DMACTL_MAP_H
#define DMACTL_MAP_H

#include <linux/dma-direction.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#include "mem/buffer.h"

struct dma_buf_attachment;
struct dmactl_dev;

/*
 * @addr is the address of @off. The segment ends at the @off of the next one.
 */
struct dmactl_seg {
	u64 off;
	dma_addr_t addr;
};

/*
 * The mappings of a device from its first channel to its last. An op is checked
 * before its channel is locked, so a mapping that it found may be unmapped
 * while it still reads it. Such an op is not accepted, because its channel is
 * dead. To keep the reads safe, the memory stays until the memory of all these
 * channels is freed.
 */
struct dmactl_maps {
	struct kref ref;		/* channels; the device while it has channels */
	struct list_head live;		/* dev->lock */
	struct list_head retired;	/* dev->lock: unmapped, not freed */
};

/*
 * A buffer mapped for a device. It is unmapped with the buffer or with the
 * device.
 */
struct dmactl_map {
	struct dmactl_dev *dev;
	struct dmactl_buf *buf;
	struct list_head buf_node;	/* buf->maps_lock */
	struct list_head node;		/* dev->lock: on a list of dmactl_maps */
	struct sg_table *table;		/* NULL: a COHERENT buffer */
	struct sg_table sgt;		/* for kinds with pages of their own */
	struct dma_buf_attachment *attach;	/* IMPORTED */
	struct dmactl_seg *segs;	/* contiguous for the device */
	struct dmactl_seg *ents;	/* entries as mapped; NULL: no sync needed */
	u32 nr_segs;
	u32 nr_ents;
	u32 cuts;			/* low bits of segment offsets and addresses */
	unsigned long bounced;		/* bytes that count as SWIOTLB in use */
	size_t charged;			/* IMPORTED: bytes for the lists */
	struct rcu_head rcu;
};

/* For kinds of memory that have pages. */
struct sg_table *dmactl_map_pages(struct dmactl_map *map);
void dmactl_map_unmap_pages(struct dmactl_map *map);
int dmactl_map_fill_ents(struct dmactl_map *map);

enum dma_data_direction dmactl_map_dir(const struct dmactl_map *map);
struct dmactl_map *dmactl_map_get(struct dmactl_buf *buf,
				  struct dmactl_dev *dev);
struct dmactl_map *dmactl_map_find(struct dmactl_buf *buf,
				   struct dmactl_dev *dev);

/*
 * The caller is in an RCU read section. The result is valid as in
 * dmactl_map_get().
 */
static inline struct dmactl_map *dmactl_map_lookup(struct dmactl_buf *buf,
						   struct dmactl_dev *dev)
{
	struct dmactl_map *map;

	list_for_each_entry_rcu(map, &buf->maps, buf_node,
				rcu_read_lock_sched_held())
		if (map->dev == dev)
			return map;
	return NULL;
}

/* Does the mapping need syncs? */
static inline bool dmactl_map_syncs(const struct dmactl_map *map)
{
	return map->ents;
}

void dmactl_map_init_buf(struct dmactl_buf *buf);
void dmactl_map_free_buf(struct dmactl_buf *buf);
struct dmactl_maps *dmactl_maps_new(void);
struct dmactl_maps *dmactl_maps_get(struct dmactl_maps *maps);
void dmactl_maps_retire(struct dmactl_maps *maps);
void dmactl_maps_put(struct dmactl_maps *maps);
bool dmactl_map_is_aligned(const struct dmactl_map *map, u64 off, u64 len,
			   u32 align);
const struct dmactl_seg *dmactl_seg_find(const struct dmactl_seg *segs, u32 nr,
					 u64 off);

/*
 * Stores the address of @off. Returns the bytes from there to the end of the
 * segment.
 */
static inline u64 dmactl_map_addr(const struct dmactl_map *map, u64 off,
				  dma_addr_t *addr)
{
	const struct dmactl_seg *seg = map->segs;

	if (map->nr_segs > 1)
		seg = dmactl_seg_find(seg, map->nr_segs, off);
	*addr = seg->addr + (off - seg->off);
	return seg[1].off - off;
}

struct dmactl_dev *dmactl_map_nth_dev(struct dmactl_buf *buf, u32 n);
int dmactl_map_errno(int err);
int dmactl_map_coherent(struct dmactl_buf *buf);

/* map_sync.c */
void dmactl_map_sync(const struct dmactl_map *map, u64 off, u64 len,
		     enum dma_data_direction dir, bool for_cpu);
int dmactl_map_sync_long(const struct dmactl_map *map, u64 off, u64 len,
			 enum dma_data_direction dir, bool for_cpu);
int dmactl_map_sync_all(struct dmactl_buf *buf, u64 off, u64 len,
			enum dma_data_direction dir, bool for_cpu);

#endif /* DMACTL_MAP_H */
