// SPDX-License-Identifier: GPL-2.0-only
/* The table of opcodes. */

#include <linux/nospec.h>

#include "core/chan.h"
#include "front/optable.h"
#include "op/job.h"
#include "op/op.h"

static const struct dmactl_op_type *const dmactl_opcodes[] = {
	[DMACTL_OP_NOP] = &dmactl_op_nop,
	[DMACTL_OP_MEMCPY] = &dmactl_op_memcpy,
	[DMACTL_OP_SG] = &dmactl_op_sg,
	[DMACTL_OP_MEMSET] = &dmactl_op_memset,
	[DMACTL_OP_MEMSET_SG] = &dmactl_op_memset_sg,
	[DMACTL_OP_XOR] = &dmactl_op_xor,
	[DMACTL_OP_XOR_VAL] = &dmactl_op_xor_val,
	[DMACTL_OP_PQ] = &dmactl_op_pq,
	[DMACTL_OP_PQ_VAL] = &dmactl_op_pq_val,
	[DMACTL_OP_SLAVE_SG] = &dmactl_op_slave_sg,
	[DMACTL_OP_SLAVE_SINGLE] = &dmactl_op_slave_single,
	[DMACTL_OP_PERIPHERAL_VEC] = &dmactl_op_peripheral_vec,
	[DMACTL_OP_CYCLIC] = &dmactl_op_cyclic,
	[DMACTL_OP_INTERLEAVED] = &dmactl_op_interleaved,
	[DMACTL_OP_RIO_SG] = &dmactl_op_rio_sg,
	[DMACTL_OP_IMM_DATA] = &dmactl_op_imm_data,
	[DMACTL_OP_INTERRUPT] = &dmactl_op_interrupt,
	[DMACTL_OP_PREPARED] = &dmactl_op_prepared,
};

u64 dmactl_known_opcodes(void)
{
	return GENMASK_ULL(ARRAY_SIZE(dmactl_opcodes) - 1, 0);
}

/*
 * Checks an op and fills @job. On failure @job may already hold buffers. The
 * caller clears it in both cases.
 */
int dmactl_validate(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_job *job)
{
	u32 index = op->opcode;

	if (index >= ARRAY_SIZE(dmactl_opcodes))
		return -EOPNOTSUPP;
	index = array_index_nospec(index, ARRAY_SIZE(dmactl_opcodes));
	return dmactl_job_fill(chan, dmactl_opcodes[index], op, job);
}
