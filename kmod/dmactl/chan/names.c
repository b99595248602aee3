// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/misc/dmactl/slaves lists the slave names that the maps of
 * providers have for the device of the sessions, one per line. dmaengine does
 * not show these maps.
 * /sys/class/misc/dmactl/claimed lists the channels of all sessions. A line has
 * the channel, the user id of its holder and, if the request had a slave or
 * port name, that name.
 *
 * A last line "..." means that the list did not fit into a page.
 */

#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "chan/lease.h"
#include "chan/names.h"
#include "core/account.h"
#include "core/chan.h"

#define DMACTL_NAMES_CUT "...\n"

struct dmactl_names {
	const struct device *dev;	/* the maps are searched for its name */
	char *page;
	int len;
	bool full;
};

static bool dmactl_names_has(const struct dmactl_names *names, const char *name)
{
	size_t len = strlen(name);
	const char *line = names->page;

	while (line < names->page + names->len) {
		size_t size = strcspn(line, "\n");

		if (size == len && !memcmp(line, name, len))
			return true;
		line += size + 1;
	}
	return false;
}

static bool dmactl_names_fit(struct dmactl_names *names, size_t len)
{
	if (names->len + len + sizeof(DMACTL_NAMES_CUT) > PAGE_SIZE)
		names->full = true;
	return !names->full;
}

static void dmactl_names_add(struct dmactl_names *names, const char *name)
{
	/* Several channels can have one name; a request gets a free one. */
	if (dmactl_names_has(names, name) ||
	    !dmactl_names_fit(names, strlen(name) + 1))
		return;
	names->len += sysfs_emit_at(names->page, names->len, "%s\n", name);
}

static void dmactl_names_of(struct dmactl_names *names,
			    const struct dma_device *dma)
{
	int i;

	for (i = 0; i < dma->filter.mapcnt; i++)
		if (!strcmp(dma->filter.map[i].devname, dev_name(names->dev)))
			dmactl_names_add(names, dma->filter.map[i].slave);
}

static bool dmactl_names_unclaimed(struct dma_chan *dma, void *param)
{
	dmactl_names_of(param, dma->device);
	return false;
}

static void dmactl_names_claimed(struct dmactl_chan *chan, void *param)
{
	/* A task that stops the channel may wait for dmactl_claimed_lock. */
	if (!down_read_trylock(&chan->rwsem))
		return;
	if (dmactl_chan_is_usable(chan))
		dmactl_names_of(param, chan->lease.dma->device);
	up_read(&chan->rwsem);
}

static int dmactl_names_end(struct dmactl_names *names)
{
	if (names->full)
		names->len += sysfs_emit_at(names->page, names->len,
					    DMACTL_NAMES_CUT);
	return names->len;
}

static ssize_t slaves_show(struct device *dev, struct device_attribute *attr,
			   char *page)
{
	struct dmactl_names names = { .dev = dev, .page = page };

	dmactl_chan_visit(dmactl_names_unclaimed, dmactl_names_claimed, &names);
	return dmactl_names_end(&names);
}
static DEVICE_ATTR_RO(slaves);

static void dmactl_names_holder(struct dmactl_chan *chan, void *param)
{
	struct dmactl_names *names = param;
	const char *slave = chan->lease.slave;

	if (!dmactl_names_fit(names, sizeof(chan->lease.name) +
				     sizeof(chan->lease.slave) + 16))
		return;
	/* In the user namespace of the reader, like the owner of a file. */
	names->len += sysfs_emit_at(names->page, names->len, "%s %u%s%s\n",
				    chan->lease.name,
				    from_kuid_munged(current_user_ns(),
						     chan->account->uid),
				    *slave ? " " : "", slave);
}

static ssize_t claimed_show(struct device *dev, struct device_attribute *attr,
			    char *page)
{
	struct dmactl_names names = { .dev = dev, .page = page };

	dmactl_chan_visit(NULL, dmactl_names_holder, &names);
	return dmactl_names_end(&names);
}
static DEVICE_ATTR_RO(claimed);

static struct attribute *dmactl_names_attrs[] = {
	&dev_attr_slaves.attr,
	&dev_attr_claimed.attr,
	NULL,
};

static const struct attribute_group dmactl_names_group = {
	.attrs = dmactl_names_attrs,
};

const struct attribute_group *dmactl_names_groups[] = {
	&dmactl_names_group,
	NULL,
};
