// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include <linux/io_uring.h>

#include "mock.h"

static struct dmauser_session *s;
static struct dmauser_chan *chan;
static struct dmauser_buf *buf;
static struct dmauser_batch *batch;

/* A large SQE with old contents, between two that must not change. */
static struct {
	unsigned char before[128];
	union {
		struct io_uring_sqe sqe;
		unsigned char bytes[128];
	};
	unsigned char after[128];
} slot;

static void setup(void)
{
	mock_start();
	s = mock_session_limited(1024, NULL);
	chan = mock_chan(s, 2);
	buf = mock_buf(s, 10);
	cr_assert_eq(dmauser_batch_new(&batch), 0);
	memset(&slot, 0xa5, sizeof(slot));
}

static void teardown(void)
{
	unsigned int i;

	for (i = 0; i < 128; i++) {
		cr_assert_eq(slot.before[i], 0xa5);
		cr_assert_eq(slot.after[i], 0xa5);
	}
	dmauser_batch_free(batch);
	dmauser_close(s);
	mock_end();
}

/* Compares all 128 bytes with what the kernel must see. */
static void check_sqe(uint32_t cmd_op, uint64_t user_data, const struct dmactl_op *op,
		      uint32_t flags)
{
	struct dmactl_uring_cmd cmd = {.op = *op, .flags = flags};
	unsigned char want[128] = {0};
	struct io_uring_sqe sqe;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_URING_CMD;
	sqe.fd = dmauser_fd(s);
	sqe.cmd_op = cmd_op;
	sqe.user_data = user_data;
	memcpy(want, &sqe, sizeof(sqe));
	memcpy(want + 48, &cmd, sizeof(cmd));
	cr_assert(!memcmp(slot.bytes, want, 128));
}

Test(uring, fills_an_sqe, .init = setup, .fini = teardown)
{
	cr_assert_eq(dmauser_batch_memcpy(batch, chan, buf, 0, buf, 2048, 1024, 7), 0);
	cr_assert_eq(dmauser_batch_memset(batch, chan, buf, 16, 32, 0x44, 1ull << 40), 0);
	cr_assert_eq(dmauser_uring_prep(&slot.sqe, batch, 0, 0), 0);
	check_sqe(DMACTL_URING_OP, 7, dmauser_batch_get(batch, 0), 0);
	cr_assert_eq(dmauser_uring_prep(&slot.sqe, batch, 1, DMACTL_URING_HOLD), 0);
	check_sqe(DMACTL_URING_OP, 1ull << 40, dmauser_batch_get(batch, 1), DMACTL_URING_HOLD);
	/* The ops stay in the batch. */
	cr_assert_eq(dmauser_batch_count(batch), 2);
}

Test(uring, starts_what_is_held_back, .init = setup, .fini = teardown)
{
	struct dmactl_op op = {.chan = dmauser_chan_handle(chan)};

	cr_assert_eq(dmauser_uring_issue(&slot.sqe, chan, 9), 0);
	check_sqe(DMACTL_URING_ISSUE, 9, &op, 0);
}

Test(uring, refuses, .init = setup, .fini = teardown)
{
	cr_assert_eq(dmauser_uring_prep(&slot.sqe, batch, 0, 0), -ENOENT);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 1), 0);
	cr_assert_eq(dmauser_uring_prep(&slot.sqe, batch, 1, 0), -ENOENT);
	cr_assert_eq(dmauser_uring_prep(&slot.sqe, batch, 0, 2), -EINVAL);
	cr_assert_eq(dmauser_uring_prep(&slot.sqe, NULL, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_uring_prep(NULL, batch, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_uring_issue(NULL, chan, 0), -EINVAL);
	cr_assert_eq(dmauser_uring_issue(&slot.sqe, NULL, 0), -EINVAL);
	cr_assert_eq(slot.bytes[0], 0xa5);
	cr_assert_eq(slot.bytes[127], 0xa5);
}
