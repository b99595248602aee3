// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounds: the limits of what dmactl asks a provider for. If they are asked for
 * more than their hardware can do, some providers call BUG(), write past their
 * descriptors or cut off lengths, and few declare their limits
 * (docs/providers.md). So undeclared limits get a default here, which root can
 * raise per device.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/dma-mapping.h>
#include <linux/glob.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../compat.h"
#include "chan/bounds.h"
#include "core/chan.h"
#include "op/job.h"

#if !IS_ENABLED(CONFIG_GLOB)
#error "dmactl needs a kernel with CONFIG_GLOB, for names with wildcards in its parameters"
#endif

/*
 * Bytes in a chunk and in a gap. The sum of both fits in 16 bits (ti-edma,
 * xilinx_dma), and a gap fits in 16 bits with a sign (omap-dma). The number is
 * a multiple of every alignment.
 */
#define DMACTL_BOUND_CHUNK (SZ_32K - 256)

/*
 * Descriptors at a time. An interrupt for several makes xilinx_dma take all that it
 * has for done: with more than 24 of MCDMA, or 255 of CDMA, also those that are
 * still to come.
 */
#define DMACTL_BOUND_DESCRIPTORS	16
#define DMACTL_BOUND_COPIES		255

#define DMACTL_MAX_BOUNDS (SZ_4K - 2)

/* What root set for the devices whose names match. */
struct dmactl_bound {
	char device[DMACTL_NAME_LEN];
	struct dmactl_bounds set;	/* flags: which of them are set */
};

struct dmactl_bound_list {
	unsigned int nr;
	char *text;
	struct dmactl_bound bounds[];
};

static DEFINE_MUTEX(dmactl_bounds_lock);
static struct dmactl_bound_list *dmactl_bounds;	/* lock; NULL: none */

static const struct {
	const char *name;
	u32 flag;
	u64 max;
} dmactl_bound_keys[] = {
	{ "segment", DMACTL_BOUND_SEGMENT_SET, DMACTL_DESC_BYTES },
	{ "entries", DMACTL_BOUND_ENTRIES_SET, SZ_1M },
	{ "frames", DMACTL_BOUND_FRAMES_SET, U32_MAX },
	{ "periods", DMACTL_BOUND_PERIODS_SET, SZ_1M },
	{ "outstanding", DMACTL_BOUND_OUTSTANDING_SET, SZ_16M },
	{ "descriptors", DMACTL_BOUND_DESCRIPTORS_SET, SZ_16M },
};

static void dmactl_bound_take(struct dmactl_bounds *to,
			      const struct dmactl_bounds *from)
{
	if (from->flags & DMACTL_BOUND_SEGMENT_SET) {
		to->segment = from->segment;
		to->chunk = from->segment;
		to->total = DMACTL_DESC_BYTES;
	}
	if (from->flags & DMACTL_BOUND_ENTRIES_SET)
		to->entries = from->entries;
	if (from->flags & DMACTL_BOUND_FRAMES_SET)
		to->frames = from->frames;
	if (from->flags & DMACTL_BOUND_PERIODS_SET)
		to->periods = from->periods;
	if (from->flags & DMACTL_BOUND_OUTSTANDING_SET)
		to->outstanding = from->outstanding;
	if (from->flags & DMACTL_BOUND_DESCRIPTORS_SET)
		to->descriptors = from->descriptors;
	to->flags |= from->flags;
}

/* Parses "KEY=NUMBER". Changes the string. */
static int dmactl_bound_parse(char *word, struct dmactl_bounds *set)
{
	struct dmactl_bounds one = { };
	char *number = word, *end;
	const char *key;
	u64 value;
	int i;

	key = strsep(&number, "=");
	if (!number || !isdigit(*number))
		return -EINVAL;
	value = memparse(number, &end);
	for (i = 0; i < ARRAY_SIZE(dmactl_bound_keys); i++)
		if (!strcmp(key, dmactl_bound_keys[i].name))
			break;
	if (*end || i == ARRAY_SIZE(dmactl_bound_keys) || !value ||
	    value > dmactl_bound_keys[i].max)
		return -EINVAL;
	one.flags = dmactl_bound_keys[i].flag;
	one.segment = value;
	/* Only the value that the flag names is used. */
	one.entries = min_t(u64, value, U32_MAX);
	one.frames = one.entries;
	one.periods = one.entries;
	one.outstanding = one.entries;
	one.descriptors = one.entries;
	dmactl_bound_take(set, &one);
	return 0;
}

/*
 * Parses "DEVICE/KEY=NUMBER[/KEY=NUMBER...]". Changes the string. Names of
 * devices contain colons and dots, but no slash.
 */
static int dmactl_bound_parse_entry(char *entry, struct dmactl_bound *bound)
{
	const char *device = strsep(&entry, "/");
	char *word;
	int ret = 0;

	if (!*device || !entry ||
	    strscpy(bound->device, device, sizeof(bound->device)) < 0)
		return -EINVAL;
	while (!ret && (word = strsep(&entry, "/")))
		ret = dmactl_bound_parse(word, &bound->set);
	return ret;
}

static int dmactl_bounds_parse(struct dmactl_bound_list *list)
{
	char *copy, *at, *entry;
	int ret = 0;

	copy = kstrdup(list->text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	at = copy;
	while (!ret && *copy && (entry = strsep(&at, ","))) {
		ret = dmactl_bound_parse_entry(entry, &list->bounds[list->nr++]);
		if (ret)
			pr_err("bounds: not DEVICE/KEY=NUMBER[/KEY=NUMBER...] with segment, entries, frames, periods, outstanding or descriptors, at \"%s\"\n",
			       entry);
	}
	kfree(copy);
	return ret;
}

static void dmactl_bounds_drop(struct dmactl_bound_list *list)
{
	if (list)
		kfree(list->text);
	kvfree(list);
}

static struct dmactl_bound_list *dmactl_bounds_new(const char *val)
{
	size_t len = strcspn(val, "\n");
	struct dmactl_bound_list *list;
	unsigned int nr = 1;
	int ret = -ENOMEM;
	size_t i;

	if (len > DMACTL_MAX_BOUNDS)
		return ERR_PTR(-ENOSPC);
	for (i = 0; i < len; i++)
		nr += val[i] == ',';
	list = kvzalloc(struct_size(list, bounds, nr), GFP_KERNEL);
	if (!list)
		return ERR_PTR(-ENOMEM);
	list->text = kstrndup(val, len, GFP_KERNEL);
	if (list->text)
		ret = dmactl_bounds_parse(list);
	if (ret) {
		dmactl_bounds_drop(list);
		return ERR_PTR(ret);
	}
	return list;
}

static int dmactl_bounds_set(const char *val, const struct kernel_param *kp)
{
	struct dmactl_bound_list *list = dmactl_bounds_new(val);

	if (IS_ERR(list))
		return PTR_ERR(list);
	scoped_guard(mutex, &dmactl_bounds_lock)
		swap(list, dmactl_bounds);
	dmactl_bounds_drop(list);
	return 0;
}

static int dmactl_bounds_get(char *page, const struct kernel_param *kp)
{
	guard(mutex)(&dmactl_bounds_lock);
	return scnprintf(page, PAGE_SIZE, "%s\n",
			 dmactl_bounds ? dmactl_bounds->text : "");
}

static void dmactl_bounds_free(void *arg)
{
	dmactl_bounds_drop(dmactl_bounds);
	dmactl_bounds = NULL;
}

static const struct kernel_param_ops dmactl_bounds_ops = {
	.set = dmactl_bounds_set,
	.get = dmactl_bounds_get,
	.free = dmactl_bounds_free,
};
module_param_cb(bounds, &dmactl_bounds_ops, NULL, 0644);
__MODULE_PARM_TYPE(bounds, "charp");
MODULE_PARM_DESC(bounds,
		 "Most that providers are asked for: DEVICE/KEY=NUMBER[/...], separated by commas (none)");

/*
 * Returns the bounds for channels of a device that are requested from now on.
 * @memory: for channels that copy within memory. If several entries match the
 * name, the last one wins.
 */
void dmactl_bounds_find(struct device *dev, bool memory,
			struct dmactl_bounds *bounds)
{
	unsigned int i;

	*bounds = (struct dmactl_bounds) {
		/*
		 * The default of the DMA API for devices that declare nothing.
		 */
		.segment = SZ_64K,
		.chunk = DMACTL_BOUND_CHUNK,
		.total = DMACTL_DESC_BYTES,
		.entries = 1024,
		.frames = 4096,
		.periods = 1024,
		.outstanding = 4096,
		.descriptors = memory ? DMACTL_BOUND_COPIES
				      : DMACTL_BOUND_DESCRIPTORS,
	};
	if (dev->dma_parms && dev->dma_parms->max_segment_size) {
		bounds->segment = min_t(u64, dev->dma_parms->max_segment_size,
					DMACTL_DESC_BYTES);
		bounds->chunk = bounds->segment;
		bounds->total = bounds->segment;
		bounds->flags = DMACTL_BOUND_SEGMENT_DECLARED;
	}
	guard(mutex)(&dmactl_bounds_lock);
	for (i = 0; dmactl_bounds && i < dmactl_bounds->nr; i++)
		if (glob_match(dmactl_bounds->bounds[i].device, dev_name(dev)))
			dmactl_bound_take(bounds, &dmactl_bounds->bounds[i].set);
}

/* Sets the bounds that firmware gives for a controller. 0: it gives none. */
void dmactl_bounds_set_by_port(struct dmactl_bounds *bounds, u32 descriptors,
			       u32 entries)
{
	if (descriptors) {
		bounds->descriptors = descriptors;
		bounds->flags |= DMACTL_BOUND_DESCRIPTORS_SET;
	}
	if (entries) {
		bounds->entries = entries;
		bounds->flags |= DMACTL_BOUND_ENTRIES_SET;
	}
}
