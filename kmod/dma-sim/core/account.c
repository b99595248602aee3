// SPDX-License-Identifier: GPL-2.0-only
/* Accounts the time that dma-sim itself takes. */
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sysfs.h>

#include "core/account.h"

#define SIM_ACCOUNT_TRIES	64

DEFINE_STATIC_KEY_FALSE(sim_account_on);

struct sim_account {
	u64 ns;
	u64 sections;
};

static DEFINE_PER_CPU(struct sim_account, sim_account);
static DEFINE_MUTEX(sim_account_mutex);
static u64 sim_account_clock;	/* the measured time of an empty section */

void sim_account_add(u64 since)
{
	u64 ns = ktime_get_ns() - since;
	u64 clock = READ_ONCE(sim_account_clock);

	this_cpu_add(sim_account.ns, ns - min(ns, clock));
	this_cpu_inc(sim_account.sections);
}

static u64 sim_account_empty(void)
{
	u64 least = U64_MAX;
	unsigned int i;

	for (i = 0; i < SIM_ACCOUNT_TRIES; i++) {
		u64 since = ktime_get_ns();

		least = min(least, ktime_get_ns() - since);
	}
	return least;
}

static void sim_account_start(void)
{
	int cpu;

	lockdep_assert_held(&sim_account_mutex);
	WRITE_ONCE(sim_account_clock, sim_account_empty());
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&sim_account, cpu), 0, sizeof(sim_account));
	static_branch_enable(&sim_account_on);
}

static int sim_account_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int ret;

	ret = kstrtobool(val, &on);
	if (ret)
		return ret;
	guard(mutex)(&sim_account_mutex);
	if (on && !static_key_enabled(&sim_account_on))
		sim_account_start();
	else if (!on)
		static_branch_disable(&sim_account_on);
	return 0;
}

static int sim_account_get(char *buf, const struct kernel_param *kp)
{
	struct sim_account sum = { };
	int cpu;

	for_each_possible_cpu(cpu) {
		sum.ns += per_cpu_ptr(&sim_account, cpu)->ns;
		sum.sections += per_cpu_ptr(&sim_account, cpu)->sections;
	}
	return sysfs_emit(buf, "%c %llu %llu\n",
			  static_key_enabled(&sim_account_on) ? 'Y' : 'N',
			  sum.ns, sum.sections);
}

static const struct kernel_param_ops sim_account_ops = {
	.set = sim_account_set,
	.get = sim_account_get,
};

/* Not a bool, because reading returns more than one. */
module_param_cb(account, &sim_account_ops, NULL, 0644);
__MODULE_PARM_TYPE(account, "string");
MODULE_PARM_DESC(account,
		 "Y: count from 0 the ns that dma-sim takes for itself; reads as state, ns, sections (default N)");
