// SPDX-License-Identifier: MIT
#include "test/plan-op.h"

#include <string.h>

static void to_library(const struct side *side, struct dmauser_buf *buf,
		       struct dmauser_piece *pieces)
{
	for (unsigned int i = 0; i < side->count; i++)
		pieces[i] = (struct dmauser_piece){buf, side->pieces[i].off, side->pieces[i].len};
}

static int add_raid(const struct plan *plan, const struct plan_target *target,
		    const struct dmauser_piece *dst, const struct dmauser_piece *src)
{
	struct dmauser_chan *chan = target->chan;
	/* Scratch memory for checks of more sources than the channel takes at once. */
	struct dmauser_piece scratch = {target->scratch, 0, 2 * plan->len};
	struct dmauser_piece all[PLAN_MAX_SOURCES + 1];
	uint8_t coefs[PLAN_MAX_SOURCES];
	unsigned int count = plan->src.count;

	for (unsigned int i = 0; i < count; i++)
		coefs[i] = plan_coef(i);
	switch (plan->op) {
	case PLAN_XOR:
		return dmauser_batch_xor(target->batch, chan, dst, src, count, target->user_data);
	case PLAN_XOR_VAL:
		memcpy(all, src, count * sizeof(*src));
		all[count] = dst[0];
		return dmauser_batch_xor_val(target->batch, chan, all, count + 1,
					     target->scratch ? &scratch : NULL, target->user_data);
	case PLAN_PQ:
		return dmauser_batch_pq(target->batch, chan, &dst[0], &dst[1], src, count, coefs,
					target->user_data);
	default:
		return dmauser_batch_pq_val(target->batch, chan, &dst[0], &dst[1], src, count,
					    coefs, target->scratch ? &scratch : NULL,
					    target->user_data);
	}
}

static int add_interleaved(const struct plan *plan, const struct plan_target *target)
{
	struct dmactl_chunk chunk = {
		.size = plan->src.pieces[0].len,
		.src_icg = plan->src_gap,
		.dst_icg = plan->dst_gap,
	};

	return dmauser_batch_interleaved(
		target->batch, target->chan, target->dst, plan->dst.pieces[0].off, target->src,
		plan->src.pieces[0].off, &chunk, 1, plan->src.count,
		DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC | DMACTL_OPF_SRC_SGL | DMACTL_OPF_DST_SGL,
		target->user_data);
}

/* Adds an op that has no list of pieces. */
static int add_whole(const struct plan *plan, const struct plan_target *target)
{
	struct dmauser_chan *chan = target->chan;
	size_t off = plan->dst.pieces[0].off;

	switch (plan->op) {
	case PLAN_MEMSET:
		return dmauser_batch_memset(target->batch, chan, target->dst, off, plan->value,
					    plan->len, target->user_data);
	case PLAN_IMM_DATA:
		return dmauser_batch_imm_data(target->batch, chan, target->dst, off,
					      plan->immediate, target->user_data);
	case PLAN_INTERRUPT:
		return dmauser_batch_interrupt(target->batch, chan, target->user_data);
	default:
		return dmauser_batch_memcpy(target->batch, chan, target->dst, off, target->src,
					    plan->src.pieces[0].off, plan->len, target->user_data);
	}
}

int plan_add(const struct plan *plan, const struct plan_target *target)
{
	struct dmauser_piece src[PLAN_MAX_PIECES], dst[PLAN_MAX_PIECES];
	struct dmauser_chan *chan = target->chan;

	to_library(&plan->src, target->src, src);
	to_library(&plan->dst, target->dst, dst);
	switch (plan->op) {
	case PLAN_MEMCPY:
	case PLAN_MEMSET:
	case PLAN_IMM_DATA:
	case PLAN_INTERRUPT:
		return add_whole(plan, target);
	case PLAN_MEMSET_SG:
		return dmauser_batch_memset_sg(target->batch, chan, dst, plan->dst.count,
					       plan->value, target->user_data);
	case PLAN_XOR:
	case PLAN_XOR_VAL:
	case PLAN_PQ:
	case PLAN_PQ_VAL:
		return add_raid(plan, target, dst, src);
	case PLAN_INTERLEAVE:
		return add_interleaved(plan, target);
	default:
		return dmauser_batch_sg(target->batch, chan, dst, plan->dst.count, src,
					plan->src.count, target->user_data);
	}
}

size_t plan_alignment(const struct dmactl_chan_caps *caps, enum plan_op op)
{
	size_t align;

	switch (op) {
	case PLAN_MEMSET:
	case PLAN_MEMSET_SG:
		align = caps->fill_align;
		break;
	case PLAN_XOR:
	case PLAN_XOR_VAL:
		align = caps->xor_align;
		break;
	case PLAN_PQ:
	case PLAN_PQ_VAL:
		align = caps->pq_align;
		break;
	default:
		align = caps->copy_align;
		break;
	}
	return align ? align : 1;
}
