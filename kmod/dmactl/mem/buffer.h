/* SPDX-License-Identifier: GPL-2.0-only */
/* Buffers: memory with a handle, of all kinds. */
#ifndef DMACTL_BUFFER_H
#define DMACTL_BUFFER_H

#include <linux/cred.h>
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/dmactl.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "core/object.h"

struct dmactl_account;
struct dmactl_buf;
struct dmactl_chan;
struct dmactl_cmd;
struct dmactl_dev;
struct dmactl_map;
struct page;
struct sg_table;

/* The functions that depend on the kind of memory. */
struct dmactl_buf_ops {
	u32 kind;
	void (*free)(struct dmactl_buf *buf);
	/* Maps the buffer for a device. NULL: the buffer is created mapped. */
	struct sg_table *(*map)(struct dmactl_map *map);
	void (*unmap)(struct dmactl_map *map);
	/* Records what needs a sync and corrects the charge to the real use. */
	int (*describe)(struct dmactl_map *map);
};

struct dmactl_buf {
	struct dmactl_obj obj;
	const struct dmactl_buf_ops *ops;
	struct dmactl_session *session;
	u32 session_id;
	u32 kind;
	u64 size;
	unsigned long npages;
	unsigned long pgoff;		/* of the mmap offset; 0: none */
	bool mappable;			/* from publication to DESTROY */
	const struct cred *payer;	/* whose locked_vm is charged, or NULL */
	struct dmactl_account *account;	/* of the task that created it */

	/* All kinds but COHERENT */
	struct page **pages;		/* all kinds but IMPORTED */
	spinlock_t maps_lock;		/* for changes of @maps */
	struct list_head maps;		/* lookups: RCU; changes: maps_lock */
	u32 nr_unmapped;		/* maps_lock; read without */

	/* COHERENT */
	struct dmactl_dev *dev;
	struct list_head dev_node;	/* dev->lock */
	void *cpu;			/* dev->lock: NULL after the device has gone */
	dma_addr_t dma;

	/* USER */
	unsigned int page_off;		/* of the first byte, in the first page */
	unsigned long nr_pinned;

	bool read_only;			/* USER, IMPORTED: devices must not write */

	/*
	 * IMPORTED: of the dma-buf. Exported: our own, from the first export
	 * on.
	 */
	struct dma_resv *resv;
	struct dma_buf *dmabuf;		/* IMPORTED */
};

static inline struct dmactl_buf *obj_to_buf(struct dmactl_obj *obj)
{
	return container_of(obj, struct dmactl_buf, obj);
}

/* Is it memory that BUF_ALLOC made of pages, for any device? */
static inline bool dmactl_buf_is_paged(const struct dmactl_buf *buf)
{
	return buf->kind == DMACTL_BUF_STREAMING ||
	       buf->kind == DMACTL_BUF_CONTIGUOUS;
}

/* Ops read the pointer without a lock. */
static inline void dmactl_buf_set_resv(struct dmactl_buf *buf,
				       struct dma_resv *resv)
{
	/* Pairs with the acquire in queue/fence.c. */
	smp_store_release(&buf->resv, resv);
}

int dmactl_ioctl_buf_alloc(struct dmactl_cmd *cmd);
struct dmactl_buf *dmactl_buf_new(struct dmactl_session *s,
				  const struct dmactl_buf_ops *ops, u64 size,
				  unsigned int page_off, bool read_only);
int dmactl_buf_alloc_array(struct dmactl_buf *buf);
void dmactl_buf_abandon(struct dmactl_buf *buf);
int dmactl_buf_charge(struct dmactl_buf *buf);
int dmactl_buf_publish(struct dmactl_cmd *cmd, struct dmactl_buf *buf,
		       u32 *out_buf);
struct dmactl_buf *dmactl_buf_use(struct dmactl_session *s, u32 handle);
void dmactl_buf_unuse(struct dmactl_buf *buf);

/* Once more, by who uses it already. */
static inline void dmactl_buf_use_more(struct dmactl_buf *buf)
{
	dmactl_obj_use_more(&buf->obj);
}

bool dmactl_buf_range_ok(const struct dmactl_buf *buf, u64 off, u64 len);
bool dmactl_buf_touchable(const struct dmactl_buf *buf,
			  const struct dmactl_chan *chan);
void dmactl_buf_read(struct dmactl_buf *buf, u64 off, void *to, size_t len);
void dmactl_buf_write(struct dmactl_buf *buf, u64 off, const void *from,
		      size_t len);
int dmactl_buf_destroy(struct dmactl_buf *buf);
void dmactl_buf_put(struct dmactl_buf *buf);
struct dmactl_buf *dmactl_buf_internal(struct dmactl_chan *chan, u64 len);
void dmactl_buf_internal_free(struct dmactl_buf *buf);

#endif /* DMACTL_BUFFER_H */
