// SPDX-License-Identifier: MIT
/*
 * Hardware that neither can be stopped nor stops. Its channel, its memory and
 * the modules stay for good, so this wants a guest of its own, and the test
 * looks for nothing left behind but for that.
 */
#include <poll.h>

#include "uapi.h"

#define STOP_TIMEOUT "300"

static uint32_t quarantined(int fd)
{
	struct dmactl_info info = {.size = sizeof(info)};

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	return info.out_quarantined;
}

static void child_exits(void *arg)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct mem coherent = mem_coherent(fd, chan, PAGE);
	struct dmactl_op ops[2] = {op_memcpy(chan, &dst, 0, &src, 0, PAGE),
				   op_memcpy(chan, &coherent, 0, &src, 0, PAGE)};

	(void)arg;
	memset(src.p, 0xee, PAGE);
	submit_all(fd, ops, 2);
}

static void setup(void)
{
	sim_reload("no_terminate=1");
	dmactl_param_set("stop_timeout_ms", STOP_TIMEOUT);
	sim_set("hold", "1");
}

static void check_exit_is_not_stuck(void)
{
	uint64_t start = now_ns();

	child_run(child_exits, NULL);
	check(now_ns() - start >= 300 * MSEC);
	check(now_ns() - start < 60 * SEC);
}

static void check_destroy_gives_up(int fd)
{
	struct dmactl_completion record;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE), other = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, PAGE, 0x99);

	submit_all(fd, &op, 1);
	check_eq(destroy(fd, chan), 0);
	check_eq(reap(fd, &record, 1, 1, 0), 1);
	check_eq(record.status, -EIO);
	/* The hardware may still write there. */
	check_eq(destroy(fd, mem.buf), -EBUSY);
	check_eq(mem.p[0], 0);
	check_eq(destroy(fd, other.buf), 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), -ENOENT);
}

/* The pages of the dead are not given to anybody else. */
static void check_late_writes_hit_nobody(void)
{
	size_t i, len = 64u << 20;
	unsigned char *mine = mmap(NULL, len, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	check(mine != MAP_FAILED);
	sim_set("hold", "0");
	sleep_ms(200);
	for (i = 0; i < len; i += 64)
		check_eq(mine[i], 0);
	munmap(mine, len);
}

Test(quarantine, memory_is_kept, .timeout = UAPI_TIMEOUT)
{
	struct mem src, dst;
	int fd;

	uapi_start();
	setup();
	fd = dev_open(0);
	check_eq(quarantined(fd), 0);
	check_exit_is_not_stuck();
	check_eq(quarantined(fd), 1);
	check_destroy_gives_up(fd);
	check_eq(quarantined(fd), 2);
	check_late_writes_hit_nobody();

	/* Everything else works on. */
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	copy_check(fd, chan_get(fd), &dst, 1, &src, 2, 1000);
	dev_close(fd);
	/* The device may go, too; what is lost stays lost. */
	check_eq(sim_bind("dma-sim.0", false), 0);
	check_eq(sim_bind("dma-sim.0", true), 0);
	fd = dev_open(0);
	check_eq(quarantined(fd), 2);
	dst = mem_get(fd, PAGE);
	src = mem_get(fd, PAGE);
	copy_check(fd, chan_get(fd), &dst, 1, &src, 2, 1000);
}
