// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: nodes of firmware that name the channels of one peripheral and say how
 * it is reached. Whoever has a channel through a port needs no privilege,
 * because nothing of where it leads is for the program to say.
 */

#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "port.h"

#define DMACTL_MAX_LINES	64

static DEFINE_MUTEX(dmactl_ports_lock);
static LIST_HEAD(dmactl_ports);

static void dmactl_port_free(struct kref *ref)
{
	struct dmactl_port *port = container_of(ref, struct dmactl_port, ref);

	put_device(port->dev);
	mutex_destroy(&port->lock);
	kfree(port->groups);
	kfree(port->names);
	kfree(port);
}

static void dmactl_port_put(struct dmactl_port *port)
{
	kref_put(&port->ref, dmactl_port_free);
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

/* "PORT:CHANNEL", or "PORT" if it has only one. The port is referenced. */
static struct dmactl_line *dmactl_line_get(const char *name)
{
	size_t len = strcspn(name, ":");
	struct dmactl_port *port;
	unsigned int i;

	guard(mutex)(&dmactl_ports_lock);
	port = dmactl_port_named(name, len);
	if (!port)
		return ERR_PTR(-ENOENT);
	if (!name[len] && port->nr_lines > 1)
		return ERR_PTR(-EINVAL);
	for (i = 0; i < port->nr_lines; i++) {
		if (name[len] && strcmp(port->lines[i].full, name))
			continue;
		kref_get(&port->ref);
		return &port->lines[i];
	}
	return ERR_PTR(-ENOENT);
}

/* What the port says of the channel goes for what the provider declares. */
static int dmactl_line_narrow(const struct dmactl_line *line,
			      struct dmactl_chan *chan,
			      const struct dmactl_chan_request *arg)
{
	if (!dmactl_chan_allowed(line->full) && !dmactl_chan_allowed(chan->name))
		return -EPERM;
	/* Its address is the program's to say: any place behind RapidIO. */
	chan->caps &= ~DMACTL_CAP_RIO_SG;
	if (arg->caps & ~chan->caps)
		return -EOPNOTSUPP;
	if (!line->directions)
		return 0;
	if (!chan->directions)
		chan->directions = line->directions;
	chan->directions &= line->directions;
	return chan->directions ? 0 : -EOPNOTSUPP;
}

/*
 * A port that says nothing is for channels that know their peripheral by
 * themselves. What the last client left there is cleared all the same, as far
 * as the provider lets us.
 */
static int dmactl_line_configure(const struct dmactl_line *line,
				 struct dmactl_chan *chan)
{
	int ret;

	guard(rwsem_write)(&chan->rwsem);
	ret = dmactl_config_apply(chan, &line->fixed, NULL);
	return line->described ? ret : 0;
}

/* A session may still have what is left of one whose controller went. */
static bool dmactl_line_is_busy(const struct dmactl_line *line)
{
	struct dmactl_chan *chan = line->chan;

	lockdep_assert_held(&line->port->lock);
	if (!chan)
		return false;
	guard(rwsem_read)(&chan->rwsem);
	return chan->dma;
}

static int dmactl_line_request(struct dmactl_line *line,
			       struct dmactl_chan *chan,
			       const struct dmactl_chan_request *arg,
			       struct device **dev)
{
	struct dmactl_port *port = line->port;
	int ret;

	/*
	 * dmaengine links the channel to the port's device, so it must have
	 * been given back before the device goes: dmactl_port_lose() comes
	 * before this, or finds the channel.
	 */
	guard(mutex)(&port->lock);
	if (port->gone)
		return -ENOENT;
	if (dmactl_line_is_busy(line))
		return -EBUSY;
	ret = dmactl_chan_request_tied(chan, port->dev, line->name, line->full);
	/* No controller yet, or somebody else has the channel. */
	if (ret)
		return ret == -EPROBE_DEFER ? -ENODEV : ret;
	*dev = get_device(chan->dma->device->dev);
	ret = dmactl_line_narrow(line, chan, arg);
	if (!ret)
		ret = dmactl_line_configure(line, chan);
	if (ret) {
		dmactl_chan_release(chan);
		put_device(*dev);
		return ret;
	}
	chan->line = line;
	WRITE_ONCE(line->chan, chan);
	return 0;
}

/*
 * Gets the channel that the port names. From here on it may be stopped and
 * given back at any time. @dev is that of the DMA controller, for put_device().
 */
int dmactl_port_request(struct dmactl_chan *chan,
			const struct dmactl_chan_request *arg,
			struct device **dev)
{
	struct dmactl_line *line = dmactl_line_get(arg->name);
	int ret;

	if (IS_ERR(line))
		return PTR_ERR(line);
	ret = dmactl_line_request(line, chan, arg, dev);
	if (ret)
		dmactl_port_put(line->port);
	return ret;
}

/* After dmactl_chan_release(); of a channel without a port, nothing. */
void dmactl_port_detach(struct dmactl_chan *chan)
{
	struct dmactl_line *line = chan->line;

	if (!line)
		return;
	scoped_guard(mutex, &line->port->lock) {
		if (line->chan == chan)
			WRITE_ONCE(line->chan, NULL);
	}
	chan->line = NULL;
	dmactl_port_put(line->port);
}

static bool dmactl_is_fixed(u64 wanted, u64 fixed)
{
	return wanted && wanted != fixed;
}

/*
 * CHAN_CONFIG on a port: what it fixes cannot be changed by anybody; 0 stands
 * for what it is. Left to the program are the direction, among those of the
 * port, and the bursts that the port does not fix: they reach no further.
 */
int dmactl_port_config(const struct dmactl_chan *chan,
		       struct dmactl_chan_config *arg)
{
	struct dmactl_chan_config config = chan->line->fixed;

	if (dmactl_is_fixed(arg->src_addr, config.src_addr) ||
	    dmactl_is_fixed(arg->dst_addr, config.dst_addr) ||
	    dmactl_is_fixed(arg->src_addr_width, config.src_addr_width) ||
	    dmactl_is_fixed(arg->dst_addr_width, config.dst_addr_width) ||
	    dmactl_is_fixed(arg->src_port_window_size,
			    config.src_port_window_size) ||
	    dmactl_is_fixed(arg->dst_port_window_size,
			    config.dst_port_window_size) ||
	    dmactl_is_fixed(arg->device_fc, config.device_fc) ||
	    arg->peripheral_size)
		return -EPERM;
	if (config.src_maxburst &&
	    dmactl_is_fixed(arg->src_maxburst, config.src_maxburst))
		return -EPERM;
	if (config.dst_maxburst &&
	    dmactl_is_fixed(arg->dst_maxburst, config.dst_maxburst))
		return -EPERM;
	if (chan->line->directions && (arg->direction & ~chan->line->directions))
		return -EPERM;
	config.size = arg->size;
	config.chan = arg->chan;
	config.direction = arg->direction ?: config.direction;
	config.src_maxburst = arg->src_maxburst ?: config.src_maxburst;
	config.dst_maxburst = arg->dst_maxburst ?: config.dst_maxburst;
	*arg = config;
	return 0;
}

/* Called with device_lock() of the port held; no new request comes after. */
static void dmactl_port_lose(struct dmactl_port *port)
{
	unsigned int i;

	guard(mutex)(&port->lock);
	port->gone = true;
	for (i = 0; i < port->nr_lines; i++) {
		struct dmactl_chan *chan = port->lines[i].chan;

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

	port = kzalloc(struct_size(port, lines, nr), GFP_KERNEL);
	if (!port)
		return NULL;
	kref_init(&port->ref);
	mutex_init(&port->lock);
	port->dev = get_device(dev);
	port->nr_lines = nr;
	port->names = kcalloc(nr, sizeof(*port->names), GFP_KERNEL);
	port->groups = kcalloc(nr + 1, sizeof(*port->groups), GFP_KERNEL);
	if (port->names && port->groups)
		return port;
	dmactl_port_put(port);
	return NULL;
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
	if (nr < 1 || nr > DMACTL_MAX_LINES)
		return dev_err_probe(dev, -EINVAL,
				     "dma-names: not 1 to %d names\n",
				     DMACTL_MAX_LINES);
	port = dmactl_port_new(dev, nr);
	if (!port)
		return -ENOMEM;
	ret = dmactl_port_read(port);
	if (!ret)
		ret = dmactl_port_publish(port);
	if (ret) {
		dmactl_port_put(port);
		return ret;
	}
	/* Not .remove: its type differs between kernels. */
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

int dmactl_port_init(void)
{
	int ret;

	ret = dmactl_port_class_register();
	if (ret)
		return ret;
	ret = platform_driver_register(&dmactl_port_driver);
	if (ret)
		dmactl_port_class_unregister();
	return ret;
}

void dmactl_port_exit(void)
{
	platform_driver_unregister(&dmactl_port_driver);
	dmactl_port_class_unregister();
}
