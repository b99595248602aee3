// SPDX-License-Identifier: MIT
/* Makes ops that are likely to be accepted, and sometimes changes any part of them. */
#include <linux/dmactl.h>
#include <string.h>

#include "world.h"

uint32_t some_handle(struct world *w, struct input *in)
{
	uint8_t which = (uint8_t)take(in, 1);

	if (which >= 250)
		return (uint32_t)number(in);
	return __atomic_load_n(&w->handle[which % HANDLES], __ATOMIC_RELAXED);
}

/* The role of a piece; one time in ten another role. */
static uint16_t role_make(struct input *in, uint16_t opcode, uint32_t nr)
{
	uint8_t other = (uint8_t)take(in, 1);

	if (other >= 230)
		return other % 6;
	switch (opcode) {
	case DMACTL_OP_SG:
		return nr % 2 ? DMACTL_SG_SRC : DMACTL_SG_DST;
	case DMACTL_OP_MEMSET_SG:
	case DMACTL_OP_PERIPHERAL_VEC:
		return DMACTL_SG_DST;
	case DMACTL_OP_PQ:
		return nr == 0 ? DMACTL_SG_P : nr == 1 ? DMACTL_SG_Q : DMACTL_SG_SRC;
	}
	return DMACTL_SG_SRC;
}

static uint32_t pieces_make(struct world *w, struct input *in, struct dmactl_op *op,
			    struct op_args *args)
{
	struct dmactl_sg *sg = (struct dmactl_sg *)args->bytes;
	uint32_t nr = 1 + take(in, 1) % (sizeof(args->bytes) / sizeof(*sg)), i;
	uint64_t len = length(in), sum = 0;

	for (i = 0; i < nr; i++) {
		sg[i] = (struct dmactl_sg){
			.buf = some_handle(w, in),
			.role = role_make(in, op->opcode, i),
			.value = (uint16_t)take(in, 1),
			.off = length(in) & ~63ull,
			.len = take(in, 1) < 200 ? len : length(in),
		};
		/* For PQ the value is a coefficient. */
		if (op->opcode != DMACTL_OP_PQ && op->opcode != DMACTL_OP_PQ_VAL)
			sg[i].value = 0;
		sum += sg[i].len;
	}
	if (take(in, 1) >= 230)
		return nr;
	switch (op->opcode) {
	case DMACTL_OP_SG:
		op->len = sum / 2;
		break;
	case DMACTL_OP_MEMSET_SG:
	case DMACTL_OP_SLAVE_SG:
	case DMACTL_OP_PERIPHERAL_VEC:
		op->len = sum;
		break;
	default:
		op->len = len;
	}
	return nr;
}

static uint32_t chunks_make(struct input *in, struct op_args *args)
{
	struct dmactl_chunk *chunk = (struct dmactl_chunk *)args->bytes;
	uint32_t nr = 1 + take(in, 1) % 8, i;

	for (i = 0; i < nr; i++)
		chunk[i] = (struct dmactl_chunk){
			.size = length(in),
			.icg = number(in),
			.src_icg = number(in),
			.dst_icg = number(in),
		};
	return nr;
}

static void args_make(struct world *w, struct input *in, struct dmactl_op *op, struct op_args *args)
{
	switch (op->opcode) {
	case DMACTL_OP_CYCLIC:
		*(struct dmactl_cyclic *)args->bytes =
			(struct dmactl_cyclic){.period_len = length(in)};
		op->nr_args = 1;
		op->arg_size = sizeof(struct dmactl_cyclic);
		break;
	case DMACTL_OP_INTERLEAVED:
		op->nr_args = chunks_make(in, args);
		op->arg_size = sizeof(struct dmactl_chunk);
		break;
	case DMACTL_OP_NOP:
	case DMACTL_OP_MEMCPY:
	case DMACTL_OP_MEMSET:
	case DMACTL_OP_SLAVE_SINGLE:
	case DMACTL_OP_PREPARED:
		if (take(in, 1) < 240)
			return;
		/* fall through */
	default:
		op->nr_args = pieces_make(w, in, op, args);
		op->arg_size = sizeof(struct dmactl_sg);
		break;
	}
	op->args_uptr = (uintptr_t)args->bytes;
}

/* Fields that an opcode does not use must be 0; usually clears them. */
static void unused_clear(struct input *in, struct dmactl_op *op)
{
	bool dst = false, src = false;

	switch (op->opcode) {
	case DMACTL_OP_NOP:
	case DMACTL_OP_SG:
	case DMACTL_OP_MEMSET_SG:
	case DMACTL_OP_SLAVE_SG:
	case DMACTL_OP_INTERRUPT:
	case DMACTL_OP_PERIPHERAL_VEC:
		dst = src = true;
		break;
	case DMACTL_OP_MEMSET:
	case DMACTL_OP_XOR:
	case DMACTL_OP_PQ:
	case DMACTL_OP_IMM_DATA:
		src = true;
		break;
	case DMACTL_OP_SLAVE_SINGLE:
	case DMACTL_OP_CYCLIC:
		dst = take(in, 1) % 2;
		src = !dst;
		break;
	}
	if (dst)
		op->dst_buf = 0;
	if (src)
		op->src_buf = 0;
	if (op->opcode == DMACTL_OP_NOP || op->opcode == DMACTL_OP_INTERRUPT)
		op->len = 0;
	if (!op->dst_buf)
		op->dst_off = 0;
	if (!op->src_buf)
		op->src_off = 0;
}

void op_make(struct world *w, struct input *in, struct dmactl_op *op, struct op_args *args)
{
	uint8_t spoil;

	memset(op, 0, sizeof(*op));
	op->opcode = (uint16_t)(take(in, 1) % (DMACTL_OP_PREPARED + 2));
	op->chan = some_handle(w, in);
	op->user_data = take(in, 1);
	op->dst_buf = some_handle(w, in);
	op->src_buf = some_handle(w, in);
	op->dst_off = length(in) & ~63ull;
	op->src_off = length(in) & ~63ull;
	op->len = length(in);
	if (take(in, 1) < 240)
		unused_clear(in, op);
	/* Most opcodes refuse flags and the value, so set them rarely. */
	if (take(in, 1) < 64)
		op->flags = (uint16_t)(1u << take(in, 1) % 16);
	if (take(in, 1) < 64 || op->opcode == DMACTL_OP_MEMSET)
		op->value = (uint16_t)take(in, 1);
	if (op->opcode == DMACTL_OP_PREPARED)
		*op = (struct dmactl_op){
			.opcode = op->opcode, .chan = op->chan, .src_buf = op->src_buf};
	args_make(w, in, op, args);
	spoil = (uint8_t)take(in, 1);
	if (spoil < sizeof(*op))
		((unsigned char *)op)[spoil] = (unsigned char)take(in, 1);
}
