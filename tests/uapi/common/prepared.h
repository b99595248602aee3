/* SPDX-License-Identifier: MIT */
/* PREPARE, and ops that were prepared. */
#ifndef PREPARED_H
#define PREPARED_H

#include "uapi.h"

/* A dma-sim that has everything except descriptors that can be reused. */
#define SIM_NO_REUSE                                                                               \
	"caps=memcpy,memset,memset_sg,interrupt,xor,xor_val,pq,pq_val,slave,cyclic,interleave,"    \
	"repeat,load_eot,imm_data,metadata"

/* Returns 0 or -errno. */
static inline int prepare_try(int fd, const struct dmactl_op *op, uint32_t *handle)
{
	struct dmactl_prepare arg = {
		.size = sizeof(arg),
		.op_uptr = (uintptr_t)op,
		.op_size = sizeof(*op),
	};
	int ret = dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg);

	if (handle)
		*handle = arg.out_handle;
	return ret;
}

/* Returns the op that submits what is prepared of `op`. */
static inline struct dmactl_op prepare_op(int fd, const struct dmactl_op *op, uint64_t user_data)
{
	struct dmactl_op prepared = {
		.opcode = DMACTL_OP_PREPARED, .chan = op->chan, .user_data = user_data};

	check_eq(prepare_try(fd, op, &prepared.src_buf), 0);
	check(prepared.src_buf);
	return prepared;
}

#endif /* PREPARED_H */
