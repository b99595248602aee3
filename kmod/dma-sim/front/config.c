// SPDX-License-Identifier: GPL-2.0-only
/* Configuration: what module parameters and configfs share. */
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core/lock.h"
#include "front/config.h"
#include "front/controller.h"
#include "op/table.h"
#include "periph/table.h"

static const struct sim_range {
	const char *name;
	size_t at;
	u32 min;
	u32 max;
	bool power;
} sim_ranges[] = {
#define SIM_RANGE(field, ...) { #field, offsetof(struct sim_config, field), __VA_ARGS__ }
	SIM_RANGE(channels, 1, SIM_MAX_CHANNELS),
	SIM_RANGE(dma_mask, 24, 64),
	SIM_RANGE(copy_align, 1, SIM_MAX_ALIGN, true),
	SIM_RANGE(fill_align, 1, SIM_MAX_ALIGN, true),
	SIM_RANGE(xor_align, 1, SIM_MAX_ALIGN, true),
	SIM_RANGE(pq_align, 1, SIM_MAX_ALIGN, true),
	SIM_RANGE(max_xor, 2, SIM_MAX_SOURCES),
	SIM_RANGE(max_pq, 2, SIM_MAX_SOURCES),
	SIM_RANGE(max_burst, 1, SIM_MAX_BURST),
	SIM_RANGE(descriptors, 1, SIM_MAX_DESCRIPTORS),
#undef SIM_RANGE
};

static const char *const sim_residue_names[] = {
	[DMA_RESIDUE_GRANULARITY_DESCRIPTOR] = "descriptor",
	[DMA_RESIDUE_GRANULARITY_SEGMENT] = "segment",
	[DMA_RESIDUE_GRANULARITY_BURST] = "burst",
};

static const char *const sim_fail_names[] = {
	[DMA_TRANS_READ_FAILED] = "read",
	[DMA_TRANS_WRITE_FAILED] = "write",
	[DMA_TRANS_ABORTED] = "abort",
};

const struct sim_config sim_config_default = {
	.channels = 4,
	.dma_mask = 64,
	.copy_align = 1,
	.max_xor = SIM_MAX_SOURCES,
	.max_pq = SIM_MAX_SOURCES,
	.max_burst = 256,
	.addr_widths = SIM_ADDR_WIDTHS,
	.descriptors = 256,
	.residue = DMA_RESIDUE_GRANULARITY_BURST,
};

bool sim_in_range(const char *name, u32 val, u32 min, u32 max)
{
	if (val >= min && val <= max)
		return true;
	pr_err(SIM_NAME ": %s=%u: not from %u to %u\n", name, val, min, max);
	return false;
}

/* Completes a configuration. Returns an error if it is inconsistent. */
int sim_config_check(struct sim_config *config)
{
	unsigned int i;

	config->fill_align = config->fill_align ?: config->copy_align;
	config->xor_align = config->xor_align ?: config->copy_align;
	config->pq_align = config->pq_align ?: config->copy_align;
	for (i = 0; i < ARRAY_SIZE(sim_ranges); i++) {
		const struct sim_range *r = &sim_ranges[i];
		u32 val = *(u32 *)((void *)config + r->at);

		if (!sim_in_range(r->name, val, r->min, r->max))
			return -EINVAL;
		if (r->power && !is_power_of_2(val)) {
			pr_err(SIM_NAME ": %s=%u: not a power of two\n",
			       r->name, val);
			return -EINVAL;
		}
	}
	if (config->max_segment % config->copy_align) {
		pr_err(SIM_NAME ": max_segment=%u: not a multiple of copy_align=%u\n",
		       config->max_segment, config->copy_align);
		return -EINVAL;
	}
	return 0;
}

/*
 * A list of peripherals determines the channels, and which operations are
 * useful.
 */
int sim_config_peripherals(struct sim_config *config, const char *words)
{
	int ret;

	ret = sim_periphs_parse(words, config);
	if (!ret && config->peripherals)
		config->ops &= sim_ops_slave();
	return ret;
}

/* Returns a DMA_RESIDUE_GRANULARITY_ value, or an error. */
int sim_residue_parse(const char *val)
{
	return sysfs_match_string(sim_residue_names, val);
}

const char *sim_residue_name(enum dma_residue_granularity residue)
{
	return sim_residue_names[residue];
}

void sim_control_init(struct sim_control *control)
{
	kref_init(&control->ref);
	control->fail_how = DMA_TRANS_READ_FAILED;
	control->counter_fifo = SIM_COUNTER_FIFO;
}

static void sim_control_release(struct kref *ref)
{
	kfree(container_of(ref, struct sim_control, ref));
}

void sim_control_put(struct sim_control *control)
{
	kref_put(&control->ref, sim_control_release);
}

int sim_set_switch(bool *to, const char *val)
{
	bool on;

	if (kstrtobool(val, &on))
		return -EINVAL;
	WRITE_ONCE(*to, on);
	sim_controllers_poke();
	return 0;
}

int sim_set_context(struct sim_control *control, u32 bit, const char *val)
{
	bool on;

	if (kstrtobool(val, &on))
		return -EINVAL;
	/* Never disabled again: only tests that ask for this pay for it. */
	if (on && bit == SIM_CALLBACK_LOCKED)
		static_branch_enable(&sim_context_locks);
	if (on)
		WRITE_ONCE(control->context, control->context | bit);
	else
		WRITE_ONCE(control->context, control->context & ~bit);
	sim_controllers_poke();
	return 0;
}

int sim_set_number(u64 *to, const char *val, u64 max)
{
	u64 n;

	if (kstrtou64(val, 0, &n) || n > max)
		return -EINVAL;
	WRITE_ONCE(*to, n);
	sim_controllers_poke();
	return 0;
}

int sim_set_fifo(u32 *to, const char *val)
{
	u32 n;

	if (kstrtou32(val, 0, &n) || n < SIM_WORD || n > SIM_MAX_FIFO)
		return -EINVAL;
	WRITE_ONCE(*to, n);
	return 0;
}

int sim_set_cookie(u32 *to, const char *val)
{
	u32 n;

	if (kstrtou32(val, 0, &n) || n == DMA_MIN_COOKIE || n > INT_MAX)
		return -EINVAL;
	WRITE_ONCE(*to, n);
	return 0;
}

int sim_set_nth(atomic_t *to, const char *val)
{
	int n;

	if (kstrtoint(val, 0, &n) || n < 0)
		return -EINVAL;
	atomic_set(to, n);
	return 0;
}

int sim_set_fail_how(enum dmaengine_tx_result *to, const char *val)
{
	int how = __sysfs_match_string(&sim_fail_names[1],
				       ARRAY_SIZE(sim_fail_names) - 1, val);

	if (how < 0)
		return -EINVAL;
	WRITE_ONCE(*to, how + 1);
	return 0;
}

const char *sim_fail_name(enum dmaengine_tx_result how)
{
	return sim_fail_names[how];
}
