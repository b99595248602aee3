// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA devices, which own mappings. When a driver releases its device (unbind,
 * hot-unplug, module removal), everything that was made with the device is
 * released before the driver's remove() runs.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "mem/buffer.h"
#include "mem/coherent.h"
#include "mem/dma_dev.h"
#include "mem/map.h"

static DEFINE_MUTEX(dmactl_devs_lock);
static LIST_HEAD(dmactl_devs);

/* The channels have stopped: unmaps everything. */
static void dmactl_dev_drop_maps(struct dmactl_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->maps)
		return;
	dmactl_maps_retire(dev->maps);
	dmactl_maps_put(dev->maps);
	dev->maps = NULL;
}

/* Called with device_lock() held, before the driver's remove(). */
static void dmactl_dev_lose(struct dmactl_dev *dev)
{
	struct dmactl_client *client, *next_client;
	struct dmactl_buf *buf, *next_buf;
	bool stuck = false;

	guard(mutex)(&dev->lock);
	WRITE_ONCE(dev->gone, true);
	list_for_each_entry(client, &dev->clients, node)
		client->ops->stop_begin(client);
	list_for_each_entry(client, &dev->clients, node) {
		client->stuck = !client->ops->stop(client);
		stuck |= client->stuck;
	}
	list_for_each_entry_safe(client, next_client, &dev->clients, node) {
		if (client->stuck)
			continue;
		list_del_init(&client->node);
		client->ops->release(client);
	}
	/* Hardware that did not stop keeps its mappings. */
	if (stuck)
		return;
	dmactl_dev_drop_maps(dev);
	list_for_each_entry_safe(buf, next_buf, &dev->bufs, dev_node)
		dmactl_buf_lose(buf);
}

/*
 * The driver of the channels may be bound to a child of the device that does
 * DMA: idxd is bound to a work queue, idma64 to a part of a PCI function.
 * dmaengine does not tell which child, so the notifier covers all of them.
 */
static int dmactl_dev_notify(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	struct dmactl_dev_bus *bus = container_of(nb, struct dmactl_dev_bus,
						  nb);
	struct device *device = data;

	if (event != BUS_NOTIFY_UNBIND_DRIVER)
		return NOTIFY_DONE;
	while (device && device != bus->dev->dev)
		device = device->parent;
	if (device)
		dmactl_dev_lose(bus->dev);
	return NOTIFY_DONE;
}

/* The caller holds device_lock() of @device, so its driver stays. */
static int dmactl_dev_register_bus(struct dmactl_dev *dev, struct device *device)
{
	struct dmactl_dev_bus *bus;
	u32 i;

	if (!device->bus || !device->driver)
		return 0;
	for (i = 0; i < dev->nr_buses; i++)
		if (dev->buses[i].on->bus == device->bus)
			return 0;
	if (i == DMACTL_DEV_BUSES)
		return -ENODEV;
	bus = &dev->buses[i];
	bus->dev = dev;
	/* The bus of the DMA device itself cannot be unloaded. */
	bus->owner = device == dev->dev ? NULL : device->driver->owner;
	if (!try_module_get(bus->owner))
		return -ENODEV;
	bus->nb.notifier_call = dmactl_dev_notify;
	if (bus_register_notifier(device->bus, &bus->nb)) {
		module_put(bus->owner);
		return -ENOMEM;
	}
	bus->on = get_device(device);
	dev->nr_buses++;
	return 0;
}

/*
 * Registers with the buses of children. These can go with the module of a
 * driver.
 */
static int dmactl_dev_register_below(struct device *device, void *data)
{
	struct dmactl_dev *dev = data;
	int ret;

	/* Its driver comes or goes, and may be that of the channels. */
	if (!device_trylock(device))
		return -ENODEV;
	ret = dmactl_dev_register_bus(dev, device);
	device_unlock(device);
	if (ret)
		return ret;
	return device_for_each_child(device, dev, dmactl_dev_register_below);
}

static int dmactl_dev_register_buses(struct dmactl_dev *dev)
{
	int ret = dmactl_dev_register_bus(dev, dev->dev);

	if (ret)
		return ret;
	return device_for_each_child(dev->dev, dev, dmactl_dev_register_below);
}

static void dmactl_dev_unregister_buses(struct dmactl_dev *dev)
{
	while (dev->nr_buses) {
		struct dmactl_dev_bus *bus = &dev->buses[--dev->nr_buses];

		bus_unregister_notifier(bus->on->bus, &bus->nb);
		module_put(bus->owner);
		put_device(bus->on);
	}
}

static struct dmactl_dev *dmactl_dev_new(struct device *device)
{
	struct dmactl_dev *dev;
	int ret;

	lockdep_assert_held(&dmactl_devs_lock);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	kref_init(&dev->ref);
	mutex_init(&dev->lock);
	INIT_LIST_HEAD(&dev->clients);
	INIT_LIST_HEAD(&dev->bufs);
	dev->dev = get_device(device);
	ret = dmactl_dev_register_buses(dev);
	if (ret) {
		dmactl_dev_unregister_buses(dev);
		put_device(device);
		kfree(dev);
		return ERR_PTR(ret);
	}
	list_add_tail(&dev->node, &dmactl_devs);
	return dev;
}

static void dmactl_dev_free(struct kref *ref)
{
	struct dmactl_dev *dev = container_of(ref, struct dmactl_dev, ref);

	list_del(&dev->node);
	mutex_unlock(&dmactl_devs_lock);

	WARN_ON(!list_empty(&dev->clients) || dev->maps ||
		!list_empty(&dev->bufs));
	dmactl_dev_unregister_buses(dev);
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
		/*
		 * A device that has gone stays on the list until its last
		 * reference is put.
		 */
		if (dev->dev == device && !READ_ONCE(dev->gone) &&
		    dmactl_dev_try_hold(dev))
			return dev;
	}
	return dmactl_dev_new(device);
}

/* Calls @fn for each client until one call fails. */
int dmactl_dev_each_client(int (*fn)(struct dmactl_client *client,
				     unsigned long arg), unsigned long arg)
{
	struct dmactl_client *client;
	struct dmactl_dev *dev;
	int ret;

	guard(mutex)(&dmactl_devs_lock);
	list_for_each_entry(dev, &dmactl_devs, node) {
		guard(mutex)(&dev->lock);
		list_for_each_entry(client, &dev->clients, node) {
			ret = fn(client, arg);
			if (ret)
				return ret;
		}
	}
	return 0;
}

void dmactl_dev_client_init(struct dmactl_client *client,
			    const struct dmactl_client_ops *ops)
{
	client->ops = ops;
	INIT_LIST_HEAD(&client->node);
}

static int dmactl_dev_add_client(struct dmactl_dev *dev,
				 struct dmactl_client *client)
{
	guard(mutex)(&dev->lock);
	/*
	 * device_lock() does not keep the driver of a child: its notifier may
	 * have run, and it may be bound again, with other channels.
	 */
	if (dev->gone || !client->ops->is_present(client))
		return -ENODEV;
	if (!dev->maps)
		dev->maps = dmactl_maps_new();
	if (!dev->maps)
		return -ENOMEM;
	client->maps = dmactl_maps_get(dev->maps);
	list_add_tail(&client->node, &dev->clients);
	WRITE_ONCE(client->dev, dev);
	return 0;
}

/*
 * Attaches a channel to its DMA device. From here on, the channel is stopped
 * and released if the driver releases the device. The caller holds
 * device_lock() since before it requested the channel: a driver that is being
 * unbound still offers channels after the notifier has run.
 */
int dmactl_dev_attach(struct dmactl_client *client, struct device *device)
{
	struct dmactl_dev *dev;
	int ret;

	device_lock_assert(device);
	if (device->bus && !device->driver)
		return -ENODEV;
	dev = dmactl_dev_get(device);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	ret = dmactl_dev_add_client(dev, client);
	if (ret)
		dmactl_dev_put(dev);
	return ret;
}

/* Drops the mappings of the device with its last channel. */
void dmactl_dev_detach(struct dmactl_client *client)
{
	struct dmactl_dev *dev = client->dev;

	guard(mutex)(&dev->lock);
	list_del_init(&client->node);
	if (list_empty(&dev->clients))
		dmactl_dev_drop_maps(dev);
}
