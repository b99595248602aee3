/* SPDX-License-Identifier: GPL-2.0-only */
/* DMA devices, which own mappings. All sessions share them. */
#ifndef DMACTL_DMA_DEV_H
#define DMACTL_DMA_DEV_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/types.h>

struct device;
struct dmactl_client;
struct dmactl_client_ops;
struct dmactl_dev;
struct dmactl_maps;
struct module;

/* The most kinds of buses that the children of a DMA device can be on. */
#define DMACTL_DEV_BUSES 4

struct dmactl_dev_bus {
	struct notifier_block nb;
	struct dmactl_dev *dev;
	struct device *on;		/* a device on the bus, referenced */
	struct module *owner;		/* of its driver, referenced: keeps the bus */
};

/* A device that does DMA. It owns mappings, and all sessions share it. */
struct dmactl_dev {
	struct kref ref;		/* for the memory of the struct */
	struct list_head node;		/* dmactl_devs_lock */
	struct device *dev;
	struct mutex lock;		/* protects all that was made with the device */
	struct list_head clients;	/* lock */
	struct dmactl_maps *maps;	/* lock: NULL while there are no channels */
	struct list_head bufs;		/* lock: COHERENT buffers */
	bool gone;			/* lock; read without */
	u32 nr_buses;			/* never changes */
	struct dmactl_dev_bus buses[DMACTL_DEV_BUSES];
};

static inline struct dmactl_dev *dmactl_dev_hold(struct dmactl_dev *dev)
{
	kref_get(&dev->ref);
	return dev;
}

static inline bool dmactl_dev_try_hold(struct dmactl_dev *dev)
{
	return kref_get_unless_zero(&dev->ref);
}

/* Adds a COHERENT buffer, whose memory is freed when the device is removed. */
static inline void dmactl_dev_add_buf(struct dmactl_dev *dev,
				      struct list_head *node)
{
	lockdep_assert_held(&dev->lock);
	list_add_tail(node, &dev->bufs);
}

void dmactl_dev_client_init(struct dmactl_client *client,
			    const struct dmactl_client_ops *ops);
int dmactl_dev_attach(struct dmactl_client *client, struct device *device);
void dmactl_dev_detach(struct dmactl_client *client);
void dmactl_dev_put(struct dmactl_dev *dev);
int dmactl_dev_each_client(int (*fn)(struct dmactl_client *client,
				     unsigned long arg), unsigned long arg);

#endif /* DMACTL_DMA_DEV_H */
