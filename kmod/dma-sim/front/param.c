// SPDX-License-Identifier: GPL-2.0-only
/* Module parameters. */
#include <linux/moduleparam.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "fault/misbehave.h"
#include "front/config.h"
#include "op/table.h"

/*
 * Parameters are set before any code runs, so sim_control_init() is not used.
 */
static struct sim_control sim_control = {
	.ref = KREF_INIT(1),
	.fail_how = DMA_TRANS_READ_FAILED,
	.counter_fifo = SIM_COUNTER_FIFO,
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
		 "List of memcpy, memset, memset_sg, interrupt, xor, xor_val, pq, pq_val, slave, cyclic, interleave, repeat, load_eot, imm_data, reuse, metadata; or all (default)");

static char *peripherals = "";
module_param(peripherals, charp, 0444);
MODULE_PARM_DESC(peripherals,
		 "List of loopback, counter, sink, mem: one more controller, with channels to these (default: none)");

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

static unsigned int max_xor = SIM_MAX_SOURCES;
module_param(max_xor, uint, 0444);
MODULE_PARM_DESC(max_xor, "Most sources of XOR, 2 to 16 (default 16)");

static unsigned int max_pq = SIM_MAX_SOURCES;
module_param(max_pq, uint, 0444);
MODULE_PARM_DESC(max_pq, "Most sources of PQ, 2 to 16 (default 16)");

static unsigned int max_burst = 256;
module_param(max_burst, uint, 0444);
MODULE_PARM_DESC(max_burst, "Most words in a burst, 1 to 65536 (default 256)");

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

static bool no_pause;
module_param(no_pause, bool, 0444);
MODULE_PARM_DESC(no_pause, "Can neither pause nor resume (default N)");

static bool no_release;
module_param(no_release, bool, 0444);
MODULE_PARM_DESC(no_release,
		 "Its channels go with it, even if clients hold them, as with most drivers (default N)");

static bool repeat_only;
module_param(repeat_only, bool, 0444);
MODULE_PARM_DESC(repeat_only,
		 "Prepares INTERLEAVE only with both DMA_PREP_REPEAT and DMA_PREP_LOAD_EOT, as xilinx_dpdma (default N)");

static bool any_direction;
module_param(any_direction, bool, 0444);
MODULE_PARM_DESC(any_direction,
		 "Channels of peripherals declare both directions and know one, as with xilinx_dma (default N)");

static bool shared_reset;
module_param(shared_reset, bool, 0444);
MODULE_PARM_DESC(shared_reset,
		 "To terminate one channel of a peripheral resets the other, as with AXI DMA (default N)");

static bool noncoherent;
module_param(noncoherent, bool, 0444);
MODULE_PARM_DESC(noncoherent,
		 "Is not cache coherent; not on processors where all devices are (default N)");

static bool below;
module_param(below, bool, 0444);
MODULE_PARM_DESC(below,
		 "Is bound to a device below the one that does DMA, as idxd (default N)");

/* Values written through sysfs end in a newline. */
static int sim_param_bad(const char *name, const char *val, const char *wanted)
{
	pr_err(SIM_NAME ": %s=%.*s: not %s\n", name, (int)strcspn(val, "\n"),
	       val, wanted);
	return -EINVAL;
}

static int sim_switch_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_switch(kp->arg, val))
		return sim_param_bad(kp->name, val, "Y or N");
	return 0;
}

static const struct kernel_param_ops sim_switch_ops = {
	.set = sim_switch_set,
	.get = param_get_bool,
};
module_param_cb(hold, &sim_switch_ops, &sim_control.hold, 0644);
__MODULE_PARM_TYPE(hold, "bool");
MODULE_PARM_DESC(hold, "Nothing moves or completes while set (default N)");

module_param_cb(skip, &sim_switch_ops, &sim_control.skip, 0644);
__MODULE_PARM_TYPE(skip, "bool");
MODULE_PARM_DESC(skip,
		 "Descriptors report success and move nothing (default N)");

module_param_cb(prep_sleeps, &sim_switch_ops, &sim_control.prep_sleeps, 0644);
__MODULE_PARM_TYPE(prep_sleeps, "bool");
MODULE_PARM_DESC(prep_sleeps,
		 "Preparing a MEMCPY sleeps, as with bcm2835-dma (default N)");

module_param_cb(packets, &sim_switch_ops, &sim_control.packets, 0644);
__MODULE_PARM_TYPE(packets, "bool");
MODULE_PARM_DESC(packets,
		 "What a descriptor writes to loop-tx is a packet, which ends the one that reads it (default N)");

static int sim_context_param_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_context(&sim_control, (uintptr_t)kp->arg, val))
		return sim_param_bad(kp->name, val, "Y or N");
	return 0;
}

static int sim_context_param_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%c\n", READ_ONCE(sim_control.context) &
			  (uintptr_t)kp->arg ? 'Y' : 'N');
}

static const struct kernel_param_ops sim_context_ops = {
	.set = sim_context_param_set,
	.get = sim_context_param_get,
};

module_param_cb(callback_locked, &sim_context_ops, (void *)SIM_CALLBACK_LOCKED,
		0644);
__MODULE_PARM_TYPE(callback_locked, "bool");
MODULE_PARM_DESC(callback_locked,
		 "Calls back with the lock held that everything takes, as mv_xor (default N)");
module_param_cb(callback_masked, &sim_context_ops, (void *)SIM_CALLBACK_MASKED,
		0644);
__MODULE_PARM_TYPE(callback_masked, "bool");
MODULE_PARM_DESC(callback_masked,
		 "Calls back with interrupts off, as fsl_raid (default N)");
module_param_cb(callback_irq, &sim_context_ops, (void *)SIM_CALLBACK_IRQ,
		0644);
__MODULE_PARM_TYPE(callback_irq, "bool");
MODULE_PARM_DESC(callback_irq,
		 "Calls back from an interrupt handler, as imx-sdma (default N)");
module_param_cb(callback_thread, &sim_context_ops, (void *)SIM_CALLBACK_THREAD,
		0644);
__MODULE_PARM_TYPE(callback_thread, "bool");
MODULE_PARM_DESC(callback_thread,
		 "Calls back from a thread (default N)");
module_param_cb(callback_work, &sim_context_ops, (void *)SIM_CALLBACK_WORK,
		0644);
__MODULE_PARM_TYPE(callback_work, "bool");
MODULE_PARM_DESC(callback_work,
		 "Calls back from a work item (default N)");
module_param_cb(callback_keeps, &sim_context_ops, (void *)SIM_CALLBACK_KEEPS,
		0644);
__MODULE_PARM_TYPE(callback_keeps, "bool");
MODULE_PARM_DESC(callback_keeps,
		 "What may be used again cannot before its callback has returned, as with virt-dma (default N)");

static int sim_speed_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_number(kp->arg, val, U64_MAX))
		return sim_param_bad(kp->name, val, "a number");
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

static int sim_rate_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_number(kp->arg, val, SIM_MAX_RATE))
		return sim_param_bad(kp->name, val, "a number up to 2^34");
	return 0;
}

static const struct kernel_param_ops sim_rate_ops = {
	.set = sim_rate_set,
	.get = param_get_ullong,
};
module_param_cb(counter_rate, &sim_rate_ops, &sim_control.counter_rate, 0644);
__MODULE_PARM_TYPE(counter_rate, "ullong");
MODULE_PARM_DESC(counter_rate,
		 "Bytes per second that \"counter\" gives (default 0: no limit)");
module_param_cb(sink_rate, &sim_rate_ops, &sim_control.sink_rate, 0644);
__MODULE_PARM_TYPE(sink_rate, "ullong");
MODULE_PARM_DESC(sink_rate,
		 "Bytes per second that \"sink\" takes (default 0: no limit)");

static int sim_fifo_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_fifo(kp->arg, val))
		return sim_param_bad(kp->name, val, "a number from 4 to 1048576");
	return 0;
}

static const struct kernel_param_ops sim_fifo_ops = {
	.set = sim_fifo_set,
	.get = param_get_uint,
};
module_param_cb(counter_fifo, &sim_fifo_ops, &sim_control.counter_fifo, 0644);
__MODULE_PARM_TYPE(counter_fifo, "uint");
MODULE_PARM_DESC(counter_fifo,
		 "Bytes that \"counter\" keeps for who is late (default 65536)");

static int sim_count_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%lld\n",
			  (long long)atomic64_read((atomic64_t *)kp->arg));
}

static const struct kernel_param_ops sim_count_ops = {
	.get = sim_count_get,
};
module_param_cb(sink_bytes, &sim_count_ops, &sim_control.sink_bytes, 0444);
__MODULE_PARM_TYPE(sink_bytes, "ullong");
MODULE_PARM_DESC(sink_bytes, "Bytes written to \"sink\" since it was requested");
module_param_cb(sink_errors, &sim_count_ops, &sim_control.sink_errors, 0444);
__MODULE_PARM_TYPE(sink_errors, "ullong");
MODULE_PARM_DESC(sink_errors,
		 "How often they did not go on as \"counter\" does");
module_param_cb(idle_issues, &sim_count_ops, &sim_control.idle_issues, 0444);
__MODULE_PARM_TYPE(idle_issues, "ullong");
MODULE_PARM_DESC(idle_issues,
		 "How often an idle channel was issued with nothing submitted");

module_param_cb(hard_segment, &sim_speed_ops, &sim_control.hard_segment, 0644);
__MODULE_PARM_TYPE(hard_segment, "ullong");
MODULE_PARM_DESC(hard_segment,
		 "Most bytes of a segment that the hardware can do; more is not refused (default 0: any)");
module_param_cb(hard_entries, &sim_speed_ops, &sim_control.hard_entries, 0644);
__MODULE_PARM_TYPE(hard_entries, "ullong");
MODULE_PARM_DESC(hard_entries,
		 "Most segments and periods that the hardware can do; more is not refused (default 0: any)");
module_param_cb(beyond, &sim_count_ops, &sim_control.beyond, 0444);
__MODULE_PARM_TYPE(beyond, "ullong");
MODULE_PARM_DESC(beyond, "How often it was asked for more than these two");

module_param_cb(asleep_calls, &sim_count_ops, &sim_control.asleep_calls, 0444);
__MODULE_PARM_TYPE(asleep_calls, "ullong");
MODULE_PARM_DESC(asleep_calls,
		 "How often something was asked of a controller that is suspended");

static int sim_nth_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_nth(kp->arg, val))
		return sim_param_bad(kp->name, val, "a number from 0");
	return 0;
}

static int sim_nth_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read(kp->arg));
}

static const struct kernel_param_ops sim_nth_ops = {
	.set = sim_nth_set,
	.get = sim_nth_get,
};
module_param_cb(fail_nth, &sim_nth_ops, &sim_control.fail_nth, 0644);
__MODULE_PARM_TYPE(fail_nth, "int");
MODULE_PARM_DESC(fail_nth,
		 "The Nth descriptor started from now on fails, once (default 0: none)");
module_param_cb(short_nth, &sim_nth_ops, &sim_control.short_nth, 0644);
__MODULE_PARM_TYPE(short_nth, "int");
MODULE_PARM_DESC(short_nth,
		 "The Nth slave descriptor started from now on ends half way, once (default 0: none)");

static int sim_fail_how_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_fail_how(&sim_control.fail_how, val))
		return sim_param_bad(kp->name, val, "read, write or abort");
	return 0;
}

static int sim_fail_how_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n",
			  sim_fail_name(READ_ONCE(sim_control.fail_how)));
}

static const struct kernel_param_ops sim_fail_how_ops = {
	.set = sim_fail_how_set,
	.get = sim_fail_how_get,
};
module_param_cb(fail_how, &sim_fail_how_ops, NULL, 0644);
__MODULE_PARM_TYPE(fail_how, "string");
MODULE_PARM_DESC(fail_how,
		 "What fail_nth reports: read (default), write or abort");

static int sim_misbehave_set(const char *val, const struct kernel_param *kp)
{
	int ret = sim_set_misbehave(&sim_control.misbehave, val);

	if (ret == -EINVAL)
		return sim_param_bad(kp->name, val, "none or a list of faults");
	return ret;
}

static int sim_misbehave_get(char *buf, const struct kernel_param *kp)
{
	return sim_misbehave_show(buf, READ_ONCE(sim_control.misbehave));
}

static const struct kernel_param_ops sim_misbehave_ops = {
	.set = sim_misbehave_set,
	.get = sim_misbehave_get,
};
module_param_cb(misbehave, &sim_misbehave_ops, NULL, 0644);
__MODULE_PARM_TYPE(misbehave, "string");
MODULE_PARM_DESC(misbehave,
		 "Promises to break, a list; see docs/dma-sim.md (default none)");

static int sim_cookie_set(const char *val, const struct kernel_param *kp)
{
	if (sim_set_cookie(kp->arg, val))
		return sim_param_bad(kp->name, val, "0, or from 2 to 2^31 - 1");
	return 0;
}

static const struct kernel_param_ops sim_cookie_ops = {
	.set = sim_cookie_set,
	.get = param_get_uint,
};
module_param_cb(first_cookie, &sim_cookie_ops, &sim_control.first_cookie, 0644);
__MODULE_PARM_TYPE(first_cookie, "uint");
MODULE_PARM_DESC(first_cookie,
		 "Cookie of the first descriptor of a channel that is requested (default 0: 2)");

static int sim_param_peripherals(struct sim_config *config,
				 const struct sim_config *plain)
{
	*config = *plain;
	config->ops = sim_ops_all();
	return sim_config_peripherals(config, peripherals);
}

/*
 * Fills the configurations from the parameters: several equal controllers, and
 * one with peripherals.
 */
int sim_param_config(struct sim_config *config, unsigned int *n,
		     struct sim_config *extra)
{
	int granularity, ret;

	if (!sim_in_range("devices", devices, 1, SIM_MAX_DEVICES))
		return -EINVAL;
	granularity = sim_residue_parse(residue);
	if (granularity < 0)
		return sim_param_bad("residue", residue,
				     "descriptor, segment or burst");

	*n = devices;
	*config = sim_config_default;
	config->channels = channels;
	config->dma_mask = dma_mask;
	config->copy_align = copy_align;
	config->max_segment = max_segment;
	config->descriptors = descriptors;
	config->residue = granularity;
	config->no_terminate = no_terminate;
	config->no_synchronize = no_synchronize;
	config->no_pause = no_pause;
	config->no_release = no_release;
	config->repeat_only = repeat_only;
	config->any_direction = any_direction;
	config->shared_reset = shared_reset;
	config->noncoherent = noncoherent;
	config->below = below;
	config->max_xor = max_xor;
	config->max_pq = max_pq;
	config->max_burst = max_burst;
	config->control = &sim_control;
	ret = sim_config_check(config);
	if (!ret)
		ret = sim_op_parse(caps, &config->ops);
	if (ret)
		return ret;
	return sim_param_peripherals(extra, config);
}
