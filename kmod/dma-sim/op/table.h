/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the table of operation types. */
#ifndef DMA_SIM_OP_TABLE_H
#define DMA_SIM_OP_TABLE_H

#include <linux/types.h>

#include "core/op.h"

const struct sim_op *sim_op(unsigned int i);
int sim_op_parse(const char *words, u64 *ops);
u64 sim_ops_all(void);
u64 sim_ops_slave(void);

/* memcpy.c, memset.c, interrupt.c, raid.c, imm.c */
extern const struct sim_op sim_op_memcpy;
extern const struct sim_op sim_op_memset;
extern const struct sim_op sim_op_memset_sg;
extern const struct sim_op sim_op_interrupt;
extern const struct sim_op sim_op_xor;
extern const struct sim_op sim_op_xor_val;
extern const struct sim_op sim_op_pq;
extern const struct sim_op sim_op_pq_val;
extern const struct sim_op sim_op_imm_data;

/* slave.c, cyclic.c, interleave.c */
extern const struct sim_op sim_op_slave;
extern const struct sim_op sim_op_cyclic;
extern const struct sim_op sim_op_interleave;
extern const struct sim_op sim_op_repeat;
extern const struct sim_op sim_op_load_eot;

/* any.c */
extern const struct sim_op sim_op_reuse;
extern const struct sim_op sim_op_metadata;

#endif /* DMA_SIM_OP_TABLE_H */
