// SPDX-License-Identifier: MIT
/* dmactl info CHAN: prints everything about one channel. */
#include "dev/device.h"
#include "dev/holder.h"
#include "dev/memory.h"
#include "dev/name.h"
#include "dev/port.h"
#include "out/print.h"
#include "out/units.h"
#include "out/values.h"
#include "verb/command.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct info_args {
	struct cli *cli;
	const char *chan;
};

static error_t parse_info(int key, char *arg, struct argp_state *state)
{
	struct info_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		return argument_of_one(state, arg, &args->chan);
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which channel? `dmactl list' shows them all");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp info_argp = {
	.parser = parse_info,
	.args_doc = "CHAN",
	.doc = "Prints what the channel CHAN (by its name, a slave name or a port) can do, its "
	       "limits, and how its device reaches memory."
	       "\vExamples:\n  dmactl info dma0chan0\n  dmactl info --json dma0chan0\n  dmactl "
	       "info fir:tx\n",
};

/* Gets the base name of the target of a link in the channel's sysfs directory. */
static bool link_name(const char *chan, const char *link, char *name, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base;

	snprintf(path, sizeof(path), "/sys/class/dma/%s/%s", chan, link);
	if (!realpath(path, target))
		return false;
	base = strrchr(target, '/') + 1;
	return (size_t)snprintf(name, size, "%s", base) < size;
}

static void print_sysfs(struct printer *printer, const struct dmauser_chan_desc *desc)
{
	char path[PATH_MAX], link[PATH_MAX], group[NAME_MAX + 1];

	print_string(printer, "name", "Channel", desc->name);
	print_string(printer, "device", "Device", desc->device);
	print_string(printer, "driver", "Driver", desc->driver);
	snprintf(link, sizeof(link), "/sys/class/dma/%s/device", desc->name);
	if (realpath(link, path))
		print_string(printer, "sysfs", "Device in sysfs", path);
	else
		print_null(printer, "sysfs", NULL, NULL);
	if (link_name(desc->name, "device/iommu_group", group, sizeof(group)))
		print_string(printer, "iommu_group", "IOMMU group", group);
	else
		print_null(printer, "iommu_group", NULL, NULL);
	print_signed(printer, "clients", "Clients", desc->in_use);
	print_unsigned(printer, "memcpy_count", "Transfers counted", desc->memcpy_count, UNIT_NONE);
	print_unsigned(printer, "bytes_transferred", "Bytes counted", desc->bytes_transferred,
		       UNIT_BYTES);
}

static void print_widths(struct printer *printer, const char *key, const char *label,
			 uint64_t widths)
{
	char texts[64][4];
	const char *names[65];
	unsigned int used = 0;

	for (unsigned int i = 0; i < 64; i++) {
		/* Widths above 61 have no bit of their own: bit 62 means 64, bit 63 means 128. */
		unsigned int width = i == 62 ? 64 : i == 63 ? 128 : i;

		if (!(widths >> i & 1))
			continue;
		snprintf(texts[used], sizeof(texts[used]), "%u", width);
		names[used] = texts[used];
		used++;
	}
	names[used] = NULL;
	print_names(printer, key, label, names);
}

static void print_directions(struct printer *printer, uint32_t directions)
{
	static const char *const all[] = {"mem-to-mem", "mem-to-dev", "dev-to-mem", "dev-to-dev"};
	const char *names[5];
	unsigned int used = 0;

	for (unsigned int i = 0; i < 4; i++) {
		if (directions >> i & 1)
			names[used++] = all[i];
	}
	names[used] = NULL;
	print_names(printer, "directions", "Directions", names);
}

/* Uses the kernel's own answer if there is one, else compares the DMA mask with the memory. */
static enum bounce find_bounce(const struct dmactl_chan_caps *caps, bool known, uint64_t top)
{
	bool iommu = caps->caps & DMACTL_CAP_IOMMU;

	if (caps->caps & DMACTL_CAP_ADDRESSING_LIMITED && !iommu)
		return BOUNCE_YES;
	return memory_bounce(caps->dma_mask, iommu, known, top);
}

static void print_bounce(struct printer *printer, const struct dmactl_chan_caps *caps)
{
	uint64_t top = 0;
	bool known = memory_top(&top);
	char text[128];

	switch (find_bounce(caps, known, top)) {
	case BOUNCE_IOMMU:
		print_string(printer, NULL, "SWIOTLB bouncing", "no, an IOMMU translates");
		print_bool(printer, "bounces", NULL, false);
		break;
	case BOUNCE_NO:
		print_bool(printer, "bounces", "SWIOTLB bouncing", false);
		break;
	case BOUNCE_YES:
		snprintf(text, sizeof(text),
			 "yes, memory above 0x%" PRIx64 " is copied through SWIOTLB",
			 (uint64_t)caps->dma_mask);
		print_string(printer, NULL, "SWIOTLB bouncing", text);
		print_bool(printer, "bounces", NULL, true);
		break;
	case BOUNCE_UNKNOWN:
		print_null(printer, "bounces", "SWIOTLB bouncing",
			   "unknown, only root sees where memory ends");
		break;
	}
	if (known)
		print_unsigned(printer, "memory_top", NULL, top, UNIT_MASK);
	else
		print_null(printer, "memory_top", NULL, NULL);
}

static const char *residue_name(uint32_t granularity)
{
	switch (granularity) {
	case DMACTL_RESIDUE_DESCRIPTOR:
		return "descriptor";
	case DMACTL_RESIDUE_SEGMENT:
		return "segment";
	case DMACTL_RESIDUE_BURST:
		return "burst";
	default:
		return "unknown";
	}
}

/* A burst is counted in accesses of the address width, not in bytes. */
static void print_burst(struct printer *printer, const char *key, const char *label, uint32_t burst)
{
	char text[32];

	print_unsigned(printer, key, NULL, burst, UNIT_NONE);
	snprintf(text, sizeof(text), "%u accesses", burst);
	print_string(printer, NULL, label, burst ? text : "not declared");
}

/* Prints the operations of the channel, named after the functions of the library. */
static void print_operations(struct printer *printer, const struct dmactl_chan_caps *caps)
{
	static const struct {
		uint64_t any; /* one of these capabilities is enough */
		const char *name;
	} all[] = {
		{DMACTL_CAP_MEMCPY, "memcpy"},
		{DMACTL_CAP_MEMCPY, "sg"},
		{DMACTL_CAP_MEMSET, "memset"},
		{DMACTL_CAP_MEMSET_SG | DMACTL_CAP_MEMSET, "memset_sg"},
		{DMACTL_CAP_XOR, "xor"},
		{DMACTL_CAP_XOR_VAL, "xor_val"},
		{DMACTL_CAP_PQ, "pq"},
		{DMACTL_CAP_PQ_VAL, "pq_val"},
		{DMACTL_CAP_SLAVE, "slave_sg"},
		{DMACTL_CAP_SLAVE, "slave_single"},
		{DMACTL_CAP_PERIPHERAL_VEC, "peripheral_vec"},
		{DMACTL_CAP_CYCLIC | DMACTL_CAP_CYCLIC_QUEUE, "cyclic"},
		{DMACTL_CAP_INTERLEAVE, "interleaved"},
		{DMACTL_CAP_RIO_SG, "rio_sg"},
		{DMACTL_CAP_IMM_DATA, "imm_data"},
		{DMACTL_CAP_INTERRUPT, "interrupt"},
	};
	const char *names[sizeof(all) / sizeof(all[0]) + 1];
	unsigned int used = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (caps->caps & all[i].any)
			names[used++] = all[i].name;
	}
	names[used] = NULL;
	print_names(printer, "operations", "Operations", names);
}

static void print_extras(struct printer *printer, uint64_t caps)
{
	const char *modes[3] = {NULL};
	unsigned int used = 0;

	if (caps & DMACTL_CAP_METADATA_CLIENT)
		modes[used++] = "client";
	if (caps & DMACTL_CAP_METADATA_ENGINE)
		modes[used++] = "engine";
	print_names(printer, "metadata_modes", "Metadata", modes);
	print_bool(printer, "reuse", "Reusable descriptors", caps & DMACTL_CAP_REUSE);
	print_bool(printer, "repeat", "Repeats (REPEAT)", caps & DMACTL_CAP_REPEAT);
	print_bool(printer, "load_eot", "Taken over (LOAD_EOT)", caps & DMACTL_CAP_LOAD_EOT);
	print_bool(printer, "cache_coherent", "Sees the CPU's caches",
		   caps & DMACTL_CAP_CACHE_COHERENT);
}

/* Prints the most that dmactl asks the provider for, and where this bound comes from. */
static void print_bound(struct printer *printer, const char *name, const char *label,
			uint64_t value, bool bytes, const char *from)
{
	char text[UNITS_TEXT + 32], size[UNITS_TEXT];

	print_unsigned(printer, name, NULL, value, UNIT_NONE);
	if (bytes)
		format_size(size, value);
	else
		snprintf(size, sizeof(size), "%" PRIu64, value);
	snprintf(text, sizeof(text), "%s (%s)", size, from);
	print_string(printer, NULL, label, text);
}

static void print_bounds(struct printer *printer, const struct dmactl_chan_caps *caps)
{
	static const char *const from[] = {"not declared: dmactl's", "dmactl.bounds"};
	uint32_t flags = caps->bound_flags;

	/* Older modules report no bounds. */
	if (!caps->bound_segment)
		return;
	print_bound(printer, "bound_segment", "Asked for, bytes in a piece", caps->bound_segment,
		    true,
		    flags & DMACTL_BOUND_SEGMENT_SET	    ? from[1]
		    : flags & DMACTL_BOUND_SEGMENT_DECLARED ? "declared"
							    : from[0]);
	print_bound(printer, "bound_entries", "Asked for, pieces at once", caps->bound_entries,
		    false, from[!!(flags & DMACTL_BOUND_ENTRIES_SET)]);
	print_bound(printer, "bound_frames", "Asked for, frames at once", caps->bound_frames, false,
		    from[!!(flags & DMACTL_BOUND_FRAMES_SET)]);
	print_bound(printer, "bound_periods", "Asked for, periods in a ring", caps->bound_periods,
		    false, from[!!(flags & DMACTL_BOUND_PERIODS_SET)]);
	if (caps->bound_outstanding)
		print_bound(printer, "bound_outstanding", "Asked for, pieces in all",
			    caps->bound_outstanding, false,
			    from[!!(flags & DMACTL_BOUND_OUTSTANDING_SET)]);
	if (caps->bound_descriptors)
		print_bound(printer, "bound_descriptors", "Asked for, descriptors at once",
			    caps->bound_descriptors, false,
			    flags & DMACTL_BOUND_DESCRIPTORS_SET ? "dmactl.bounds, or the port"
								 : from[0]);
}

static void print_limits(struct printer *printer, const struct dmactl_chan_caps *caps)
{
	print_unsigned(printer, "copy_align", "Copy alignment", caps->copy_align, UNIT_ALIGN);
	print_unsigned(printer, "fill_align", "Fill alignment", caps->fill_align, UNIT_ALIGN);
	print_unsigned(printer, "xor_align", "XOR alignment", caps->xor_align, UNIT_ALIGN);
	print_unsigned(printer, "pq_align", "PQ alignment", caps->pq_align, UNIT_ALIGN);
	print_unsigned(printer, "max_xor", "XOR sources", caps->max_xor, UNIT_NONE);
	print_unsigned(printer, "max_pq", "PQ sources", caps->max_pq, UNIT_NONE);
	print_unsigned(printer, "max_segment", "Largest segment", caps->max_segment,
		       UNIT_BYTES_OR_NONE);
	print_bounds(printer, caps);
	print_burst(printer, "min_burst", "Smallest burst", caps->min_burst);
	print_burst(printer, "max_burst", "Largest burst", caps->max_burst);
	print_unsigned(printer, "max_sg_burst", caps->max_sg_burst ? "Segments in a burst" : NULL,
		       caps->max_sg_burst, UNIT_NONE);
	if (!caps->max_sg_burst)
		print_string(printer, NULL, "Segments in a burst", "no limit");
}

static void print_caps(struct printer *printer, const struct dmactl_chan_caps *caps,
		       unsigned int depth)
{
	const char *names[CAP_NAMES];

	cap_names(caps->caps, names);
	print_bool(printer, "offered", "Offered to everybody", caps->caps & DMACTL_CAP_OFFERED);
	print_names(printer, "capabilities", "Capabilities", names);
	print_operations(printer, caps);
	print_directions(printer, caps->directions);
	print_widths(printer, "src_addr_widths", "Register widths, read", caps->src_addr_widths);
	print_widths(printer, "dst_addr_widths", "Register widths, write", caps->dst_addr_widths);
	print_limits(printer, caps);
	print_extras(printer, caps->caps);
	print_string(printer, "residue_granularity", "Residue counted per",
		     residue_name(caps->residue_granularity));
	print_unsigned(printer, "default_depth", "Default depth", depth, UNIT_NONE);
	print_unsigned(printer, "dma_mask", "DMA mask", caps->dma_mask, UNIT_MASK);
	print_unsigned(printer, "coherent_dma_mask", "Coherent DMA mask", caps->coherent_dma_mask,
		       UNIT_MASK);
	print_bool(printer, "iommu", "Behind an IOMMU", caps->caps & DMACTL_CAP_IOMMU);
	print_bounce(printer, caps);
	if (caps->numa_node >= 0)
		print_signed(printer, "numa_node", "NUMA node", caps->numa_node);
	else
		print_null(printer, "numa_node", "NUMA node", "unknown");
}

/*
 * A port restricts the capabilities of its channel. To read the restricted
 * ones, request the channel for a moment if it is free.
 */
static int get_caps(struct cli *cli, struct dmauser_session *session, const char *name,
		    const char *port, struct dmactl_chan_caps *caps, unsigned int *depth)
{
	struct dmauser_chan *chan = NULL;
	int err;

	if (port && dmauser_chan_request_port(session, port, 0, &chan) == 0) {
		*caps = *dmauser_chan_caps(chan);
		*depth = dmauser_chan_depth(chan);
		dmauser_chan_destroy(chan);
		return 0;
	}
	err = dmauser_chan_look(session, name, caps, depth);
	if (err == -EBUSY)
		cli_error(cli,
			  "%s: a driver in the kernel has this channel; its capabilities are "
			  "not known",
			  name);
	else if (err)
		cli_error(cli, "%s: its capabilities are not known: %s", name,
			  err == -EOPNOTSUPP ? "the module is too old to tell"
					     : dmauser_strerror(err));
	return err;
}

/* Prints a port whose channel is not available. */
static int print_port(struct cli *cli, const char *port)
{
	struct printer *printer = printer_new(cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	port_print(printer, port);
	print_close(printer);
	printer_end(printer);
	cli_error(cli,
		  "%s: the port's DMA controller is not there, or its channel cannot be had now",
		  port);
	return CLI_FAILED;
}

static int print_info(struct cli *cli, const struct dmauser_chan_desc *desc, const char *port)
{
	struct dmauser_session *session;
	struct dmactl_chan_caps caps;
	struct printer *printer;
	unsigned int depth;
	int err;

	err = device_open(cli, port, &session);
	if (!err) {
		err = get_caps(cli, session, desc->name, port, &caps, &depth);
		dmauser_close(session);
	}
	/*
	 * Without capabilities, still print the facts from sysfs; the exit
	 * status shows the error.
	 */
	printer = printer_new(cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_sysfs(printer, desc);
	if (port)
		port_print(printer, port);
	if (err) {
		print_null(printer, "capabilities", "Capabilities", "not known, see the message");
	} else {
		print_caps(printer, &caps, depth);
	}
	print_close(printer);
	return printer_end(printer) || err ? CLI_FAILED : CLI_OK;
}

static int run_info(struct cli *cli, int argc, char **argv)
{
	struct info_args args = {.cli = cli};
	const struct dmauser_chan_desc *desc;
	struct dmauser_chan_list *list;
	char name[DMACTL_NAME_LEN], full[DMACTL_NAME_LEN];
	const char *port = NULL;
	int err, status = CLI_FAILED;

	cli_parse(&info_argp, argc, argv, 0, &args);
	if (port_resolve(args.chan, 0, full))
		port = full;
	err = name_to_chan(args.chan, name);
	if (!err)
		args.chan = name;
	else if (port)
		return print_port(cli, port);
	if (err == -EPERM || err == -EBUSY) {
		name_untold(cli, args.chan, err);
		return CLI_FAILED;
	}
	err = dmauser_discover(&list);
	if (err) {
		cli_error(cli, "/sys/class/dma: %s", strerror(-err));
		return CLI_FAILED;
	}
	desc = device_find(list, args.chan);
	if (desc)
		status = print_info(cli, desc, port);
	else
		name_unknown(cli, args.chan);
	dmauser_chan_list_free(list);
	return status;
}

const struct command cmd_info = {
	.name = "info",
	.summary = "print everything about one channel",
	.argp = &info_argp,
	.run = run_info,
};
