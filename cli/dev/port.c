// SPDX-License-Identifier: MIT
#include "dev/port.h"
#include "dev/use.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_DIRECTIONS 3

/* name may be PORT:CHANNEL or only PORT. */
static bool matches(const struct dmauser_port_desc *desc, const char *name, uint32_t direction)
{
	if (strcmp(desc->name, name) == 0)
		return true;
	return strcmp(desc->port, name) == 0 && (!direction || desc->directions & direction);
}

/* Returns NULL if there is none or more than one. */
static const struct dmauser_port_desc *find(const struct dmauser_port_list *list, const char *name,
					    uint32_t direction)
{
	const struct dmauser_port_desc *found = NULL;

	for (size_t i = 0; i < dmauser_port_list_count(list); i++) {
		const struct dmauser_port_desc *desc = dmauser_port_list_get(list, i);

		if (!matches(desc, name, direction))
			continue;
		if (found)
			return NULL;
		found = desc;
	}
	return found;
}

bool port_resolve(const char *name, uint32_t direction, char full[DMACTL_NAME_LEN])
{
	const struct dmauser_port_desc *desc;
	struct dmauser_port_list *list;
	bool found;

	if (dmauser_discover_ports(&list))
		return false;
	desc = find(list, name, direction);
	found = desc && (size_t)snprintf(full, DMACTL_NAME_LEN, "%s", desc->name) < DMACTL_NAME_LEN;
	dmauser_port_list_free(list);
	return found;
}

bool port_exists(const char *name)
{
	char path[PATH_MAX];
	int length = (int)strcspn(name, ":");

	if (!length || name[0] == '.' || memchr(name, '/', (size_t)length))
		return false;
	return (size_t)snprintf(path, sizeof(path), "/sys/class/dmactl/%.*s", length, name) <
		       sizeof(path) &&
	       access(path, F_OK) == 0;
}

bool port_to_chan(const char *name, char *chan, size_t size)
{
	char full[DMACTL_NAME_LEN], path[PATH_MAX], target[PATH_MAX];
	const char *colon, *base;

	if (!port_resolve(name, 0, full))
		return false;
	colon = strchr(full, ':');
	/* dma_request_chan() links the channel into the directory of the port's device. */
	snprintf(path, sizeof(path), "/sys/class/dmactl/%.*s/device/dma:%s", (int)(colon - full),
		 full, colon + 1);
	if (!realpath(path, target))
		return false;
	base = strrchr(target, '/') + 1;
	return (size_t)snprintf(chan, size, "%s", base) < size;
}

/* Fills names; the last one is NULL. */
static void direction_names(uint32_t directions, const char *names[MOST_DIRECTIONS])
{
	unsigned int used = 0;

	if (directions & DMACTL_DIR_MEM_TO_DEV)
		names[used++] = "mem-to-dev";
	if (directions & DMACTL_DIR_DEV_TO_MEM)
		names[used++] = "dev-to-mem";
	names[used] = NULL;
}

static void print_number(struct printer *printer, const char *key, const char *label,
			 uint32_t number, enum unit unit)
{
	if (number)
		print_unsigned(printer, key, label, number, unit);
	else
		print_null(printer, key, label, "any");
}

/* The labels of the columns of a table, or of the lines about one port. */
struct labels {
	const char *name, *device, *in_use, *held_by, *directions;
	const char *src_width, *dst_width, *src_burst, *dst_burst;
};

static void print_facts(struct printer *printer, const struct dmauser_port_desc *desc,
			const struct labels *labels, const struct use *use)
{
	const char *names[MOST_DIRECTIONS];

	print_string(printer, "name", labels->name, desc->name);
	print_string(printer, "port_name", NULL, desc->port);
	print_string(printer, "port_channel", NULL, desc->channel);
	print_string(printer, "port_device", labels->device, desc->device);
	print_bool(printer, "in_use", labels->in_use, desc->in_use);
	use_print_holder(printer, labels->held_by, use, 0);
	direction_names(desc->directions, names);
	print_names(printer, "directions", labels->directions, names);
	print_number(printer, "src_addr_width", labels->src_width, desc->src_addr_width,
		     UNIT_BYTES);
	print_number(printer, "dst_addr_width", labels->dst_width, desc->dst_addr_width,
		     UNIT_BYTES);
	print_number(printer, "src_maxburst", labels->src_burst, desc->src_maxburst, UNIT_NONE);
	print_number(printer, "dst_maxburst", labels->dst_burst, desc->dst_maxburst, UNIT_NONE);
}

void port_print_table(struct printer *printer, const struct dmauser_port_list *list,
		      const struct use_list *uses)
{
	static const struct labels labels = {
		"NAME",	      "DEVICE",	     "IN USE",	   "HELD BY",	  "DIRECTIONS",
		"READ WIDTH", "WRITE WIDTH", "READ BURST", "WRITE BURST",
	};

	for (size_t i = 0; i < dmauser_port_list_count(list); i++) {
		const struct dmauser_port_desc *desc = dmauser_port_list_get(list, i);

		print_open(printer, GROUP_OBJECT, NULL, NULL);
		print_facts(printer, desc, &labels, use_find_slave(uses, desc->name));
		print_close(printer);
	}
}

void port_print(struct printer *printer, const char *full)
{
	static const struct labels labels = {
		"Name",	      "Device",	     "In use",	   "Held by",	  "Directions",
		"Read width", "Write width", "Read burst", "Write burst",
	};
	const struct dmauser_port_desc *desc;
	struct dmauser_port_list *list;
	struct use_list uses;

	if (dmauser_discover_ports(&list))
		return;
	desc = find(list, full, 0);
	if (desc && use_read(&uses) == 0) {
		print_open(printer, GROUP_OBJECT, "port", "Port");
		print_facts(printer, desc, &labels, use_find_slave(&uses, desc->name));
		print_close(printer);
		use_free(&uses);
	}
	dmauser_port_list_free(list);
}
