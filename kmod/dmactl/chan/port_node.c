// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware node of a port: properties from the device tree, ACPI or a
 * software node. docs/bindings/dmactl,port.yaml describes them.
 */

#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/log2.h>
#include <linux/property.h>
#include <linux/string.h>

#include "chan/port.h"

/* The node of a channel overrides the node of the port, which holds for all. */
struct dmactl_nodes {
	struct device *dev;		/* for messages */
	struct fwnode_handle *nodes[2];
};

static struct fwnode_handle *dmactl_node_with(const struct dmactl_nodes *n,
					      const char *property)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(n->nodes); i++)
		if (n->nodes[i] && fwnode_property_present(n->nodes[i], property))
			return n->nodes[i];
	return NULL;
}

static int dmactl_node_u32(const struct dmactl_nodes *n, const char *property,
			   u32 *value)
{
	struct fwnode_handle *node = dmactl_node_with(n, property);
	int ret;

	if (!node)
		return 0;
	ret = fwnode_property_read_u32(node, property, value);
	return ret ? dev_err_probe(n->dev, ret, "%s: not a number\n", property) :
		     0;
}

static int dmactl_node_u64(const struct dmactl_nodes *n, const char *property,
			   u64 *value)
{
	struct fwnode_handle *node = dmactl_node_with(n, property);
	int ret;

	if (!node)
		return 0;
	ret = fwnode_property_read_u64(node, property, value);
	return ret ? dev_err_probe(n->dev, ret,
				   "%s: not a number of 64 bits\n", property) :
		     0;
}

static int dmactl_node_directions(const struct dmactl_nodes *n,
				  u32 *directions)
{
	static const char property[] = "dmactl,directions";
	struct fwnode_handle *node = dmactl_node_with(n, property);
	const char *words[2];
	int i, nr;

	if (!node)
		return 0;
	nr = fwnode_property_string_array_count(node, property);
	if (nr > 0 && nr <= ARRAY_SIZE(words))
		nr = fwnode_property_read_string_array(node, property, words,
						       nr);
	else
		nr = -EINVAL;
	for (i = 0; i < nr; i++) {
		if (!strcmp(words[i], "mem-to-dev"))
			*directions |= DMACTL_DIR_MEM_TO_DEV;
		else if (!strcmp(words[i], "dev-to-mem"))
			*directions |= DMACTL_DIR_DEV_TO_MEM;
		else
			nr = -EINVAL;
	}
	return nr < 0 ? dev_err_probe(n->dev, nr,
				      "%s: not mem-to-dev, dev-to-mem or both\n",
				      property) : 0;
}

static int dmactl_port_chan_numbers(struct dmactl_port_chan *pchan,
				    const struct dmactl_nodes *n)
{
	struct dmactl_chan_config *fixed = &pchan->fixed;
	const struct {
		const char *property;
		u32 *value;
	} numbers[] = {
		{ "dmactl,src-addr-width", &fixed->src_addr_width },
		{ "dmactl,dst-addr-width", &fixed->dst_addr_width },
		{ "dmactl,src-maxburst", &fixed->src_maxburst },
		{ "dmactl,dst-maxburst", &fixed->dst_maxburst },
		{ "dmactl,src-port-window-size", &fixed->src_port_window_size },
		{ "dmactl,dst-port-window-size", &fixed->dst_port_window_size },
		{ "dmactl,max-descriptors", &pchan->descriptors },
		{ "dmactl,max-entries", &pchan->entries },
	};
	u64 src = 0, dst = 0;
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		ret = dmactl_node_u32(n, numbers[i].property, numbers[i].value);
		if (ret)
			return ret;
	}
	ret = dmactl_node_u64(n, "dmactl,src-addr", &src);
	if (!ret)
		ret = dmactl_node_u64(n, "dmactl,dst-addr", &dst);
	fixed->src_addr = src;
	fixed->dst_addr = dst;
	fixed->device_fc = !!dmactl_node_with(n, "dmactl,device-fc");
	pchan->commands = !!dmactl_node_with(n, "dmactl,commands");
	return ret;
}

/* An address needs a width, which limits how far an access reaches. */
static int dmactl_port_chan_check(const struct dmactl_port_chan *pchan,
				  const struct dmactl_nodes *n, bool src, bool dst)
{
	const struct dmactl_chan_config *fixed = &pchan->fixed;

	if ((src && !fixed->src_addr_width) || (dst && !fixed->dst_addr_width))
		return dev_err_probe(n->dev, -EINVAL,
				     "%s: an address without its width\n",
				     pchan->name);
	if ((phys_addr_t)fixed->src_addr != fixed->src_addr ||
	    (phys_addr_t)fixed->dst_addr != fixed->dst_addr)
		return dev_err_probe(n->dev, -EINVAL,
				     "%s: an address beyond the bus\n",
				     pchan->name);
	return 0;
}

static int dmactl_port_chan_parse(struct dmactl_port_chan *pchan,
				  const struct dmactl_nodes *n)
{
	bool src = dmactl_node_with(n, "dmactl,src-addr");
	bool dst = dmactl_node_with(n, "dmactl,dst-addr");
	struct dmactl_chan_config *fixed = &pchan->fixed;
	int ret;

	ret = dmactl_port_chan_numbers(pchan, n);
	if (!ret)
		ret = dmactl_port_chan_check(pchan, n, src, dst);
	if (!ret)
		ret = dmactl_node_directions(n, &pchan->directions);
	if (ret)
		return ret;
	/* The addresses imply the directions. */
	if (!pchan->directions)
		pchan->directions = (src ? DMACTL_DIR_DEV_TO_MEM : 0) |
				   (dst ? DMACTL_DIR_MEM_TO_DEV : 0);
	pchan->described = src || dst || memchr_inv(fixed, 0, sizeof(*fixed));
	if (is_power_of_2(pchan->directions))
		fixed->direction = pchan->directions;
	return 0;
}

static int dmactl_port_chan_read(struct dmactl_port_chan *pchan)
{
	struct device *dev = pchan->port->dev;
	struct dmactl_nodes n = { .dev = dev };
	char name[DMACTL_NAME_LEN + 8];
	int ret;

	snprintf(name, sizeof(name), "channel-%s", pchan->name);
	n.nodes[0] = device_get_named_child_node(dev, name);
	n.nodes[1] = dev_fwnode(dev);
	ret = dmactl_port_chan_parse(pchan, &n);
	fwnode_handle_put(n.nodes[0]);
	return ret;
}

/* The name becomes a part of other names. */
static bool dmactl_port_name_ok(const char *name)
{
	const char *at;

	for (at = name; *at; at++)
		if (!isascii(*at) || !isgraph(*at) || *at == ':' || *at == '/')
			return false;
	return name[0] && name[0] != '.';
}

static int dmactl_port_read_name(struct dmactl_port *port)
{
	const char *label;
	int len = -EINVAL;

	if (!device_property_present(port->dev, "label"))
		len = snprintf(port->name, sizeof(port->name), "%pfwP",
			       dev_fwnode(port->dev));
	else if (device_property_read_string_array(port->dev, "label", &label,
						   1) == 1)
		len = strscpy(port->name, label, sizeof(port->name));
	if (len < 0 || len >= sizeof(port->name) ||
	    !dmactl_port_name_ok(port->name))
		return dev_err_probe(port->dev, -EINVAL,
				     "label: cannot be a port's name\n");
	return 0;
}

static int dmactl_port_read_chan(struct dmactl_port *port, unsigned int i)
{
	struct dmactl_port_chan *pchan = &port->pchans[i];
	int len, other;

	pchan->port = port;
	pchan->name = port->names[i];
	len = snprintf(pchan->full, sizeof(pchan->full), "%s:%s", port->name,
		       pchan->name);
	if (len >= sizeof(pchan->full) || !dmactl_port_name_ok(pchan->name))
		return dev_err_probe(port->dev, -EINVAL,
				     "dma-names: cannot be a channel's name\n");
	for (other = 0; other < i; other++)
		if (!strcmp(port->names[other], pchan->name))
			return dev_err_probe(port->dev, -EINVAL,
					     "dma-names: %s is there twice\n",
					     pchan->name);
	return dmactl_port_chan_read(pchan);
}

/* Fills a port whose number of channels is known. */
int dmactl_port_read(struct dmactl_port *port)
{
	unsigned int i;
	int ret;

	ret = device_property_read_string_array(port->dev, "dma-names",
						port->names, port->nr_pchans);
	if (ret != port->nr_pchans)
		return ret < 0 ? ret : -EINVAL;
	ret = dmactl_port_read_name(port);
	for (i = 0; !ret && i < port->nr_pchans; i++)
		ret = dmactl_port_read_chan(port, i);
	return ret;
}
