// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA devices: the owners of mappings. When a driver lets go of its device
 * (unbind, hot-unplug, module removal), everything that was made with that
 * device is given back before the driver's remove() runs.
 */

#include <linux/device.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include "core.h"

static DEFINE_MUTEX(dmactl_devs_lock);
static LIST_HEAD(dmactl_devs);

/* Called with device_lock() held, before the driver's remove(). */
static void dmactl_dev_lose(struct dmactl_dev *dev)
{
	struct dmactl_chan *chan, *next_chan;
	struct dmactl_buf *buf, *next_buf;
	bool stuck = false;

	guard(mutex)(&dev->lock);
	dev->gone = true;
	list_for_each_entry(chan, &dev->chans, dev_node) {
		dmactl_chan_kill(chan, -ENODEV);
		stuck |= chan->quarantined;
	}
	list_for_each_entry_safe(chan, next_chan, &dev->chans, dev_node) {
		if (chan->quarantined)
			continue;
		list_del_init(&chan->dev_node);
		dmactl_chan_release(chan);
	}
	/* Hardware that did not stop keeps its addresses. */
	if (stuck)
		return;
	dmactl_map_free_dev(dev);
	list_for_each_entry_safe(buf, next_buf, &dev->bufs, dev_node)
		dmactl_buf_lose(buf);
}

static int dmactl_dev_notify(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	struct dmactl_dev *dev = container_of(nb, struct dmactl_dev, nb);

	if (event == BUS_NOTIFY_UNBIND_DRIVER && data == dev->dev)
		dmactl_dev_lose(dev);
	return NOTIFY_DONE;
}

static struct dmactl_dev *dmactl_dev_new(struct device *device)
{
	struct dmactl_dev *dev;

	lockdep_assert_held(&dmactl_devs_lock);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return NULL;
	kref_init(&dev->ref);
	mutex_init(&dev->lock);
	INIT_LIST_HEAD(&dev->chans);
	INIT_LIST_HEAD(&dev->maps);
	INIT_LIST_HEAD(&dev->bufs);
	dev->dev = get_device(device);
	dev->nb.notifier_call = dmactl_dev_notify;
	if (device->bus && bus_register_notifier(device->bus, &dev->nb)) {
		put_device(device);
		kfree(dev);
		return NULL;
	}
	list_add_tail(&dev->node, &dmactl_devs);
	return dev;
}

static void dmactl_dev_free(struct kref *ref)
{
	struct dmactl_dev *dev = container_of(ref, struct dmactl_dev, ref);

	list_del(&dev->node);
	mutex_unlock(&dmactl_devs_lock);

	WARN_ON(!list_empty(&dev->chans) || !list_empty(&dev->maps) ||
		!list_empty(&dev->bufs));
	if (dev->dev->bus)
		bus_unregister_notifier(dev->dev->bus, &dev->nb);
	put_device(dev->dev);
	mutex_destroy(&dev->lock);
	kfree(dev);
}

void dmactl_dev_put(struct dmactl_dev *dev)
{
	kref_put_mutex(&dev->ref, dmactl_dev_free, &dmactl_devs_lock);
}

static struct dmactl_dev *dmactl_dev_get(struct device *device)
{
	struct dmactl_dev *dev;

	guard(mutex)(&dmactl_devs_lock);
	list_for_each_entry(dev, &dmactl_devs, node) {
		/* A lost one stays listed until its last holder is gone. */
		if (dev->dev == device && !READ_ONCE(dev->gone) &&
		    kref_get_unless_zero(&dev->ref))
			return dev;
	}
	return dmactl_dev_new(device);
}

/*
 * Ties a channel to its DMA device. From here on the channel is stopped and
 * released if the device's driver goes.
 */
int dmactl_dev_attach(struct dmactl_chan *chan, struct device *device)
{
	struct dmactl_dev *dev;

	/*
	 * A driver on its way out still lends channels after the notifier
	 * has run. It holds this lock until it is gone for good.
	 */
	guard(dmactl_device)(device);
	if (device->bus && !device->driver)
		return -ENODEV;
	dev = dmactl_dev_get(device);
	if (!dev)
		return -ENOMEM;
	chan->dev = dev;
	guard(mutex)(&dev->lock);
	list_add_tail(&chan->dev_node, &dev->chans);
	return 0;
}

/* The last channel takes the mappings along: nothing stays mapped. */
void dmactl_dev_detach(struct dmactl_chan *chan)
{
	struct dmactl_dev *dev = chan->dev;

	guard(mutex)(&dev->lock);
	list_del_init(&chan->dev_node);
	if (list_empty(&dev->chans))
		dmactl_map_free_dev(dev);
}
