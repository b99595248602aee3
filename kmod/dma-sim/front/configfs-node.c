// SPDX-License-Identifier: GPL-2.0-only
/* configfs: ports, in the directory of a controller. */
#include <linux/atomic.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../../compat.h"
#include "front/item.h"
#include "front/node.h"

/* Protects the two structs below, except the parts of configfs. */
static DEFINE_MUTEX(sim_nodes_mutex);

/* Numbers are not reused, because a controller may still know the device. */
static atomic_t sim_node_ids = ATOMIC_INIT(-1);

/**
 * struct sim_port_item - the directory of a port
 * @group: part of configfs
 * @node: on the list of the controller's directory
 * @channels: directories inside, oldest first
 * @id: number of the device
 * @words: properties
 * @live: the device, or NULL
 */
struct sim_port_item {
	struct config_group group;
	struct list_head node;
	struct list_head channels;
	unsigned int id;
	char words[SIM_NODE_WORDS];
	struct sim_node *live;
};

/**
 * struct sim_chan_item - the directory of a channel
 * @item: part of configfs
 * @node: on the list of its port
 * @channel: the channel of the controller
 * @words: properties
 */
struct sim_chan_item {
	struct config_item item;
	struct list_head node;
	char channel[SIM_NODE_NAME];
	char words[SIM_NODE_WORDS];
};

static struct sim_port_item *to_sim_port_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct sim_port_item, group);
}

static struct sim_chan_item *to_sim_chan_item(struct config_item *item)
{
	return container_of(item, struct sim_chan_item, item);
}

/* Copies without the newline. */
static int sim_node_copy(char *to, size_t size, const char *page, size_t count)
{
	size_t n = count;

	while (n && page[n - 1] == '\n')
		n--;
	if (n >= size || memchr(page, 0, n))
		return -EINVAL;
	memcpy(to, page, n);
	to[n] = '\0';
	return 0;
}

static ssize_t sim_node_store_words(char *words, const char *page, size_t count)
{
	char *copy;
	int ret;

	copy = kzalloc(SIM_NODE_WORDS, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	ret = sim_node_copy(copy, SIM_NODE_WORDS, page, count);
	if (!ret)
		ret = sim_node_check(copy);
	if (!ret) {
		guard(mutex)(&sim_nodes_mutex);
		strscpy(words, copy, SIM_NODE_WORDS);
	}
	kfree(copy);
	return ret ?: count;
}

static ssize_t sim_chan_item_channel_show(struct config_item *item, char *page)
{
	guard(mutex)(&sim_nodes_mutex);
	return sysfs_emit(page, "%s\n", to_sim_chan_item(item)->channel);
}

static ssize_t sim_chan_item_channel_store(struct config_item *item,
					   const char *page, size_t count)
{
	struct sim_chan_item *ci = to_sim_chan_item(item);
	int ret;

	guard(mutex)(&sim_nodes_mutex);
	ret = sim_node_copy(ci->channel, sizeof(ci->channel), page, count);
	return ret ?: count;
}
CONFIGFS_ATTR(sim_chan_item_, channel);

static ssize_t sim_chan_item_properties_show(struct config_item *item,
					     char *page)
{
	guard(mutex)(&sim_nodes_mutex);
	return sysfs_emit(page, "%s\n", to_sim_chan_item(item)->words);
}

static ssize_t sim_chan_item_properties_store(struct config_item *item,
					      const char *page, size_t count)
{
	return sim_node_store_words(to_sim_chan_item(item)->words, page, count);
}
CONFIGFS_ATTR(sim_chan_item_, properties);

static struct configfs_attribute *sim_chan_item_attrs[] = {
	&sim_chan_item_attr_channel,
	&sim_chan_item_attr_properties,
	NULL
};

static void sim_chan_item_release(struct config_item *item)
{
	kfree(to_sim_chan_item(item));
}

static struct configfs_item_operations sim_chan_item_ops = {
	.release = sim_chan_item_release,
};

static const struct config_item_type sim_chan_item_type = {
	.ct_item_ops = &sim_chan_item_ops,
	.ct_attrs = sim_chan_item_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_item *sim_port_make_channel(struct config_group *group,
						 const char *name)
{
	struct sim_port_item *pi = to_sim_port_item(&group->cg_item);
	struct sim_chan_item *ci;

	if (strlen(name) >= SIM_NODE_NAME)
		return ERR_PTR(-ENAMETOOLONG);
	ci = kzalloc(sizeof(*ci), GFP_KERNEL);
	if (!ci)
		return ERR_PTR(-ENOMEM);
	config_item_init_type_name(&ci->item, name, &sim_chan_item_type);
	guard(mutex)(&sim_nodes_mutex);
	list_add_tail(&ci->node, &pi->channels);
	return &ci->item;
}

static void sim_port_drop_channel(struct config_group *group,
				  struct config_item *item)
{
	scoped_guard(mutex, &sim_nodes_mutex)
		list_del(&to_sim_chan_item(item)->node);
	config_item_put(item);
}

static struct configfs_group_operations sim_port_group_ops = {
	.make_item = sim_port_make_channel,
	.drop_item = sim_port_drop_channel,
};

static ssize_t sim_port_item_properties_show(struct config_item *item,
					     char *page)
{
	guard(mutex)(&sim_nodes_mutex);
	return sysfs_emit(page, "%s\n", to_sim_port_item(item)->words);
}

static ssize_t sim_port_item_properties_store(struct config_item *item,
					      const char *page, size_t count)
{
	return sim_node_store_words(to_sim_port_item(item)->words, page, count);
}
CONFIGFS_ATTR(sim_port_item_, properties);

static ssize_t sim_port_item_dev_name_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, SIM_NODE_DRIVER ".%u\n",
			  to_sim_port_item(item)->id);
}
CONFIGFS_ATTR_RO(sim_port_item_, dev_name);

static int sim_port_start(struct sim_port_item *pi)
{
	struct sim_node_channel channels[SIM_NODE_CHANNELS];
	struct sim_chan_item *ci;
	struct sim_node *node;
	unsigned int n = 0;

	lockdep_assert_held(&sim_nodes_mutex);
	list_for_each_entry(ci, &pi->channels, node) {
		if (n == ARRAY_SIZE(channels))
			return -E2BIG;
		channels[n].name = config_item_name(&ci->item);
		channels[n++].words = ci->words;
	}
	/* The default is the name of the directory. */
	node = sim_node_add(pi->id, strstr(pi->words, "label") ? NULL :
			    config_item_name(&pi->group.cg_item),
			    pi->words, channels, n);
	if (IS_ERR(node))
		return PTR_ERR(node);
	pi->live = node;
	return 0;
}

static void sim_port_stop_node(struct sim_port_item *pi)
{
	lockdep_assert_held(&sim_nodes_mutex);
	sim_node_remove(pi->live);
	pi->live = NULL;
}

static ssize_t sim_port_item_live_show(struct config_item *item, char *page)
{
	guard(mutex)(&sim_nodes_mutex);
	return sysfs_emit(page, "%d\n", !!to_sim_port_item(item)->live);
}

static ssize_t sim_port_item_live_store(struct config_item *item,
					const char *page, size_t count)
{
	struct sim_port_item *pi = to_sim_port_item(item);
	int ret = 0;
	bool live;

	if (kstrtobool(page, &live))
		return -EINVAL;

	guard(mutex)(&sim_nodes_mutex);
	if (live && !pi->live)
		ret = sim_port_start(pi);
	else if (!live && pi->live)
		sim_port_stop_node(pi);
	return ret ?: count;
}
CONFIGFS_ATTR(sim_port_item_, live);

static struct configfs_attribute *sim_port_item_attrs[] = {
	&sim_port_item_attr_properties,
	&sim_port_item_attr_dev_name,
	&sim_port_item_attr_live,
	NULL
};

static void sim_port_item_release(struct config_item *item)
{
	kfree(to_sim_port_item(item));
}

static struct configfs_item_operations sim_port_item_ops = {
	.release = sim_port_item_release,
};

static const struct config_item_type sim_port_item_type = {
	.ct_item_ops = &sim_port_item_ops,
	.ct_group_ops = &sim_port_group_ops,
	.ct_attrs = sim_port_item_attrs,
	.ct_owner = THIS_MODULE,
};

struct config_group *sim_nodes_make(struct list_head *nodes, const char *name)
{
	struct sim_port_item *pi;

	pi = kzalloc(sizeof(*pi), GFP_KERNEL);
	if (!pi)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&pi->channels);
	pi->id = atomic_inc_return(&sim_node_ids);
	config_group_init_type_name(&pi->group, name, &sim_port_item_type);
	guard(mutex)(&sim_nodes_mutex);
	list_add_tail(&pi->node, nodes);
	return &pi->group;
}

void sim_nodes_drop(struct config_item *item)
{
	struct sim_port_item *pi = to_sim_port_item(item);

	guard(mutex)(&sim_nodes_mutex);
	if (pi->live)
		sim_port_stop_node(pi);
	list_del(&pi->node);
}

static void sim_nodes_fill(struct list_head *nodes, struct sim_map_entries *entries)
{
	struct sim_port_item *pi;
	struct sim_chan_item *ci;

	lockdep_assert_held(&sim_nodes_mutex);
	list_for_each_entry(pi, nodes, node) {
		list_for_each_entry(ci, &pi->channels, node) {
			struct sim_map_entry *entry = &entries->entry[entries->n];

			if (entries->n++ == SIM_MAX_MAP_ENTRIES)
				return;
			snprintf(entry->device, sizeof(entry->device),
				 SIM_NODE_DRIVER ".%u", pi->id);
			strscpy(entry->name, config_item_name(&ci->item),
				sizeof(entry->name));
			strscpy(entry->channel, ci->channel,
				sizeof(entry->channel));
		}
	}
}

/* Collects the slave map entries of a controller for its ports. */
int sim_nodes_map_entries(struct list_head *nodes, struct sim_map_entries **entries)
{
	struct sim_map_entries *new;

	new = kzalloc(struct_size(new, entry, SIM_MAX_MAP_ENTRIES + 1), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	kref_init(&new->ref);
	scoped_guard(mutex, &sim_nodes_mutex)
		sim_nodes_fill(nodes, new);
	if (new->n > SIM_MAX_MAP_ENTRIES) {
		sim_map_entries_put(new);
		return -E2BIG;
	}
	*entries = new;
	return 0;
}
