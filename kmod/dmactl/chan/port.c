// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: firmware nodes that name the channels of a peripheral and describe how
 * to reach it. A program needs no privilege for a channel of a port, because it
 * cannot change where the channel leads.
 */

#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "../../compat.h"
#include "chan/bounds.h"
#include "chan/caps.h"
#include "chan/config.h"
#include "chan/lease.h"
#include "chan/port.h"
#include "chan/stop.h"
#include "core/chan.h"
#include "core/rights.h"

#define DMACTL_MAX_PORT_CHANS	64

/* Some drivers declare both directions although the channel has one. */
#define DMACTL_WHICH_WAY						\
	"%s: the channel does not say which way its bytes go: dmactl,directions must\n"

static DEFINE_MUTEX(dmactl_ports_lock);
static LIST_HEAD(dmactl_ports);

static void dmactl_port_free(struct device *dev)
{
	struct dmactl_port *port = container_of(dev, struct dmactl_port, shown);

	put_device(port->dev);
	mutex_destroy(&port->lock);
	kfree(port->groups);
	kfree(port->names);
	kfree(port);
}

struct dmactl_port *dmactl_port_get(struct dmactl_port *port)
{
	get_device(&port->shown);
	return port;
}

void dmactl_port_put(struct dmactl_port *port)
{
	put_device(&port->shown);
}

static struct dmactl_port *dmactl_port_named(const char *name, size_t len)
{
	struct dmactl_port *port;

	lockdep_assert_held(&dmactl_ports_lock);
	list_for_each_entry(port, &dmactl_ports, node)
		if (!strncmp(port->name, name, len) && !port->name[len])
			return port;
	return NULL;
}

/* Finds "PORT:CHANNEL", or "PORT" if the port has one channel. */
static struct dmactl_port_chan *dmactl_port_chan_of(struct dmactl_port *port,
						    const char *name)
{
	unsigned int i;

	if (!strchr(name, ':'))
		return port->nr_pchans > 1 ? ERR_PTR(-EINVAL) : &port->pchans[0];
	for (i = 0; i < port->nr_pchans; i++)
		if (!strcmp(port->pchans[i].full, name))
			return &port->pchans[i];
	return ERR_PTR(-ENOENT);
}

/*
 * The same for the node of a port. Another port can have got the name in the
 * meantime, so only the name is compared and no port is looked up.
 */
static struct dmactl_port_chan *dmactl_port_chan_own(struct dmactl_port *port,
						     const char *name)
{
	size_t len = strcspn(name, ":");

	if (strncmp(port->name, name, len) || port->name[len])
		return ERR_PTR(-EPERM);
	return dmactl_port_chan_of(port, name);
}

/*
 * Finds the channel that a program names, and takes a reference to its port.
 * @own: the only port that the program may use; NULL: any.
 */
static struct dmactl_port_chan *dmactl_port_chan_get(struct dmactl_port *own,
						     const char *name)
{
	struct dmactl_port_chan *pchan;
	struct dmactl_port *port = own;

	guard(mutex)(&dmactl_ports_lock);
	if (!own)
		port = dmactl_port_named(name, strcspn(name, ":"));
	if (!port)
		return ERR_PTR(-ENOENT);
	pchan = own ? dmactl_port_chan_own(own, name) :
		      dmactl_port_chan_of(port, name);
	if (!IS_ERR(pchan))
		dmactl_port_get(port);
	return pchan;
}

/*
 * Returns the full name of the port's only channel that may go in this
 * direction, -EINVAL if there are several, -EBADF if there is none.
 */
const char *dmactl_port_toward(const struct dmactl_port *port, u32 direction)
{
	const char *found = NULL;
	unsigned int i;

	for (i = 0; i < port->nr_pchans; i++) {
		const struct dmactl_port_chan *pchan = &port->pchans[i];
		u32 directions = pchan->directions ?:
				 READ_ONCE(pchan->declared);

		if (directions && !(directions & direction))
			continue;
		if (found)
			return ERR_PTR(-EINVAL);
		found = pchan->full;
	}
	return found ? found : ERR_PTR(-EBADF);
}

/* Asks free channels of which neither firmware nor the driver has said it. */
static void dmactl_port_learn(struct dmactl_port *port)
{
	unsigned int i;

	lockdep_assert_held(&port->lock);
	for (i = 0; i < port->nr_pchans; i++) {
		struct dmactl_port_chan *pchan = &port->pchans[i];

		if (pchan->directions || pchan->declared)
			continue;
		WRITE_ONCE(pchan->declared,
			   dmactl_chan_ask_directions(port->dev, pchan->name) &
			   DMACTL_DIRS_SLAVE);
	}
}

/* The same, for a caller that may wait. -ENODEV: the port has gone. */
const char *dmactl_port_learn_toward(struct dmactl_port *port, u32 direction)
{
	guard(mutex)(&port->lock);
	if (port->gone)
		return ERR_PTR(-ENODEV);
	dmactl_port_learn(port);
	return dmactl_port_toward(port, direction);
}

/*
 * Applies the port's settings to the channel, in place of what the provider
 * declares.
 */
static int dmactl_port_chan_narrow(const struct dmactl_port_chan *pchan,
				   struct dmactl_chan *chan,
				   const struct dmactl_chan_request *arg)
{
	/* The permissions of a port's node say who may use the port. */
	dmactl_limits_offer(&chan->limits, chan->session->port ||
			    dmactl_is_offered(pchan->full, "@ports") ||
			    dmactl_is_offered(chan->lease.name, NULL));
	if (!dmactl_may_take(chan->limits.caps & DMACTL_CAP_OFFERED))
		return -EPERM;
	chan->port.commands = pchan->commands;
	dmactl_bounds_set_by_port(&chan->limits.bounds, pchan->descriptors,
				  pchan->entries);
	/*
	 * The program chooses the address of RapidIO ops, so they could leave
	 * the port.
	 */
	dmactl_limits_drop_caps(&chan->limits, DMACTL_CAP_RIO_SG);
	if (arg->caps & ~chan->limits.caps)
		return -EOPNOTSUPP;
	if (!pchan->directions &&
	    !is_power_of_2(chan->limits.directions & DMACTL_DIRS_SLAVE)) {
		dev_warn_once(pchan->port->dev, DMACTL_WHICH_WAY, pchan->name);
		return -EINVAL;
	}
	if (!pchan->directions)
		return 0;
	return dmactl_limits_narrow(&chan->limits, pchan->directions) ?
	       0 : -EOPNOTSUPP;
}

/*
 * A port without a description is for a channel that knows its peripheral. The
 * configuration of the last client is cleared nevertheless: it may contain an
 * address.
 */
static int dmactl_port_chan_configure(const struct dmactl_port_chan *pchan,
				      struct dmactl_chan *chan)
{
	if (pchan->described) {
		guard(dmactl_chan_write)(chan);
		return dmactl_config_apply(chan, &pchan->fixed, NULL);
	}
	if (dmactl_config_clear(chan))
		return 0;
	dev_warn_once(pchan->port->dev,
		      "%s: the driver of the DMA controller keeps what its last client said of the peripheral: say its address\n",
		      pchan->name);
	return -EOPNOTSUPP;
}

/* A session may still hold a dead channel whose controller has gone. */
static bool dmactl_port_chan_is_busy(const struct dmactl_port_chan *pchan)
{
	struct dmactl_chan *chan = pchan->chan;

	lockdep_assert_held(&pchan->port->lock);
	if (!chan)
		return false;
	guard(rwsem_read)(&chan->rwsem);
	return chan->lease.dma;
}

static int dmactl_port_chan_request(struct dmactl_port_chan *pchan,
				    struct dmactl_chan *chan,
				    const struct dmactl_chan_request *arg,
				    struct device **dev)
{
	struct dmactl_port *port = pchan->port;
	int ret;

	/*
	 * dmaengine links the channel to the port's device, so the channel must
	 * be released before the device goes. Either dmactl_port_lose() comes
	 * first and sets port->gone, or it finds the channel.
	 */
	guard(mutex)(&port->lock);
	if (port->gone)
		return chan->session->port ? -ENODEV : -ENOENT;
	if (dmactl_port_chan_is_busy(pchan))
		return -EBUSY;
	ret = dmactl_chan_request_bound(chan, port->dev, pchan->name,
					pchan->full, dev);
	/*
	 * -EPROBE_DEFER: there is no controller yet, or another driver has the
	 * channel.
	 */
	if (ret)
		return ret == -EPROBE_DEFER ? -ENODEV : ret;
	ret = dmactl_port_chan_narrow(pchan, chan, arg);
	if (!ret)
		ret = dmactl_port_chan_configure(pchan, chan);
	if (ret) {
		dmactl_chan_release(chan);
		dmactl_request_unlock(*dev);
		return ret;
	}
	chan->port.pchan = pchan;
	chan->port.fixed = &pchan->fixed;
	chan->port.directions = pchan->directions;
	WRITE_ONCE(pchan->declared, chan->limits.directions & DMACTL_DIRS_SLAVE);
	WRITE_ONCE(pchan->chan, chan);
	return 0;
}

/*
 * Requests the channel that the port names. From here on the channel may be
 * stopped and released at any time. Returns as dmactl_request_filtered().
 */
int dmactl_port_request(struct dmactl_chan *chan,
			const struct dmactl_chan_request *arg,
			struct device **dev)
{
	struct dmactl_port_chan *pchan;
	int ret;

	pchan = dmactl_port_chan_get(chan->session->port, arg->name);
	if (IS_ERR(pchan))
		return PTR_ERR(pchan);
	ret = dmactl_port_chan_request(pchan, chan, arg, dev);
	if (ret)
		dmactl_port_put(pchan->port);
	return ret;
}

/*
 * Called after dmactl_chan_release(); does nothing without a port. The channel
 * keeps its reference to the port until its memory is freed, because others may
 * read the settings.
 */
void dmactl_port_detach(struct dmactl_chan *chan)
{
	struct dmactl_port_chan *pchan = chan->port.pchan;

	if (!pchan)
		return;
	scoped_guard(mutex, &pchan->port->lock) {
		if (pchan->chan == chan)
			WRITE_ONCE(pchan->chan, NULL);
	}
}

void dmactl_port_chan_put(struct dmactl_port_chan *pchan)
{
	dmactl_port_put(pchan->port);
}

/*
 * Called with device_lock() of the port held. No request succeeds after this.
 */
static void dmactl_port_lose(struct dmactl_port *port)
{
	unsigned int i;

	guard(mutex)(&port->lock);
	WRITE_ONCE(port->gone, true);
	wake_up_all(&port->wait);
	for (i = 0; i < port->nr_pchans; i++) {
		struct dmactl_chan *chan = port->pchans[i].chan;

		if (!chan)
			continue;
		dmactl_chan_kill(chan, -ENODEV);
		dmactl_chan_release(chan);
	}
}

static void dmactl_port_remove(void *data)
{
	struct dmactl_port *port = data;

	scoped_guard(mutex, &dmactl_ports_lock) {
		list_del(&port->node);
		dmactl_port_hide(port);
	}
	dmactl_port_lose(port);
	dmactl_port_put(port);
}

static struct dmactl_port *dmactl_port_new(struct device *dev, unsigned int nr)
{
	struct dmactl_port *port;

	port = kzalloc(struct_size(port, pchans, nr), GFP_KERNEL);
	if (!port)
		return NULL;
	dmactl_port_dev_new(port, dmactl_port_free);
	mutex_init(&port->lock);
	init_waitqueue_head(&port->wait);
	port->dev = get_device(dev);
	port->nr_pchans = nr;
	port->names = kcalloc(nr, sizeof(*port->names), GFP_KERNEL);
	port->groups = kcalloc(nr + 1, sizeof(*port->groups), GFP_KERNEL);
	if (port->names && port->groups)
		return port;
	dmactl_port_put(port);
	return NULL;
}

/* Checks now if the controller is there; otherwise the request checks. */
static int dmactl_port_check(struct dmactl_port *port)
{
	const struct dmactl_port_chan *pchan;
	unsigned int i;

	guard(mutex)(&port->lock);
	dmactl_port_learn(port);
	for (i = 0; i < port->nr_pchans; i++) {
		pchan = &port->pchans[i];
		if (pchan->declared == DMACTL_DIRS_SLAVE)
			return dev_err_probe(port->dev, -EINVAL,
					     DMACTL_WHICH_WAY, pchan->name);
	}
	return 0;
}

static int dmactl_port_publish(struct dmactl_port *port)
{
	int ret;

	guard(mutex)(&dmactl_ports_lock);
	if (dmactl_port_named(port->name, strlen(port->name)))
		return dev_err_probe(port->dev, -EEXIST,
				     "another port has the name %s\n",
				     port->name);
	ret = dmactl_port_show(port);
	if (!ret)
		list_add_tail(&port->node, &dmactl_ports);
	return ret;
}

static int dmactl_port_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct dmactl_port *port;
	int nr, ret;

	nr = device_property_string_array_count(dev, "dma-names");
	if (nr < 1 || nr > DMACTL_MAX_PORT_CHANS)
		return dev_err_probe(dev, -EINVAL,
				     "dma-names: not 1 to %d names\n",
				     DMACTL_MAX_PORT_CHANS);
	port = dmactl_port_new(dev, nr);
	if (!port)
		return -ENOMEM;
	ret = dmactl_port_read(port);
	if (!ret)
		ret = dmactl_port_check(port);
	if (!ret)
		ret = dmactl_port_publish(port);
	if (ret) {
		dmactl_port_put(port);
		return ret;
	}
	/* Used instead of .remove, whose type differs between kernels. */
	return devm_add_action_or_reset(dev, dmactl_port_remove, port);
}

static const struct of_device_id dmactl_port_of_match[] = {
	{ .compatible = "dmactl,port" },
	{ }
};
MODULE_DEVICE_TABLE(of, dmactl_port_of_match);

static const struct platform_device_id dmactl_port_ids[] = {
	{ .name = DMACTL_PORT_DRIVER },
	{ }
};
MODULE_DEVICE_TABLE(platform, dmactl_port_ids);

static struct platform_driver dmactl_port_driver = {
	.probe = dmactl_port_probe,
	.id_table = dmactl_port_ids,
	.driver = {
		.name = DMACTL_PORT_DRIVER,
		.of_match_table = dmactl_port_of_match,
	},
};

/* @fops: of the nodes of ports, which dmactl_port_of() finds by the inode. */
int dmactl_port_init(const struct file_operations *fops)
{
	int ret;

	ret = dmactl_port_dev_init(fops);
	if (ret)
		return ret;
	ret = platform_driver_register(&dmactl_port_driver);
	if (ret)
		dmactl_port_dev_exit();
	return ret;
}

void dmactl_port_exit(void)
{
	platform_driver_unregister(&dmactl_port_driver);
	dmactl_port_dev_exit();
}
