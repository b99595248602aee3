// SPDX-License-Identifier: MIT
/* XOR and PQ that are refused: lists, alignment, channels without. */
#include "raid.h"

/* One element of a good list is bad, in one way. */
static void bad_piece(uint16_t opcode, unsigned int at, struct dmactl_sg piece, int ret,
		      const char *what)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	sources(sg, NULL, 5);
	if (opcode == DMACTL_OP_PQ) {
		sg[3] = sg_piece(DMACTL_SG_P, &dst, AT, LEN);
		sg[4] = sg_piece(DMACTL_SG_Q, &dst, AT + STRIDE, LEN);
	}
	sg[at] = piece;
	op = op_list(opcode, chan, sg, 5, LEN);
	if (opcode == DMACTL_OP_XOR) {
		op.dst_buf = dst.buf;
		op.dst_off = AT;
	}
	op_refused(fd, &op, ret, what);
}

static void bad_pieces(uint16_t opcode)
{
	const struct dmactl_sg good = sg_piece(DMACTL_SG_SRC, &src, 2 * STRIDE, LEN);
	struct dmactl_sg sg = good;
	uint16_t role;

	sg.len = LEN - 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a shorter source");
	sg.len = LEN + 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a longer source");
	sg.len = 0;
	bad_piece(opcode, 2, sg, -EINVAL, "an empty source");
	sg = good;
	sg.value = opcode == DMACTL_OP_PQ ? 256 : 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a coefficient");
	sg = good;
	sg.reserved = 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a reserved field");
	sg = good;
	sg.buf = 4711;
	bad_piece(opcode, 2, sg, -ENOENT, "no such buffer");
	sg = good;
	sg.off = src.len - LEN + 1;
	bad_piece(opcode, 2, sg, -EINVAL, "past the end");
	sg.off = ~0ull - 5;
	bad_piece(opcode, 2, sg, -EINVAL, "wraps");
	sg = sg_piece(DMACTL_SG_SRC, &dst, AT + 1, LEN);
	bad_piece(opcode, 2, sg, -EINVAL, "half of what is written");
	sg.off = AT - 1;
	bad_piece(opcode, 2, sg, -EINVAL, "the other half of what is written");
	for (role = 0; role < 9; role++) {
		sg = good;
		sg.role = role;
		if (role != DMACTL_SG_SRC)
			bad_piece(opcode, 2, sg, -EINVAL, "a role that is not for it, or twice");
	}
}

UAPI_TEST(raid_refused, bad_input)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR | DMACTL_CAP_PQ);
	bad_pieces(DMACTL_OP_XOR);
	bad_pieces(DMACTL_OP_PQ);

	sources(sg, NULL, 5);
	op = op_xor(sg, 1, &dst, AT);
	op_refused(fd, &op, -EINVAL, "one source");
	op = op_xor(NULL, 0, &dst, AT);
	op_refused(fd, &op, -EINVAL, "no source");
	op = op_xor(sg, 5, &dst, dst.len - LEN + 1);
	op_refused(fd, &op, -EINVAL, "a result past the end");
	op.dst_buf = 0;
	op.dst_off = 0;
	op_refused(fd, &op, -ENOENT, "no result");
	op = op_xor(sg, 5, &dst, AT);
	op.src_buf = src.buf;
	op_refused(fd, &op, -EINVAL, "a source beside the list");
	op = op_xor(sg, 5, &dst, AT);
	op.value = 1;
	op_refused(fd, &op, -EINVAL, "a value");
	op = op_xor(sg, 5, &dst, AT);
	op.flags = DMACTL_OPF_REPEAT;
	op_refused(fd, &op, -EOPNOTSUPP, "a flag");

	op = op_pq(sg, 1, P | Q);
	op_refused(fd, &op, -EINVAL, "P of one source");
	op = op_pq(sg, 0, P | Q);
	op_refused(fd, &op, -EINVAL, "P and Q of no source");
	op = op_pq(sg, 0, Q);
	op_refused(fd, &op, -EINVAL, "Q of no source");
	sources(sg, NULL, 5);
	op = op_pq(sg, 5, 0);
	op_refused(fd, &op, -EINVAL, "neither P nor Q");
	op = op_pq(sg, 3, P | Q);
	sg[4] = sg[3];
	sg[4].role = DMACTL_SG_Q;
	op_refused(fd, &op, -EINVAL, "Q on P");
	sg[4].off += 1;
	op_refused(fd, &op, -EINVAL, "Q on most of P");
	sg[4] = sg_piece(DMACTL_SG_Q, &dst, AT + STRIDE, LEN);
	sg[4].value = 1;
	op_refused(fd, &op, -EINVAL, "a coefficient of Q");
	sg[4].value = 0;
	op.dst_buf = dst.buf;
	op_refused(fd, &op, -EINVAL, "a destination beside the list");
	op.dst_buf = 0;
	run_ok(fd, &op);
	/* Nothing of the failures still holds the buffers. */
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

static void aligned(void)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR | DMACTL_CAP_PQ);
	xor_check(17);
	pq_check(17, before, P | Q);
	sources(sg, NULL, 5);
	op = op_xor(sg, 3, &dst, AT + 2);
	op_refused(fd, &op, -EINVAL, "the result of an XOR");
	sg[1].off += 2;
	op = op_xor(sg, 3, &dst, AT);
	op_refused(fd, &op, -EINVAL, "a source of an XOR");
	op = op_pq(sg, 3, P | Q);
	op_refused(fd, &op, -EINVAL, "a source of PQ");
	sg[1].off -= 2;
	sg[4].off += 1;
	op_refused(fd, &op, -EINVAL, "Q");
	sources(sg, NULL, 5);
	sg[0].len = sg[1].len = LEN - 1;
	op = op_xor(sg, 2, &dst, AT);
	op.len = LEN - 1;
	op_refused(fd, &op, -EINVAL, "the length");
}

UAPI_TEST(raid_refused, alignment)
{
	/* AT is a multiple of 4, and no more. */
	with_sim("copy_align=4", aligned);
}

static void nothing_of_it(void)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	setup(DMACTL_CAP_MEMCPY);
	sources(sg, NULL, 5);
	op = op_xor(sg, 5, &dst, AT);
	op_refused(fd, &op, -EOPNOTSUPP, "xor");
	op = op_pq(sg, 3, P | Q);
	op_refused(fd, &op, -EOPNOTSUPP, "pq");
	op.opcode = DMACTL_OP_XOR_VAL;
	op_refused(fd, &op, -EOPNOTSUPP, "xor_val");
	op.opcode = DMACTL_OP_PQ_VAL;
	op_refused(fd, &op, -EOPNOTSUPP, "pq_val");
}

UAPI_TEST(raid_refused, a_channel_without)
{
	with_sim("caps=memcpy", nothing_of_it);
}
