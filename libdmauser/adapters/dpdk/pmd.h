/* SPDX-License-Identifier: MIT */
/*
 * A DPDK dmadev on a dmactl channel. It has one vchan, copies memory to memory,
 * and uses addresses of the process (IOVA as VA). As DPDK requires, only one
 * thread at a time uses it.
 */
#ifndef DMACTL_PMD_H
#define DMACTL_PMD_H

#include <stdbool.h>
#include <stdint.h>

#include <dmauser.h>
#include <rte_dmadev.h>

/* Most pieces on each side of a copy_sg. */
#define PMD_MAX_SGES 32
#define PMD_MAX_DESC 4096

/* Memory of DPDK that the module has pinned. */
struct pmd_region {
	uintptr_t va;
	size_t len;
	struct dmauser_buf *buf;
};

/* Used only by memory.c. */
struct pmd_memory {
	struct pmd_region *regions; /* in the order they were added */
	unsigned int nr, capacity;
};

enum pmd_kind {
	PMD_COPY,
	PMD_SG,
	PMD_FILL,
	PMD_BAD, /* moves nothing; ends with slot.status after the ops before it */
};

/* An op, from its enqueue until its completion is reported. */
struct pmd_slot {
	enum pmd_kind kind;
	bool fenced; /* later ops wait for it */
	bool done;
	enum rte_dma_status_code status;
	struct dmauser_piece dst, src; /* COPY: both, FILL: dst */
	uint8_t value;
	uint16_t nr_dst, nr_src; /* SG */
};

struct pmd {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_batch *batch; /* ops that were not submitted */
	struct dmauser_ring *ring;
	struct pmd_memory memory;
	struct pmd_slot *slots; /* index: id & mask */
	struct dmauser_piece
		*pieces;   /* for SG: PMD_MAX_SGES destinations, then sources, for each slot */
	uint16_t max_desc; /* limit of the module */
	uint16_t nb_desc;
	uint16_t mask;
	uint16_t next; /* id of the next op */
	uint16_t tail; /* id of the oldest op that was not reported */
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

/* memory.c: pins all DPDK memory that is not pinned yet. Returns 0 or -errno. */
int pmd_memory_update(struct pmd *p);
/* Finds the buffer of an address of the process. Returns false if it is not DPDK's memory. */
bool pmd_memory_find(struct pmd *p, rte_iova_t addr, uint32_t len, struct dmauser_piece *piece);
/* Unpins memory that DPDK frees. */
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
/* Takes completions from the ring. */
void pmd_reap(struct pmd *p);

#endif /* DMACTL_PMD_H */
