// SPDX-License-Identifier: GPL-2.0-only
/* configfs: controllers, in /sys/kernel/config/dma-sim. */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "front/config.h"
#include "front/configfs.h"
#include "front/controller.h"
#include "front/item.h"
#include "front/node.h"
#include "op/table.h"

/* All files of a directory, because configfs needs them in one table. */
#define SIM_ATTRS	64
static struct configfs_attribute *sim_item_attrs[SIM_ATTRS + 1];

static int sim_item_start(struct sim_item *si)
{
	struct sim_config config = si->config;
	int ret;

	lockdep_assert_held(&si->lock);
	ret = sim_config_peripherals(&config, si->peripherals);
	if (!ret)
		ret = sim_config_check(&config);
	if (!ret)
		ret = sim_nodes_map_entries(&si->ports, &config.map_entries);
	if (ret)
		return ret;
	ret = sim_device_add(&config);
	sim_map_entries_put(config.map_entries);
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

static struct configfs_attribute *const sim_live_attrs[] = {
	&sim_item_attr_live,
	&sim_item_attr_dev_name,
	NULL
};

static int sim_attrs_add(struct configfs_attribute *const *attrs)
{
	unsigned int n = 0;

	while (sim_item_attrs[n])
		n++;
	for (; *attrs; attrs++) {
		if (WARN_ON(n == SIM_ATTRS))
			return -ENOSPC;
		sim_item_attrs[n++] = *attrs;
	}
	return 0;
}

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

/* The channels of a port must be known before the controller is created. */
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
	int ret;

	ret = sim_attrs_add(sim_config_attrs);
	if (!ret)
		ret = sim_attrs_add(sim_live_attrs);
	if (!ret)
		ret = sim_attrs_add(sim_control_attrs);
	if (ret)
		return ret;
	config_group_init(&sim_subsys.su_group);
	mutex_init(&sim_subsys.su_mutex);
	return configfs_register_subsystem(&sim_subsys);
}

void sim_configfs_exit(void)
{
	configfs_unregister_subsystem(&sim_subsys);
}
