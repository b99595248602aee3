// SPDX-License-Identifier: MIT
/* The CPU reads data of an op that has not ended. */
#include "uapi.h"

#define BLOCK 65536u
#define SENT  4096u

static void sync_range(int fd, const struct mem *mem, uint64_t off, uint64_t len, uint32_t flags)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg),
		.flags = flags,
		.buf = mem->buf,
		.off = off,
		.len = len,
	};

	check_eq(dev_ioctl(fd, DMACTL_IOC_BUF_SYNC, &arg), 0);
}

static void wait_for_residue(int fd, uint32_t chan, uint64_t residue)
{
	unsigned int i;

	for (i = 0; i < 1000 && chan_status(fd, chan).out_residue != residue; i++)
		sleep_ms(10);
	check_eq(chan_status(fd, chan).out_residue, residue);
}

struct half {
	int fd;
	uint32_t rx, tx;
	struct mem to, from;
};

/* Starts an op that receives BLOCK bytes, of which SENT have arrived. */
static struct half half_begin(void)
{
	int fd = dev_open(0);
	struct half h = {
		.fd = fd,
		.rx = chan_slave(fd, "loop-rx").out_chan,
		.tx = chan_slave(fd, "loop-tx").out_chan,
		.to = mem_get(fd, BLOCK),
		.from = mem_get(fd, BLOCK),
	};
	struct dmactl_op op = op_single(h.rx, &h.to, 0, BLOCK, false);

	memset(h.to.p, 0xee, BLOCK);
	submit_all(fd, &op, 1);
	noise_fill(h.from.p, BLOCK, 1);
	op = op_single(h.tx, &h.from, 0, SENT, true);
	run_ok(fd, &op);
	wait_for_residue(fd, h.rx, BLOCK - SENT);
	return h;
}

/* By the header's rule: data is visible after BEGIN | READ, in any memory. */
static void half_an_op(void)
{
	struct half h = half_begin();
	struct dmactl_completion record;
	struct dmactl_op op;

	/* Without a sync the data is not visible. */
	if (devices_bounce())
		check_eq(h.to.p[0], 0xee);
	sync_range(h.fd, &h.to, 0, SENT, DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ);
	bytes_check(h.to.p, h.from.p, SENT, "so far");
	/* The rest arrives as usual. */
	op = op_single(h.tx, &h.from, SENT, BLOCK - SENT, true);
	submit_all(h.fd, &op, 1);
	reap_all(h.fd, &record, 1);
	reap_all(h.fd, &record, 1);
	bytes_check(h.to.p, h.from.p, BLOCK, "in the end");
}

UAPI_TEST(under_way, what_was_moved_so_far)
{
	with_sim("peripherals=loopback", half_an_op);
}

/* After TERMINATE the data moved so far needs no sync. */
static void taken_back(void)
{
	struct half h = half_begin();
	struct dmactl_completion record;

	check_eq(chan_ctrl(h.fd, h.rx, DMACTL_CTRL_TERMINATE), 0);
	reap_all(h.fd, &record, 1);
	check_eq(record.status, -ECANCELED);
	bytes_check(h.to.p, h.from.p, SENT, "until it was taken back");
}

UAPI_TEST(under_way, what_was_moved_until_terminate)
{
	with_sim("peripherals=loopback", taken_back);
}
