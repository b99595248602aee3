// SPDX-License-Identifier: MIT
/*
 * Enqueues and submits ops, and reports completions in the order of the ids. A
 * NOP replaces an op that cannot be done, so that it also ends after the ops
 * before it.
 */
#include "pmd.h"

#include <errno.h>

static struct dmauser_piece *dst_pieces(struct pmd *p, uint16_t id)
{
	return &p->pieces[(size_t)(id & p->mask) * 2 * PMD_MAX_SGES];
}

static struct dmauser_piece *src_pieces(struct pmd *p, uint16_t id)
{
	return dst_pieces(p, id) + PMD_MAX_SGES;
}

/*
 * In dmaengine the fence flag is on the op that later ops wait for, in DPDK on
 * the op that waits. So the previous op gets the flag. The last op of each
 * submit always gets it, because the next op is not known yet.
 */
static void fence_last(struct pmd *p)
{
	struct pmd_slot *last = pmd_slot(p, (uint16_t)(p->next - 1));

	if (!dmauser_batch_count(p->batch) || last->kind == PMD_BAD || last->fenced)
		return;
	dmauser_batch_set_flags(p->batch, DMACTL_OPF_FENCE);
	last->fenced = true;
}

/* Adds the op of a slot to the batch. */
static int add(struct pmd *p, uint16_t id)
{
	struct pmd_slot *s = pmd_slot(p, id);
	int rc;

	switch (s->kind) {
	case PMD_COPY:
		rc = dmauser_batch_memcpy(p->batch, p->chan, s->dst.buf, s->dst.off, s->src.buf,
					  s->src.off, s->dst.len, id);
		break;
	case PMD_SG:
		rc = dmauser_batch_sg(p->batch, p->chan, dst_pieces(p, id), s->nr_dst,
				      src_pieces(p, id), s->nr_src, id);
		break;
	case PMD_FILL:
		rc = dmauser_batch_memset(p->batch, p->chan, s->dst.buf, s->dst.off, s->value,
					  s->dst.len, id);
		break;
	default:
		return dmauser_batch_nop(p->batch, p->chan, id);
	}
	if (!rc && s->fenced)
		dmauser_batch_set_flags(p->batch, DMACTL_OPF_FENCE);
	return rc;
}

/*
 * Replaces op number @bad of the batch, which the module refused, with a NOP.
 * Rebuilds the batch.
 */
static int replace_bad(struct pmd *p, unsigned int bad, int error)
{
	unsigned int nr = dmauser_batch_count(p->batch);
	uint16_t first = (uint16_t)(p->next - nr);
	struct pmd_slot *s = pmd_slot(p, (uint16_t)(first + bad));
	int rc = 0;

	if (s->kind == PMD_BAD)
		return error;
	s->kind = PMD_BAD;
	s->status = error == -EFAULT || error == -EXDEV ? RTE_DMA_STATUS_INVALID_ADDR
							: RTE_DMA_STATUS_INVALID_OPCODE;
	/* Move its fence to the op before it. */
	if (s->fenced && bad)
		pmd_slot(p, (uint16_t)(first + bad - 1))->fenced = true;
	dmauser_batch_clear(p->batch);
	for (unsigned int i = 0; i < nr && !rc; i++)
		rc = add(p, (uint16_t)(first + i));
	return rc;
}

int pmd_submit(void *priv, uint16_t vchan)
{
	struct pmd *p = priv;
	int rc = 0, bad;

	(void)vchan;
	fence_last(p);
	while (dmauser_batch_count(p->batch)) {
		rc = dmauser_submit(p->session, p->batch, 0);
		if (rc > 0) {
			p->stats.submitted += (unsigned int)rc;
			continue;
		}
		bad = dmauser_batch_bad_index(p->batch);
		if (bad < 0)
			break;
		rc = replace_bad(p, (unsigned int)bad, rc);
		if (rc < 0)
			break;
	}
	return rc < 0 ? rc : 0;
}

/*
 * Completes the op that the caller stored in its slot, and adds it to the
 * batch. Returns its id, or -errno.
 */
static int enqueue(struct pmd *p, uint64_t flags)
{
	uint16_t id = p->next;
	struct pmd_slot *s = pmd_slot(p, id);
	int rc;

	s->done = false;
	s->fenced = false;
	/* A NOP cannot carry a fence for the next op, so the op before it gets one. */
	if (flags & RTE_DMA_OP_FLAG_FENCE || s->kind == PMD_BAD)
		fence_last(p);
	rc = add(p, id);
	if (rc == -EINVAL && s->kind != PMD_BAD) {
		s->kind = PMD_BAD;
		s->status = RTE_DMA_STATUS_INVALID_LENGTH;
		rc = add(p, id);
	}
	if (rc < 0)
		return rc;
	p->next++;
	/* The op is in the batch, so the next submit reports an error again. */
	if (flags & RTE_DMA_OP_FLAG_SUBMIT)
		pmd_submit(p, 0);
	return id;
}

static void found(struct pmd_slot *s, bool is, enum pmd_kind kind, uint32_t len)
{
	s->kind = is ? kind : PMD_BAD;
	s->status = is	  ? RTE_DMA_STATUS_SUCCESSFUL
		    : len ? RTE_DMA_STATUS_INVALID_ADDR
			  : RTE_DMA_STATUS_INVALID_LENGTH;
}

static bool full(const struct pmd *p)
{
	return pmd_outstanding(p) >= p->nb_desc;
}

int pmd_copy(void *priv, uint16_t vchan, rte_iova_t src, rte_iova_t dst, uint32_t len,
	     uint64_t flags)
{
	struct pmd *p = priv;
	struct pmd_slot *s = pmd_slot(p, p->next);

	(void)vchan;
	if (full(p))
		return -ENOSPC;
	found(s, pmd_memory_find(p, src, len, &s->src) && pmd_memory_find(p, dst, len, &s->dst),
	      PMD_COPY, len);
	return enqueue(p, flags);
}

static bool find_all(struct pmd *p, const struct rte_dma_sge *sge, uint16_t nr,
		     struct dmauser_piece *pieces)
{
	for (uint16_t i = 0; i < nr; i++) {
		if (!pmd_memory_find(p, sge[i].addr, sge[i].length, &pieces[i]))
			return false;
	}
	return true;
}

int pmd_copy_sg(void *priv, uint16_t vchan, const struct rte_dma_sge *src,
		const struct rte_dma_sge *dst, uint16_t nb_src, uint16_t nb_dst, uint64_t flags)
{
	struct pmd *p = priv;
	struct pmd_slot *s = pmd_slot(p, p->next);

	(void)vchan;
	if (!nb_src || !nb_dst || nb_src > PMD_MAX_SGES || nb_dst > PMD_MAX_SGES)
		return -EINVAL;
	if (full(p))
		return -ENOSPC;
	s->nr_src = nb_src;
	s->nr_dst = nb_dst;
	found(s,
	      find_all(p, src, nb_src, src_pieces(p, p->next)) &&
		      find_all(p, dst, nb_dst, dst_pieces(p, p->next)),
	      PMD_SG, 1);
	return enqueue(p, flags);
}

int pmd_fill(void *priv, uint16_t vchan, uint64_t pattern, rte_iova_t dst, uint32_t len,
	     uint64_t flags)
{
	struct pmd *p = priv;
	struct pmd_slot *s = pmd_slot(p, p->next);

	(void)vchan;
	/* dmaengine fills memory with a single byte. */
	s->value = (uint8_t)pattern;
	if (pattern != s->value * UINT64_C(0x0101010101010101) ||
	    !(dmauser_chan_caps(p->chan)->caps & DMACTL_CAP_MEMSET))
		return -ENOTSUP;
	if (full(p))
		return -ENOSPC;
	found(s, pmd_memory_find(p, dst, len, &s->dst), PMD_FILL, len);
	return enqueue(p, flags);
}

static enum rte_dma_status_code status_of(int status)
{
	switch (-status) {
	case 0:
		return RTE_DMA_STATUS_SUCCESSFUL;
	case ECANCELED:
		return RTE_DMA_STATUS_USER_ABORT;
	case EFAULT:
		return RTE_DMA_STATUS_BUS_READ_ERROR;
	case EREMOTEIO:
		return RTE_DMA_STATUS_BUS_WRITE_ERROR;
	case ENODEV:
		return RTE_DMA_STATUS_DEV_LINK_ERROR;
	default:
		return RTE_DMA_STATUS_ERROR_UNKNOWN;
	}
}

void pmd_reap(struct pmd *p)
{
	const struct dmactl_completion *records;
	unsigned int nr;

	while ((nr = dmauser_ring_peek(p->ring, &records))) {
		for (unsigned int i = 0; i < nr; i++) {
			struct pmd_slot *s = pmd_slot(p, (uint16_t)records[i].user_data);

			if (s->kind != PMD_BAD || records[i].status)
				s->status = status_of(records[i].status);
			s->done = true;
		}
		dmauser_ring_advance(p->ring, nr);
	}
}

/*
 * Returns the oldest op if it has ended. Drivers may call back out of order,
 * but ids are reported in order.
 */
static struct pmd_slot *next_done(struct pmd *p)
{
	struct pmd_slot *s = pmd_slot(p, p->tail);

	return pmd_outstanding(p) && s->done ? s : NULL;
}

static uint16_t told(struct pmd *p, uint16_t nr, uint16_t *last)
{
	p->stats.completed += nr;
	if (last)
		*last = (uint16_t)(p->tail - 1);
	return nr;
}

uint16_t pmd_completed(void *priv, uint16_t vchan, const uint16_t nb, uint16_t *last,
		       bool *has_error)
{
	struct pmd *p = priv;
	struct pmd_slot *s;
	uint16_t n = 0;

	(void)vchan;
	pmd_reap(p);
	while (n < nb && (s = next_done(p))) {
		if (s->status != RTE_DMA_STATUS_SUCCESSFUL) {
			*has_error = true;
			break;
		}
		p->tail++;
		n++;
	}
	return told(p, n, last);
}

uint16_t pmd_completed_status(void *priv, uint16_t vchan, const uint16_t nb, uint16_t *last,
			      enum rte_dma_status_code *status)
{
	struct pmd *p = priv;
	struct pmd_slot *s;
	uint16_t n = 0;

	(void)vchan;
	pmd_reap(p);
	while (n < nb && (s = next_done(p))) {
		status[n++] = s->status;
		p->stats.errors += s->status != RTE_DMA_STATUS_SUCCESSFUL;
		p->tail++;
	}
	return told(p, n, last);
}

uint16_t pmd_burst_capacity(const void *priv, uint16_t vchan)
{
	const struct pmd *p = priv;

	(void)vchan;
	return (uint16_t)(p->nb_desc - pmd_outstanding(p));
}
