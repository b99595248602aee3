// SPDX-License-Identifier: MIT
/*
 * A locked-down kernel: no process reaches an address of its own choice. Lockdown cannot be undone,
 * so this needs a guest of its own.
 */
#include <sys/mount.h>

#include "uapi.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

static struct dmactl_op to_mem(uint32_t chan, const struct mem *mem)
{
	return op_single(chan, mem, 0, 8, true);
}

Test(lockdown, addresses, .timeout = UAPI_TIMEOUT)
{
	struct dmactl_chan_request arg;
	struct dmactl_chan_config config;
	struct dmactl_op op;
	struct mem mem;
	uint32_t tied, named;
	int fd;

	uapi_start();
	if (access(LOCKDOWN, W_OK) &&
	    mount("securityfs", "/sys/kernel/security", "securityfs", 0, ""))
		cr_skip_test("the kernel has no lockdown");
	sim_reload("devices=2 peripherals=mem");
	fd = dev_open(0);
	mem = mem_get(fd, PAGE);
	tied = chan_slave(fd, "mem").out_chan;
	/* A channel without a peripheral from firmware or CHAN_CONFIG. */
	arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.1");
	arg.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_MEMSET;
	check_eq(chan_request(fd, &arg), 0);
	named = arg.out_chan;
	op = to_mem(named, &mem);
	run_ok(fd, &op);
	config = config_of(tied);
	config.dst_addr = 0x8000;
	check_eq(chan_config(fd, &config), 0);
	op = to_mem(tied, &mem);
	op.flags = DMACTL_OPF_CMD;
	run_ok(fd, &op);

	check_eq(file_write(LOCKDOWN, "integrity"), 0);

	check_eq(chan_config(fd, &config), -EPERM);
	config = config_of(named);
	check_eq(chan_config(fd, &config), -EPERM);
	op_refused(fd, &op, -EPERM, "a command");
	op = to_mem(named, &mem);
	op_refused(fd, &op, -EPERM, "a channel that nobody has configured");
	/* Memory ops still work, and so does the channel that was configured before. */
	op = op_memset(named, &mem, 0, PAGE, 3);
	run_ok(fd, &op);
	op = to_mem(tied, &mem);
	run_ok(fd, &op);
	/* Faults of dma-sim that write to freed memory are refused. */
	check_eq(file_write("/sys/module/dma_sim/parameters/misbehave", "late_write"), -EPERM);
	check_eq(file_write("/sys/module/dma_sim/parameters/misbehave", "wrong_byte"), 0);
	check_eq(file_write("/sys/module/dma_sim/parameters/misbehave", "none"), 0);
}
