// SPDX-License-Identifier: GPL-2.0-only
/* Controllers made in configfs, in /sys/kernel/config/dma-sim */
#include <linux/bitmap.h>
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "port.h"
#include "sim.h"

#define SIM_WORDS	256

/**
 * struct sim_item - a directory
 * @group: configfs's part
 * @lock: protects the rest but @control
 * @config: what the controller is, or will be
 * @caps: as it was written
 * @peripherals: as it was written
 * @live: there is a controller, of number @config.index
 * @ports: directories in it; configfs-node.c protects them
 * @control: how it behaves; also of the controllers that it had before, whose
 *	channels somebody may still hold
 */
struct sim_item {
	struct config_group group;
	struct mutex lock;	/* see above */
	struct sim_config config;
	char caps[SIM_WORDS];
	char peripherals[SIM_WORDS];
	bool live;
	struct list_head ports;
	struct sim_control *control;
};

static struct sim_item *to_sim_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct sim_item, group);
}

static ssize_t sim_number_show(struct config_item *item, size_t at, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%u\n", *(u32 *)((void *)&si->config + at));
}

static ssize_t sim_number_store(struct config_item *item, size_t at,
				const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = kstrtou32(page, 0, (u32 *)((void *)&si->config + at));
	return ret ?: count;
}

static ssize_t sim_flag_show(struct config_item *item, size_t at, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%d\n", *(bool *)((void *)&si->config + at));
}

static ssize_t sim_flag_store(struct config_item *item, size_t at,
			      const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = kstrtobool(page, (bool *)((void *)&si->config + at));
	return ret ?: count;
}

#define SIM_AT(_name)	offsetof(struct sim_config, _name)

/* Plain fields of struct sim_config. */
#define SIM_CONFIG_ATTR(_name, _at, _type)				\
static const size_t sim_item_at_##_name = _at;				\
									\
static ssize_t sim_item_##_name##_show(struct config_item *item,	\
				       char *page)			\
{									\
	return sim_##_type##_show(item, sim_item_at_##_name, page);	\
}									\
static ssize_t sim_item_##_name##_store(struct config_item *item,	\
					const char *page, size_t count)	\
{									\
	return sim_##_type##_store(item, sim_item_at_##_name, page,	\
				   count);				\
}									\
CONFIGFS_ATTR(sim_item_, _name)

SIM_CONFIG_ATTR(channels, SIM_AT(channels), number);
SIM_CONFIG_ATTR(dma_mask, SIM_AT(dma_mask), number);
SIM_CONFIG_ATTR(copy_align, SIM_AT(copy_align), number);
SIM_CONFIG_ATTR(fill_align, SIM_AT(fill_align), number);
SIM_CONFIG_ATTR(xor_align, SIM_AT(xor_align), number);
SIM_CONFIG_ATTR(pq_align, SIM_AT(pq_align), number);
SIM_CONFIG_ATTR(max_segment, SIM_AT(max_segment), number);
SIM_CONFIG_ATTR(max_xor, SIM_AT(max_xor), number);
SIM_CONFIG_ATTR(max_pq, SIM_AT(max_pq), number);
SIM_CONFIG_ATTR(max_burst, SIM_AT(max_burst), number);
SIM_CONFIG_ATTR(max_sg_burst, SIM_AT(max_sg_burst), number);
SIM_CONFIG_ATTR(descriptors, SIM_AT(descriptors), number);
SIM_CONFIG_ATTR(no_terminate, SIM_AT(no_terminate), flag);
SIM_CONFIG_ATTR(no_synchronize, SIM_AT(no_synchronize), flag);
SIM_CONFIG_ATTR(no_pause, SIM_AT(no_pause), flag);
SIM_CONFIG_ATTR(repeat_only, SIM_AT(repeat_only), flag);

static ssize_t sim_item_addr_widths_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);
	unsigned long widths;

	guard(mutex)(&si->lock);
	widths = si->config.addr_widths;
	return sysfs_emit(page, "%*pbl\n", 32, &widths);
}

static ssize_t sim_item_addr_widths_store(struct config_item *item,
					  const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	unsigned long widths = 0;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	if (bitmap_parselist(page, &widths, 32) || !widths || widths & 1)
		return -EINVAL;
	si->config.addr_widths = widths;
	return count;
}
CONFIGFS_ATTR(sim_item_, addr_widths);

static ssize_t sim_item_residue_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%s\n", sim_residue_name(si->config.residue));
}

static ssize_t sim_item_residue_store(struct config_item *item,
				      const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int residue = sim_residue_parse(page);

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	if (residue < 0)
		return -EINVAL;
	si->config.residue = residue;
	return count;
}
CONFIGFS_ATTR(sim_item_, residue);

/* Without the end of the line; @to has room for SIM_WORDS. */
static int sim_words_copy(char *to, const char *page, size_t count)
{
	size_t n = strcspn(page, "\n");

	if (n >= SIM_WORDS || n + 1 < count)
		return -EINVAL;
	memcpy(to, page, n);
	to[n] = '\0';
	return 0;
}

static ssize_t sim_item_caps_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%s\n", si->caps);
}

static ssize_t sim_item_caps_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct sim_item *si = to_sim_item(item);
	char words[SIM_WORDS];
	u64 ops;
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = sim_words_copy(words, page, count);
	if (!ret)
		ret = sim_op_parse(words, &ops);
	if (ret)
		return ret;
	strscpy(si->caps, words, sizeof(si->caps));
	si->config.ops = ops;
	return count;
}
CONFIGFS_ATTR(sim_item_, caps);

static ssize_t sim_item_peripherals_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%s\n", si->peripherals);
}

static ssize_t sim_item_peripherals_store(struct config_item *item,
					  const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	struct sim_config config = { };
	char words[SIM_WORDS];
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = sim_words_copy(words, page, count);
	if (!ret)
		ret = sim_ports_parse(words, &config);
	if (ret)
		return ret;
	strscpy(si->peripherals, words, sizeof(si->peripherals));
	return count;
}
CONFIGFS_ATTR(sim_item_, peripherals);

static int sim_item_start(struct sim_item *si)
{
	struct sim_config config = si->config;
	int ret;

	lockdep_assert_held(&si->lock);
	ret = sim_ports_parse(si->peripherals, &config);
	if (!ret)
		ret = sim_config_check(&config);
	if (!ret)
		ret = sim_nodes_lines(&si->ports, &config.lines);
	if (ret)
		return ret;
	ret = sim_device_add(&config);
	sim_lines_put(config.lines);
	if (ret < 0)
		return ret;
	si->config.index = ret;
	si->live = true;
	return 0;
}

static void sim_item_stop(struct sim_item *si)
{
	lockdep_assert_held(&si->lock);
	sim_device_remove(si->config.index);
	si->live = false;
}

static ssize_t sim_item_live_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%d\n", si->live);
}

static ssize_t sim_item_live_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int ret = 0;
	bool live;

	if (kstrtobool(page, &live))
		return -EINVAL;

	guard(mutex)(&si->lock);
	if (live && !si->live)
		ret = sim_item_start(si);
	else if (!live && si->live)
		sim_item_stop(si);
	return ret ?: count;
}
CONFIGFS_ATTR(sim_item_, live);

static ssize_t sim_item_dev_name_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	if (!si->live)
		return sysfs_emit(page, "\n");
	return sysfs_emit(page, SIM_NAME ".%u\n", si->config.index);
}
CONFIGFS_ATTR_RO(sim_item_, dev_name);

/* How it behaves, at any time. */
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

static struct configfs_attribute *sim_item_attrs[] = {
	&sim_item_attr_channels,
	&sim_item_attr_caps,
	&sim_item_attr_peripherals,
	&sim_item_attr_dma_mask,
	&sim_item_attr_copy_align,
	&sim_item_attr_fill_align,
	&sim_item_attr_xor_align,
	&sim_item_attr_pq_align,
	&sim_item_attr_max_segment,
	&sim_item_attr_max_xor,
	&sim_item_attr_max_pq,
	&sim_item_attr_max_burst,
	&sim_item_attr_max_sg_burst,
	&sim_item_attr_addr_widths,
	&sim_item_attr_descriptors,
	&sim_item_attr_residue,
	&sim_item_attr_no_terminate,
	&sim_item_attr_no_synchronize,
	&sim_item_attr_no_pause,
	&sim_item_attr_repeat_only,
	&sim_item_attr_live,
	&sim_item_attr_dev_name,
	&sim_item_attr_hold,
	&sim_item_attr_skip,
	&sim_item_attr_prep_sleeps,
	&sim_item_attr_packets,
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
	&sim_item_attr_fail_nth,
	&sim_item_attr_fail_how,
	&sim_item_attr_short_nth,
	NULL
};

static void sim_item_release(struct config_item *item)
{
	struct sim_item *si = to_sim_item(item);

	scoped_guard(mutex, &si->lock) {
		if (si->live)
			sim_item_stop(si);
	}
	sim_control_put(si->control);
	kfree(si);
}

static struct configfs_item_operations sim_item_ops = {
	.release = sim_item_release,
};

/* Its channels must be known when the controller comes. */
static struct config_group *sim_item_make_port(struct config_group *group,
					       const char *name)
{
	struct sim_item *si = to_sim_item(&group->cg_item);

	guard(mutex)(&si->lock);
	if (si->live)
		return ERR_PTR(-EBUSY);
	return sim_nodes_make(&si->ports, name);
}

static void sim_item_drop_port(struct config_group *group,
			       struct config_item *item)
{
	sim_nodes_drop(item);
	config_item_put(item);
}

static struct configfs_group_operations sim_item_group_ops = {
	.make_group = sim_item_make_port,
	.drop_item = sim_item_drop_port,
};

static const struct config_item_type sim_item_type = {
	.ct_item_ops = &sim_item_ops,
	.ct_group_ops = &sim_item_group_ops,
	.ct_attrs = sim_item_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *sim_make_group(struct config_group *group,
					   const char *name)
{
	struct sim_item *si;

	si = kzalloc(sizeof(*si), GFP_KERNEL);
	if (!si)
		return ERR_PTR(-ENOMEM);
	si->control = kzalloc(sizeof(*si->control), GFP_KERNEL);
	if (!si->control) {
		kfree(si);
		return ERR_PTR(-ENOMEM);
	}

	sim_control_init(si->control);
	mutex_init(&si->lock);
	INIT_LIST_HEAD(&si->ports);
	si->config = sim_config_default;
	si->config.control = si->control;
	si->config.ops = sim_ops_all();
	strscpy(si->caps, "all", sizeof(si->caps));
	config_group_init_type_name(&si->group, name, &sim_item_type);
	return &si->group;
}

static struct configfs_group_operations sim_group_ops = {
	.make_group = sim_make_group,
};

static const struct config_item_type sim_subsys_type = {
	.ct_group_ops = &sim_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem sim_subsys = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = SIM_NAME,
			.ci_type = &sim_subsys_type,
		},
	},
};

int sim_configfs_init(void)
{
	config_group_init(&sim_subsys.su_group);
	mutex_init(&sim_subsys.su_mutex);
	return configfs_register_subsystem(&sim_subsys);
}

void sim_configfs_exit(void)
{
	configfs_unregister_subsystem(&sim_subsys);
}
