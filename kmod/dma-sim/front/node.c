// SPDX-License-Identifier: GPL-2.0-only
/* Ports: platform devices with a software node that describes a peripheral. */
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/controller.h"
#include "front/node.h"

#define SIM_PROPERTIES		16	/* most properties of a node */
#define SIM_STRINGS		16	/* most strings in its lists */

/**
 * struct sim_properties - the properties of a node
 * @text: copy of the words; holds names and strings
 * @entries: the properties, and an empty one
 * @strings: the strings of lists
 * @n: number of properties
 * @n_strings: number of strings
 */
struct sim_properties {
	char *text;
	struct property_entry entries[SIM_PROPERTIES + 1];
	const char *strings[SIM_STRINGS];
	unsigned int n;
	unsigned int n_strings;
};

struct sim_title {
	char text[SIM_NODE_NAME + 8];
};

/**
 * struct sim_node - a port
 * @pdev: its device
 * @names: names of the channels
 * @swnodes: software nodes: of the port, then of each channel
 * @group: pointers to @swnodes, and NULL
 * @titles: names of @swnodes
 * @properties: properties of @swnodes, in the same order
 * @n: number of @swnodes
 */
struct sim_node {
	struct platform_device *pdev;
	const char *names[SIM_NODE_CHANNELS];
	struct software_node swnodes[SIM_NODE_CHANNELS + 1];
	const struct software_node *group[SIM_NODE_CHANNELS + 2];
	struct sim_title titles[SIM_NODE_CHANNELS + 1];
	struct sim_properties properties[SIM_NODE_CHANNELS + 1];
	unsigned int n;
};

static int sim_properties_add(struct sim_properties *p,
			      const struct property_entry *entry)
{
	if (p->n == SIM_PROPERTIES)
		return -E2BIG;
	p->entries[p->n++] = *entry;
	return 0;
}

static int sim_properties_add_strings(struct sim_properties *p,
				      const char *name, char *words)
{
	const char **first = &p->strings[p->n_strings];
	unsigned int n = 0;
	char *word;

	while ((word = strsep(&words, ","))) {
		if (p->n_strings == SIM_STRINGS)
			return -E2BIG;
		p->strings[p->n_strings++] = word;
		n++;
	}
	return sim_properties_add(p, &PROPERTY_ENTRY_STRING_ARRAY_LEN(name,
								      first, n));
}

/* Parses NAME, NAME=u32:NUMBER, NAME=u64:NUMBER or NAME=string:WORD[,WORD]. */
static int sim_properties_parse_word(struct sim_properties *p, char *word)
{
	char *name = strsep(&word, "="), *type = strsep(&word, ":");
	u64 wide;
	u32 number;
	int ret;

	if (!*name)
		return -EINVAL;
	if (!type)
		return sim_properties_add(p, &PROPERTY_ENTRY_BOOL(name));
	if (!word)
		return -EINVAL;
	if (!strcmp(type, "u32")) {
		ret = kstrtou32(word, 0, &number);
		return ret ?: sim_properties_add(p, &PROPERTY_ENTRY_U32(name,
									number));
	}
	if (!strcmp(type, "u64")) {
		ret = kstrtou64(word, 0, &wide);
		return ret ?: sim_properties_add(p, &PROPERTY_ENTRY_U64(name,
									wide));
	}
	if (!strcmp(type, "string"))
		return sim_properties_add_strings(p, name, word);
	return -EINVAL;
}

static int sim_properties_parse(struct sim_properties *p, const char *words)
{
	char *rest, *word;
	int ret = 0;

	p->text = kstrdup(words, GFP_KERNEL);
	if (!p->text)
		return -ENOMEM;
	rest = p->text;
	while (!ret && (word = strsep(&rest, " \t\n")))
		if (*word)
			ret = sim_properties_parse_word(p, word);
	return ret;
}

/* Returns 0 if the words are valid properties. */
int sim_node_check(const char *words)
{
	struct sim_properties *p;
	int ret;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sim_properties_parse(p, words);
	kfree(p->text);
	kfree(p);
	return ret;
}

static void sim_node_free(struct sim_node *node)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(node->properties); i++)
		kfree(node->properties[i].text);
	kfree(node);
}

static int sim_node_fill(struct sim_node *node, const char *words,
			 const struct sim_node_channel *channels,
			 unsigned int n)
{
	unsigned int i;
	int ret;

	ret = sim_properties_parse(&node->properties[0], words);
	for (i = 0; !ret && i < n; i++) {
		struct sim_title *title = &node->titles[i + 1];

		snprintf(title->text, sizeof(title->text), "channel-%s",
			 channels[i].name);
		node->names[i] = title->text + strlen("channel-");
		ret = sim_properties_parse(&node->properties[i + 1],
					   channels[i].words);
	}
	if (!ret && n)
		ret = sim_properties_add(&node->properties[0],
					 &PROPERTY_ENTRY_STRING_ARRAY_LEN("dma-names",
									  node->names, n));
	return ret;
}

static int sim_node_register(struct sim_node *node, unsigned int id)
{
	struct platform_device_info info = {
		.name = SIM_NODE_DRIVER,
		.id = id,
	};
	unsigned int i;
	int ret;

	for (i = 0; i < node->n; i++) {
		node->swnodes[i] = (struct software_node){
			.name = node->titles[i].text,
			.parent = i ? &node->swnodes[0] : NULL,
			.properties = node->properties[i].entries,
		};
		node->group[i] = &node->swnodes[i];
	}
	ret = software_node_register_node_group(node->group);
	if (ret)
		return ret;
	info.fwnode = software_node_fwnode(&node->swnodes[0]);
	node->pdev = platform_device_register_full(&info);
	if (!IS_ERR(node->pdev))
		return 0;
	software_node_unregister_node_group(node->group);
	return PTR_ERR(node->pdev);
}

/* @label: an additional property, unless it is NULL. */
struct sim_node *sim_node_add(unsigned int id, const char *label,
			      const char *words,
			      const struct sim_node_channel *channels,
			      unsigned int n)
{
	struct sim_properties *p;
	struct sim_node *node;
	int ret;

	if (n > SIM_NODE_CHANNELS)
		return ERR_PTR(-E2BIG);
	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return ERR_PTR(-ENOMEM);
	node->n = n + 1;
	/* The name must be unique among the root nodes. */
	snprintf(node->titles[0].text, sizeof(node->titles[0].text),
		 SIM_NAME "-port.%u", id);
	p = &node->properties[0];
	ret = sim_node_fill(node, words, channels, n);
	if (!ret && label)
		ret = sim_properties_add(p, &PROPERTY_ENTRY_STRING("label",
								   label));
	if (!ret)
		ret = sim_node_register(node, id);
	if (!ret)
		return node;
	sim_node_free(node);
	return ERR_PTR(ret);
}

void sim_node_remove(struct sim_node *node)
{
	platform_device_unregister(node->pdev);
	software_node_unregister_node_group(node->group);
	sim_node_free(node);
}

void sim_map_entries_get(struct sim_map_entries *entries)
{
	if (entries)
		kref_get(&entries->ref);
}

static void sim_map_entries_free(struct kref *ref)
{
	kfree(container_of(ref, struct sim_map_entries, ref));
}

void sim_map_entries_put(struct sim_map_entries *entries)
{
	if (entries)
		kref_put(&entries->ref, sim_map_entries_free);
}

static int sim_map_find(const struct sim_controller *ctl, const char *channel)
{
	unsigned int i;

	if (!kstrtouint(channel, 10, &i))
		return i < ctl->config.channels ? i : -EINVAL;
	for (i = 0; i < ctl->config.channels; i++)
		if (ctl->chans[i].periph.ops->name &&
		    !strcmp(ctl->chans[i].periph.ops->name, channel))
			return i;
	return -EINVAL;
}

/* Adds slave map entries, so that the devices of ports find their channels. */
int sim_map_entries_add(struct sim_controller *ctl)
{
	const struct sim_map_entries *entries = ctl->config.map_entries;
	unsigned int i;

	for (i = 0; entries && i < entries->n; i++) {
		const struct sim_map_entry *entry = &entries->entry[i];
		int index = sim_map_find(ctl, entry->channel);

		if (index < 0) {
			dev_err(ctl->dev, "%s, %s: there is no channel \"%s\"\n",
				entry->device, entry->name, entry->channel);
			return index;
		}
		ctl->map[ctl->dma.filter.mapcnt++] = (struct dma_slave_map){
			.devname = entry->device,
			.slave = entry->name,
			.param = (void *)(uintptr_t)index,
		};
	}
	return 0;
}
