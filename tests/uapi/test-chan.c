// SPDX-License-Identifier: MIT
/* CHAN_REQUEST, CHAN_CTRL, CHAN_STATUS and DESTROY of channels. */
#include "uapi.h"

UAPI_TEST(chan, by_caps_tells_what_it_can_do)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	int fd = dev_open(0);
	size_t i;

	arg.caps = DMACTL_CAP_MEMCPY | DMACTL_CAP_MEMSET | DMACTL_CAP_TERMINATE;
	check_eq(chan_request(fd, &arg), 0);
	check(arg.out_chan);
	check_eq(arg.out_depth, 256);
	check_eq(arg.out.caps & arg.caps, arg.caps);
	check(arg.out.caps & DMACTL_CAP_PAUSE);
	check(arg.out.caps & DMACTL_CAP_PRIVATE);
	check(!(arg.out.caps & DMACTL_CAP_IOMMU));
	check_eq(arg.out.copy_align, 1);
	check_eq(arg.out.fill_align, 1);
	check_eq(arg.out.residue_granularity, DMACTL_RESIDUE_BURST);
	for (i = 0; i < ARRAY_SIZE(arg.out.reserved); i++)
		check_eq(arg.out.reserved[i], 0);
	check(arg.out.dma_mask);
	check(!strcmp(arg.out.device, "dma-sim.0"));
	check(!strcmp(arg.out.driver, "dma-sim"));
	check(!strncmp(arg.out.name, "dma", 3));
}

UAPI_TEST(chan, by_caps_keeps_to_the_device_named)
{
	struct dmactl_chan_request a = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.1");
	struct dmactl_chan_request b = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.9");
	int fd = dev_open(0);

	check_eq(chan_request(fd, &a), 0);
	check(!strcmp(a.out.device, "dma-sim.1"));
	check_eq(chan_request(fd, &b), -ENOENT);
}

UAPI_TEST(chan, by_name_is_that_one_and_then_busy)
{
	struct dmactl_chan_request any = chan_named(DMACTL_CHAN_BY_CAPS, "");
	struct dmactl_chan_request arg;
	int fd = dev_open(0), other = dev_open(0);

	check_eq(chan_request(fd, &any), 0);
	arg = chan_named(DMACTL_CHAN_BY_NAME, any.out.name);
	check_eq(chan_request(fd, &arg), -EBUSY);
	check_eq(chan_request(other, &arg), -EBUSY);
	check_eq(destroy(fd, any.out_chan), 0);
	check_eq(chan_request(other, &arg), 0);
	check(!strcmp(arg.out.name, any.out.name));
	check_eq(chan_request(fd, &arg), -EBUSY);
	dev_close(other);
	check_eq(chan_request(fd, &arg), 0);
}

UAPI_TEST(chan, by_slave_name)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_SLAVE, "sim0");
	struct dmactl_chan_request again = arg;
	struct mem src, dst;
	int fd = dev_open(0);

	check_eq(chan_request(fd, &arg), 0);
	check(arg.out.caps & DMACTL_CAP_SLAVE);
	check(!strcmp(arg.out.device, "dma-sim.0"));
	check_eq(chan_request(fd, &again), -EBUSY);
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	copy_check(fd, arg.out_chan, &dst, 3, &src, 5, 1000);
	check_eq(destroy(fd, arg.out_chan), 0);
	check_eq(chan_request(fd, &again), 0);
}

UAPI_TEST(chan, names_that_nobody_has)
{
	struct dmactl_chan_request arg;
	int fd = dev_open(0);

	arg = chan_named(DMACTL_CHAN_BY_NAME, "dma99chan99");
	check_eq(chan_request(fd, &arg), -ENOENT);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "no-such-port");
	check_eq(chan_request(fd, &arg), -ENOENT);
	check_eq(fdinfo(fd, "channels"), 0);
}

UAPI_TEST(chan, a_capability_that_it_lacks)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	struct dmactl_chan_request any = arg;
	int fd = dev_open(0);

	arg.caps = DMACTL_CAP_IOMMU;
	check_eq(chan_request(fd, &arg), -ENOENT);
	arg.caps = 1ull << 63;
	check_eq(chan_request(fd, &arg), -ENOENT);

	check_eq(chan_request(fd, &any), 0);
	check_eq(destroy(fd, any.out_chan), 0);
	arg = chan_named(DMACTL_CHAN_BY_NAME, any.out.name);
	arg.caps = DMACTL_CAP_IOMMU;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "sim0");
	arg.caps = DMACTL_CAP_IOMMU;
	check_eq(chan_request(fd, &arg), -EOPNOTSUPP);
	check_eq(fdinfo(fd, "channels"), 0);
	/* The refused request gave the channel back. */
	arg.caps = 0;
	check_eq(chan_request(fd, &arg), 0);
}

UAPI_TEST(chan, bad_values)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int fd = dev_open(0);

	memset(arg.name, 'a', sizeof(arg.name));
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_NAME, "");
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_SLAVE, "");
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_END, "x");
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(~0u, "x");
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	arg.depth = 4097;
	check_eq(chan_request(fd, &arg), -EINVAL);
	arg.depth = ~0u;
	check_eq(chan_request(fd, &arg), -EINVAL);
	check_eq(fdinfo(fd, "channels"), 0);
}

UAPI_TEST(chan, depth_is_the_number_of_ops_outstanding)
{
	static const uint32_t depths[] = {1, 2, 100};
	struct dmactl_op ops[101];
	struct dmactl_completion records[101];
	int fd = dev_open(0);
	uint32_t chan, accepted;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(depths); i++) {
		chan = chan_get_depth(fd, depths[i]);
		for (j = 0; j < ARRAY_SIZE(ops); j++)
			ops[j] = op_nop(chan, j);
		check_eq(chan_status(fd, chan).out_credit, depths[i]);
		check_eq(submit_flags(fd, ops, depths[i] + 1, 0, &accepted), 0);
		check_eq(accepted, depths[i]);
		check_eq(chan_status(fd, chan).out_credit, 0);
		check_eq(submit_flags(fd, ops, 1, 0, &accepted), -EAGAIN);
		reap_all(fd, records, depths[i]);
		check_eq(chan_status(fd, chan).out_credit, depths[i]);
		check_eq(destroy(fd, chan), 0);
	}
}

UAPI_TEST(chan, the_deepest)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "");
	int fd = dev_open(0);

	arg.depth = 4096;
	check_eq(chan_request(fd, &arg), 0);
	check_eq(arg.out_depth, 4096);
	check_eq(chan_status(fd, arg.out_chan).out_credit, 4096);
}

UAPI_TEST(chan, handles_that_are_not_channels)
{
	int fd = dev_open(0), other = dev_open(0);
	struct mem mem = mem_get(fd, PAGE);
	uint32_t chan = chan_get(fd), later = chan_get(fd);
	const uint32_t wrong[] = {0, mem.buf, later, 12345, 0x80000000u, ~0u};
	struct dmactl_chan_status status = {.size = sizeof(status)};
	struct dmactl_op op;
	size_t i;

	check_eq(destroy(fd, later), 0);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		status.chan = wrong[i];
		check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_STATUS, &status), -ENOENT);
		check_eq(chan_ctrl(fd, wrong[i], DMACTL_CTRL_SYNCHRONIZE), -ENOENT);
		check_eq(chan_ctrl(fd, wrong[i], DMACTL_CTRL_TERMINATE), -ENOENT);
		op = op_nop(wrong[i], 0);
		check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENOENT);
	}
	/* Another session cannot use this session's channel. */
	check_eq(chan_ctrl(other, chan, DMACTL_CTRL_SYNCHRONIZE), -ENOENT);
	check_eq(destroy(other, chan), -ENOENT);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_SYNCHRONIZE), 0);
}

UAPI_TEST(chan, a_handle_is_not_used_again_soon)
{
	int fd = dev_open(0), i;
	uint32_t first = chan_get(fd), chan;

	check_eq(destroy(fd, first), 0);
	for (i = 0; i < 200; i++) {
		chan = chan_get_depth(fd, 1);
		check(chan != first);
		check_eq(chan_ctrl(fd, first, DMACTL_CTRL_SYNCHRONIZE), -ENOENT);
		check_eq(destroy(fd, chan), 0);
	}
	check_eq(destroy(fd, first), -ENOENT);
	check_eq(destroy(fd, 0), -ENOENT);
}

UAPI_TEST(chan, ctrl_refuses_what_it_does_not_know)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);

	check_eq(chan_ctrl(fd, chan, 0), -EINVAL);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_END), -EINVAL);
	check_eq(chan_ctrl(fd, chan, ~0u), -EINVAL);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
}

UAPI_TEST(chan, a_pause_lasts_until_resume)
{
	struct dmactl_completion record;
	struct dmactl_chan_status status;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 100, 0x77);

	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	submit_all(fd, &op, 1);
	check_eq(reap(fd, &record, 1, 1, 50 * MSEC), -ETIME);
	status = chan_status(fd, chan);
	check_eq(status.out_state, DMACTL_STATE_PAUSED);
	check_eq(status.out_in_flight, 1);
	check_eq(mem.p[0], 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(mem.p[99], 0x77);
}

UAPI_TEST(chan, status_of_one_in_flight)
{
	struct dmactl_chan_status status;
	struct dmactl_completion records[2];
	struct dmactl_op ops[2];
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	status = chan_status(fd, chan);
	check_eq(status.out_state, DMACTL_STATE_IDLE);
	check_eq(status.user_data, 0);
	ops[0] = op_memset(chan, &mem, 0, 1000, 1);
	ops[0].user_data = 70;
	ops[1] = op_memset(chan, &mem, 1000, 500, 1);
	ops[1].user_data = 71;
	sim_set("hold", "1");
	submit_all(fd, ops, 2);
	status = chan_status(fd, chan);
	check_eq(status.out_state, DMACTL_STATE_IN_PROGRESS);
	check_eq(status.user_data, 70);
	check_eq(status.out_residue, 1000);
	check_eq(status.out_in_flight, 2);
	check_eq(status.out_submitted, 2);
	check_eq(status.out_completed, 0);
	check_eq(status.out_descriptors, 2);
	check_eq(status.out_credit, 254);

	status.flags = DMACTL_STATUS_BY_USER_DATA;
	status.user_data = 71;
	check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_STATUS, &status), 0);
	check_eq(status.user_data, 71);
	check_eq(status.out_residue, 500);
	status.user_data = 72;
	check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_STATUS, &status), -ENOENT);

	sim_set("hold", "0");
	reap_all(fd, records, 2);
	status = chan_status(fd, chan);
	check_eq(status.out_state, DMACTL_STATE_IDLE);
	check_eq(status.out_completed, 2);
	check_eq(status.out_failed, 0);
	check_eq(status.out_bytes, 1500);
	check_eq(status.out_credit, 256);
	check_eq(status.out_residue, 0);
}
