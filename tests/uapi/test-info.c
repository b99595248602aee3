// SPDX-License-Identifier: MIT
/* INFO and /proc/PID/fdinfo. */
#include "uapi.h"

static struct dmactl_info info_of(int fd)
{
	struct dmactl_info arg = {.size = sizeof(arg)};

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &arg), 0);
	return arg;
}

UAPI_TEST(info, says_what_the_module_can_do)
{
	struct dmactl_info info = info_of(dev_open(0));

	check_eq(info.size, sizeof(info));
	check_eq(info.flags, 0);
	check(info.out_features & DMACTL_FEATURE_READ);
	check(info.out_features & DMACTL_FEATURE_EVENTFD);
	check(info.out_features & DMACTL_FEATURE_MAP_USER);
	check(info.out_features & DMACTL_FEATURE_DMABUF);
	check(info.out_opcodes & 1u << DMACTL_OP_NOP);
	check(info.out_opcodes & 1u << DMACTL_OP_MEMCPY);
	check(info.out_opcodes & 1u << DMACTL_OP_SG);
	check(info.out_opcodes & 1u << DMACTL_OP_MEMSET);
	check_eq(info.out_opcodes >> DMACTL_OP_END, 0);
	check(info.out_version);
	check(info.out_max_batch >= 1);
	check(info.out_max_args >= 2);
	check_eq(info.out_quarantined, 0);
}

UAPI_TEST(info, shows_the_limits_of_the_moment)
{
	struct dmactl_info info;
	int fd = dev_open(0);
	char old[32], text[32];

	info = info_of(fd);
	dmactl_param_get("max_channels", old, sizeof(old));
	check_eq(info.out_max_channels, strtol(old, NULL, 10));
	dmactl_param_set("max_channels", "3");
	info = info_of(fd);
	dmactl_param_set("max_channels", old);
	check_eq(info.out_max_channels, 3);

	dmactl_param_get("max_buffers", text, sizeof(text));
	check_eq(info.out_max_buffers, strtol(text, NULL, 10));
	dmactl_param_get("max_depth", text, sizeof(text));
	check_eq(info.out_max_depth, strtol(text, NULL, 10));
	dmactl_param_get("max_buffer_bytes", text, sizeof(text));
	check_eq(info.out_max_buffer_bytes, strtoll(text, NULL, 10));
}

UAPI_TEST(info, sessions_have_numbers_of_their_own)
{
	struct dmactl_info a = info_of(dev_open(0));
	int fd = dev_open(0);
	struct dmactl_info b = info_of(fd);

	check(a.out_session != b.out_session);
	check_eq(b.out_session, fdinfo(fd, "session"));
}

UAPI_TEST(info, fdinfo_counts_objects)
{
	int fd = dev_open(0);
	uint32_t chan;
	struct mem mem;

	check_eq(fdinfo(fd, "channels"), 0);
	check_eq(fdinfo(fd, "buffers"), 0);
	check_eq(fdinfo(fd, "buffer-bytes"), 0);
	chan = chan_get(fd);
	mem = mem_get(fd, 5 * PAGE);
	check_eq(fdinfo(fd, "channels"), 1);
	check_eq(fdinfo(fd, "buffers"), 1);
	check_eq(fdinfo(fd, "buffer-bytes"), 5 * PAGE);
	/* The tests have CAP_IPC_LOCK, so nothing is charged. */
	check_eq(fdinfo(fd, "locked-pages"), 0);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(fdinfo(fd, "buffers"), 0);
	check_eq(fdinfo(fd, "buffer-bytes"), 0);
	check_eq(destroy(fd, chan), 0);
	check_eq(fdinfo(fd, "channels"), 0);
}

UAPI_TEST(info, fdinfo_counts_ops)
{
	struct dmactl_completion records[3];
	struct dmactl_op ops[3];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 3; i++)
		ops[i] = op_memset(chan, &mem, 0, 16, i);
	sim_set("hold", "1");
	submit_all(fd, ops, 3);
	check_eq(fdinfo(fd, "in-flight"), 3);
	check_eq(fdinfo(fd, "completions-queued"), 0);
	sim_set("hold", "0");
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_SYNCHRONIZE), 0);
	while (fdinfo(fd, "in-flight"))
		sleep_ms(1);
	check_eq(fdinfo(fd, "completions-queued"), 3);
	reap_all(fd, records, 3);
	check_eq(fdinfo(fd, "completions-queued"), 0);
}
