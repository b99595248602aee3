// SPDX-License-Identifier: GPL-2.0-only
/* configfs: the behaviour of a controller, which may change at any time. */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "fault/misbehave.h"
#include "front/config.h"
#include "front/item.h"

#define SIM_CONTROL_ATTR(_name, _format, _get, _set)			\
static ssize_t sim_item_##_name##_show(struct config_item *item,	\
				       char *page)			\
{									\
	struct sim_control *c = to_sim_item(item)->control;		\
									\
	return sysfs_emit(page, _format "\n", _get);			\
}									\
static ssize_t sim_item_##_name##_store(struct config_item *item,	\
					const char *page, size_t count)	\
{									\
	struct sim_control *c = to_sim_item(item)->control;		\
	int ret = _set;							\
									\
	return ret ?: count;						\
}									\
CONFIGFS_ATTR(sim_item_, _name)

SIM_CONTROL_ATTR(hold, "%d", READ_ONCE(c->hold),
		 sim_set_switch(&c->hold, page));
SIM_CONTROL_ATTR(skip, "%d", READ_ONCE(c->skip),
		 sim_set_switch(&c->skip, page));
SIM_CONTROL_ATTR(prep_sleeps, "%d", READ_ONCE(c->prep_sleeps),
		 sim_set_switch(&c->prep_sleeps, page));
static int sim_item_context(const struct sim_control *c, u32 bit)
{
	return !!(READ_ONCE(c->context) & bit);
}

SIM_CONTROL_ATTR(callback_locked, "%d", sim_item_context(c, SIM_CALLBACK_LOCKED),
		 sim_set_context(c, SIM_CALLBACK_LOCKED, page));
SIM_CONTROL_ATTR(callback_masked, "%d", sim_item_context(c, SIM_CALLBACK_MASKED),
		 sim_set_context(c, SIM_CALLBACK_MASKED, page));
SIM_CONTROL_ATTR(callback_irq, "%d", sim_item_context(c, SIM_CALLBACK_IRQ),
		 sim_set_context(c, SIM_CALLBACK_IRQ, page));
SIM_CONTROL_ATTR(callback_thread, "%d", sim_item_context(c, SIM_CALLBACK_THREAD),
		 sim_set_context(c, SIM_CALLBACK_THREAD, page));
SIM_CONTROL_ATTR(callback_work, "%d", sim_item_context(c, SIM_CALLBACK_WORK),
		 sim_set_context(c, SIM_CALLBACK_WORK, page));
SIM_CONTROL_ATTR(callback_keeps, "%d", sim_item_context(c, SIM_CALLBACK_KEEPS),
		 sim_set_context(c, SIM_CALLBACK_KEEPS, page));
SIM_CONTROL_ATTR(packets, "%d", READ_ONCE(c->packets),
		 sim_set_switch(&c->packets, page));
SIM_CONTROL_ATTR(first_cookie, "%u", READ_ONCE(c->first_cookie),
		 sim_set_cookie(&c->first_cookie, page));
SIM_CONTROL_ATTR(latency, "%llu", READ_ONCE(c->latency),
		 sim_set_number(&c->latency, page, U64_MAX));
SIM_CONTROL_ATTR(bandwidth, "%llu", READ_ONCE(c->bandwidth),
		 sim_set_number(&c->bandwidth, page, U64_MAX));
SIM_CONTROL_ATTR(counter_rate, "%llu", READ_ONCE(c->counter_rate),
		 sim_set_number(&c->counter_rate, page, SIM_MAX_RATE));
SIM_CONTROL_ATTR(sink_rate, "%llu", READ_ONCE(c->sink_rate),
		 sim_set_number(&c->sink_rate, page, SIM_MAX_RATE));
SIM_CONTROL_ATTR(hard_segment, "%llu", READ_ONCE(c->hard_segment),
		 sim_set_number(&c->hard_segment, page, U64_MAX));
SIM_CONTROL_ATTR(hard_entries, "%llu", READ_ONCE(c->hard_entries),
		 sim_set_number(&c->hard_entries, page, U64_MAX));
SIM_CONTROL_ATTR(counter_fifo, "%u", READ_ONCE(c->counter_fifo),
		 sim_set_fifo(&c->counter_fifo, page));
SIM_CONTROL_ATTR(fail_nth, "%d", atomic_read(&c->fail_nth),
		 sim_set_nth(&c->fail_nth, page));
SIM_CONTROL_ATTR(fail_how, "%s", sim_fail_name(READ_ONCE(c->fail_how)),
		 sim_set_fail_how(&c->fail_how, page));
SIM_CONTROL_ATTR(short_nth, "%d", atomic_read(&c->short_nth),
		 sim_set_nth(&c->short_nth, page));

static ssize_t sim_item_misbehave_show(struct config_item *item, char *page)
{
	struct sim_control *c = to_sim_item(item)->control;

	return sim_misbehave_show(page, READ_ONCE(c->misbehave));
}

static ssize_t sim_item_misbehave_store(struct config_item *item,
					const char *page, size_t count)
{
	struct sim_control *c = to_sim_item(item)->control;
	int ret = sim_set_misbehave(&c->misbehave, page);

	return ret ?: count;
}
CONFIGFS_ATTR(sim_item_, misbehave);

static ssize_t sim_item_sink_bytes_show(struct config_item *item, char *page)
{
	struct sim_control *c = to_sim_item(item)->control;

	return sysfs_emit(page, "%lld\n", atomic64_read(&c->sink_bytes));
}
CONFIGFS_ATTR_RO(sim_item_, sink_bytes);

static ssize_t sim_item_sink_errors_show(struct config_item *item, char *page)
{
	struct sim_control *c = to_sim_item(item)->control;

	return sysfs_emit(page, "%lld\n", atomic64_read(&c->sink_errors));
}
CONFIGFS_ATTR_RO(sim_item_, sink_errors);

static ssize_t sim_item_idle_issues_show(struct config_item *item, char *page)
{
	struct sim_control *c = to_sim_item(item)->control;

	return sysfs_emit(page, "%lld\n", atomic64_read(&c->idle_issues));
}
CONFIGFS_ATTR_RO(sim_item_, idle_issues);

static ssize_t sim_item_beyond_show(struct config_item *item, char *page)
{
	struct sim_control *c = to_sim_item(item)->control;

	return sysfs_emit(page, "%lld\n", atomic64_read(&c->beyond));
}
CONFIGFS_ATTR_RO(sim_item_, beyond);

struct configfs_attribute *const sim_control_attrs[] = {
	&sim_item_attr_hold,
	&sim_item_attr_skip,
	&sim_item_attr_prep_sleeps,
	&sim_item_attr_packets,
	&sim_item_attr_callback_locked,
	&sim_item_attr_callback_masked,
	&sim_item_attr_callback_irq,
	&sim_item_attr_callback_thread,
	&sim_item_attr_callback_work,
	&sim_item_attr_callback_keeps,
	&sim_item_attr_misbehave,
	&sim_item_attr_first_cookie,
	&sim_item_attr_latency,
	&sim_item_attr_bandwidth,
	&sim_item_attr_counter_rate,
	&sim_item_attr_counter_fifo,
	&sim_item_attr_sink_rate,
	&sim_item_attr_sink_bytes,
	&sim_item_attr_sink_errors,
	&sim_item_attr_idle_issues,
	&sim_item_attr_hard_segment,
	&sim_item_attr_hard_entries,
	&sim_item_attr_beyond,
	&sim_item_attr_fail_nth,
	&sim_item_attr_fail_how,
	&sim_item_attr_short_nth,
	NULL
};
