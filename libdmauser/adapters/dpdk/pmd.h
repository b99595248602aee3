/* SPDX-License-Identifier: MIT */
/*
 * A dmadev of DPDK on a channel of dmactl: one vchan, memory to memory, addresses of
 * the process (IOVA as VA). One thread at a time uses it, as DPDK has it.
 */
#ifndef DMACTL_PMD_H
#define DMACTL_PMD_H

#include <stdbool.h>
#include <stdint.h>

#include <dmauser.h>
#include <rte_dmadev.h>

/* Pieces on each side of a copy_sg. */
#define PMD_MAX_SGES 32
#define PMD_MAX_DESC 4096

/* Memory of DPDK that the module has pinned. */
struct pmd_region {
	uintptr_t va;
	size_t len;
	struct dmauser_buf *buf;
};

/* By memory.c only. */
struct pmd_memory {
	struct pmd_region *regions; /* in the order in which they came */
	unsigned int nr, capacity;
};

enum pmd_kind {
	PMD_COPY,
	PMD_SG,
	PMD_FILL,
	PMD_BAD, /* it ends with slot.status, in its turn, and moves nothing */
};

/* An op from its enqueue until the program is told of its end. */
struct pmd_slot {
	enum pmd_kind kind;
	bool fenced; /* later ones wait for it */
	bool done;
	enum rte_dma_status_code status;
	struct dmauser_piece dst, src; /* COPY; FILL: dst */
	uint8_t value;
	uint16_t nr_dst, nr_src; /* SG */
};

struct pmd {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_batch *batch; /* what was not submitted */
	struct dmauser_ring *ring;
	struct pmd_memory memory;
	struct pmd_slot *slots;	      /* by id & mask */
	struct dmauser_piece *pieces; /* of SG: PMD_MAX_SGES destinations, then sources */
	uint16_t max_desc;	      /* as the module allows */
	uint16_t nb_desc;
	uint16_t mask;
	uint16_t next; /* id of the next op */
	uint16_t tail; /* id of the first that the program was not told of */
	struct rte_dma_stats stats;
};

static inline struct pmd_slot *pmd_slot(struct pmd *p, uint16_t id)
{
	return &p->slots[id & p->mask];
}

static inline uint16_t pmd_outstanding(const struct pmd *p)
{
	return (uint16_t)(p->next - p->tail);
}

/* memory.c: pins all of DPDK's memory that is not yet. 0 or a negative errno. */
int pmd_memory_update(struct pmd *p);
/* The memory at this address of the process; false: not DPDK's. */
bool pmd_memory_find(struct pmd *p, rte_iova_t addr, uint32_t len, struct dmauser_piece *piece);
/* DPDK gives memory back. */
void pmd_memory_drop(struct pmd *p, const void *addr, size_t len);
void pmd_memory_free(struct pmd *p);

/* datapath.c: the functions of struct rte_dma_fp_object. */
int pmd_copy(void *priv, uint16_t vchan, rte_iova_t src, rte_iova_t dst, uint32_t len,
	     uint64_t flags);
int pmd_copy_sg(void *priv, uint16_t vchan, const struct rte_dma_sge *src,
		const struct rte_dma_sge *dst, uint16_t nb_src, uint16_t nb_dst, uint64_t flags);
int pmd_fill(void *priv, uint16_t vchan, uint64_t pattern, rte_iova_t dst, uint32_t len,
	     uint64_t flags);
int pmd_submit(void *priv, uint16_t vchan);
uint16_t pmd_completed(void *priv, uint16_t vchan, const uint16_t nb, uint16_t *last,
		       bool *has_error);
uint16_t pmd_completed_status(void *priv, uint16_t vchan, const uint16_t nb, uint16_t *last,
			      enum rte_dma_status_code *status);
uint16_t pmd_burst_capacity(const void *priv, uint16_t vchan);
/* Takes what has ended from the ring. */
void pmd_reap(struct pmd *p);

#endif /* DMACTL_PMD_H */
