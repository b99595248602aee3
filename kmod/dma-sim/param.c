// SPDX-License-Identifier: GPL-2.0-only
/* Module parameters */
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "sim.h"

static struct sim_control sim_control = {
	.fail_how = DMA_TRANS_READ_FAILED,
	.fail_nth = ATOMIC_INIT(0),
};

static unsigned int channels = 4;
module_param(channels, uint, 0444);
MODULE_PARM_DESC(channels, "Channels of each controller, 1 to 64 (default 4)");

static unsigned int devices = 1;
module_param(devices, uint, 0444);
MODULE_PARM_DESC(devices, "Controllers, 1 to 16 (default 1)");

static char *caps = "all";
module_param(caps, charp, 0444);
MODULE_PARM_DESC(caps,
		 "List of memcpy, memset, memset_sg, interrupt, xor, xor_val, pq, pq_val, slave; or all (default)");

static unsigned int dma_mask = 64;
module_param(dma_mask, uint, 0444);
MODULE_PARM_DESC(dma_mask,
		 "Address bits, 24 to 64; memory beyond is bounced (default 64)");

static unsigned int copy_align = 1;
module_param(copy_align, uint, 0444);
MODULE_PARM_DESC(copy_align,
		 "Alignment of addresses and lengths in bytes, a power of two up to 256 (default 1)");

static unsigned int max_segment;
module_param(max_segment, uint, 0444);
MODULE_PARM_DESC(max_segment,
		 "Most bytes in one segment; longer ones are refused (default 0: none is, and the DMA API says 64 KiB)");

static unsigned int descriptors = 256;
module_param(descriptors, uint, 0444);
MODULE_PARM_DESC(descriptors,
		 "Descriptors of each channel, 1 to 65536 (default 256)");

static char *residue = "burst";
module_param(residue, charp, 0444);
MODULE_PARM_DESC(residue,
		 "Granularity of the residue: descriptor, segment or burst (default)");

static bool no_terminate;
module_param(no_terminate, bool, 0444);
MODULE_PARM_DESC(no_terminate, "Cannot terminate, as ioatdma (default N)");

static bool no_synchronize;
module_param(no_synchronize, bool, 0444);
MODULE_PARM_DESC(no_synchronize, "Cannot synchronize, as pl330 (default N)");

/* What is written to sysfs ends in a newline. */
static int sim_param_bad(const char *name, const char *val, const char *wanted)
{
	pr_err(SIM_NAME ": %s=%.*s: not %s\n", name, (int)strcspn(val, "\n"),
	       val, wanted);
	return -EINVAL;
}

static int sim_hold_set(const char *val, const struct kernel_param *kp)
{
	bool hold;

	if (kstrtobool(val, &hold))
		return sim_param_bad(kp->name, val, "Y or N");
	WRITE_ONCE(sim_control.hold, hold);
	sim_controllers_poke();
	return 0;
}

static const struct kernel_param_ops sim_hold_ops = {
	.set = sim_hold_set,
	.get = param_get_bool,
};
module_param_cb(hold, &sim_hold_ops, &sim_control.hold, 0644);
__MODULE_PARM_TYPE(hold, "bool");
MODULE_PARM_DESC(hold, "Nothing moves or completes while set (default N)");

static int sim_speed_set(const char *val, const struct kernel_param *kp)
{
	unsigned long long n;

	if (kstrtoull(val, 0, &n))
		return sim_param_bad(kp->name, val, "a number");
	WRITE_ONCE(*(u64 *)kp->arg, n);
	sim_controllers_poke();
	return 0;
}

static const struct kernel_param_ops sim_speed_ops = {
	.set = sim_speed_set,
	.get = param_get_ullong,
};
module_param_cb(latency, &sim_speed_ops, &sim_control.latency, 0644);
__MODULE_PARM_TYPE(latency, "ullong");
MODULE_PARM_DESC(latency, "Time before each descriptor in ns (default 0)");
module_param_cb(bandwidth, &sim_speed_ops, &sim_control.bandwidth, 0644);
__MODULE_PARM_TYPE(bandwidth, "ullong");
MODULE_PARM_DESC(bandwidth,
		 "Bytes per second of each channel (default 0: no limit)");

static int sim_fail_nth_set(const char *val, const struct kernel_param *kp)
{
	int n;

	if (kstrtoint(val, 0, &n) || n < 0)
		return sim_param_bad(kp->name, val, "a number from 0");
	atomic_set(&sim_control.fail_nth, n);
	return 0;
}

static int sim_fail_nth_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read(&sim_control.fail_nth));
}

static const struct kernel_param_ops sim_fail_nth_ops = {
	.set = sim_fail_nth_set,
	.get = sim_fail_nth_get,
};
module_param_cb(fail_nth, &sim_fail_nth_ops, NULL, 0644);
__MODULE_PARM_TYPE(fail_nth, "int");
MODULE_PARM_DESC(fail_nth,
		 "The Nth descriptor started from now on fails, once (default 0: none)");

static const char *const sim_fail_names[] = {
	[DMA_TRANS_READ_FAILED] = "read",
	[DMA_TRANS_WRITE_FAILED] = "write",
	[DMA_TRANS_ABORTED] = "abort",
};

static int sim_fail_how_set(const char *val, const struct kernel_param *kp)
{
	int how = __sysfs_match_string(&sim_fail_names[1],
				       ARRAY_SIZE(sim_fail_names) - 1, val);

	if (how < 0)
		return sim_param_bad(kp->name, val, "read, write or abort");
	WRITE_ONCE(sim_control.fail_how, how + 1);
	return 0;
}

static int sim_fail_how_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n",
			  sim_fail_names[READ_ONCE(sim_control.fail_how)]);
}

static const struct kernel_param_ops sim_fail_how_ops = {
	.set = sim_fail_how_set,
	.get = sim_fail_how_get,
};
module_param_cb(fail_how, &sim_fail_how_ops, NULL, 0644);
__MODULE_PARM_TYPE(fail_how, "string");
MODULE_PARM_DESC(fail_how,
		 "What fail_nth reports: read (default), write or abort");

static const char *const sim_residue_names[] = {
	[DMA_RESIDUE_GRANULARITY_DESCRIPTOR] = "descriptor",
	[DMA_RESIDUE_GRANULARITY_SEGMENT] = "segment",
	[DMA_RESIDUE_GRANULARITY_BURST] = "burst",
};

static bool sim_param_in(const char *name, unsigned int val, unsigned int min,
			 unsigned int max)
{
	if (val >= min && val <= max)
		return true;
	pr_err(SIM_NAME ": %s=%u: not from %u to %u\n", name, val, min, max);
	return false;
}

/* The controllers that the parameters ask for. */
int sim_param_config(struct sim_config *config, unsigned int *n)
{
	int granularity;

	if (!sim_param_in("channels", channels, 1, SIM_MAX_CHANNELS) ||
	    !sim_param_in("devices", devices, 1, SIM_MAX_DEVICES) ||
	    !sim_param_in("dma_mask", dma_mask, 24, 64) ||
	    !sim_param_in("copy_align", copy_align, 1, SIM_MAX_ALIGN) ||
	    !sim_param_in("descriptors", descriptors, 1, SIM_MAX_DESCRIPTORS))
		return -EINVAL;
	if (!is_power_of_2(copy_align)) {
		pr_err(SIM_NAME ": copy_align=%u: not a power of two\n",
		       copy_align);
		return -EINVAL;
	}
	if (max_segment % copy_align) {
		pr_err(SIM_NAME ": max_segment=%u: not a multiple of copy_align=%u\n",
		       max_segment, copy_align);
		return -EINVAL;
	}
	granularity = match_string(sim_residue_names,
				   ARRAY_SIZE(sim_residue_names), residue);
	if (granularity < 0)
		return sim_param_bad("residue", residue,
				     "descriptor, segment or burst");

	*n = devices;
	config->channels = channels;
	config->dma_mask = dma_mask;
	config->copy_align = copy_align;
	config->max_segment = max_segment;
	config->descriptors = descriptors;
	config->residue = granularity;
	config->no_terminate = no_terminate;
	config->no_synchronize = no_synchronize;
	config->control = &sim_control;
	return sim_op_parse(caps, &config->ops);
}
