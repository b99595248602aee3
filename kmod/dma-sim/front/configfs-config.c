// SPDX-License-Identifier: GPL-2.0-only
/* configfs: the configuration of a controller. */
#include <linux/bitmap.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "front/config.h"
#include "front/item.h"
#include "op/table.h"
#include "periph/table.h"

static ssize_t sim_number_show(struct config_item *item, size_t at, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%u\n", *(u32 *)((void *)&si->config + at));
}

static ssize_t sim_number_store(struct config_item *item, size_t at,
				const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = kstrtou32(page, 0, (u32 *)((void *)&si->config + at));
	return ret ?: count;
}

static ssize_t sim_flag_show(struct config_item *item, size_t at, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%d\n", *(bool *)((void *)&si->config + at));
}

static ssize_t sim_flag_store(struct config_item *item, size_t at,
			      const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = kstrtobool(page, (bool *)((void *)&si->config + at));
	return ret ?: count;
}

#define SIM_AT(_name)	offsetof(struct sim_config, _name)

/* The plain fields of struct sim_config. */
#define SIM_CONFIG_ATTR(_name, _at, _type)				\
static const size_t sim_item_at_##_name = _at;				\
									\
static ssize_t sim_item_##_name##_show(struct config_item *item,	\
				       char *page)			\
{									\
	return sim_##_type##_show(item, sim_item_at_##_name, page);	\
}									\
static ssize_t sim_item_##_name##_store(struct config_item *item,	\
					const char *page, size_t count)	\
{									\
	return sim_##_type##_store(item, sim_item_at_##_name, page,	\
				   count);				\
}									\
CONFIGFS_ATTR(sim_item_, _name)

SIM_CONFIG_ATTR(channels, SIM_AT(channels), number);
SIM_CONFIG_ATTR(dma_mask, SIM_AT(dma_mask), number);
SIM_CONFIG_ATTR(copy_align, SIM_AT(copy_align), number);
SIM_CONFIG_ATTR(fill_align, SIM_AT(fill_align), number);
SIM_CONFIG_ATTR(xor_align, SIM_AT(xor_align), number);
SIM_CONFIG_ATTR(pq_align, SIM_AT(pq_align), number);
SIM_CONFIG_ATTR(max_segment, SIM_AT(max_segment), number);
SIM_CONFIG_ATTR(max_xor, SIM_AT(max_xor), number);
SIM_CONFIG_ATTR(max_pq, SIM_AT(max_pq), number);
SIM_CONFIG_ATTR(max_burst, SIM_AT(max_burst), number);
SIM_CONFIG_ATTR(max_sg_burst, SIM_AT(max_sg_burst), number);
SIM_CONFIG_ATTR(descriptors, SIM_AT(descriptors), number);
SIM_CONFIG_ATTR(no_terminate, SIM_AT(no_terminate), flag);
SIM_CONFIG_ATTR(no_synchronize, SIM_AT(no_synchronize), flag);
SIM_CONFIG_ATTR(no_pause, SIM_AT(no_pause), flag);
SIM_CONFIG_ATTR(no_release, SIM_AT(no_release), flag);
SIM_CONFIG_ATTR(repeat_only, SIM_AT(repeat_only), flag);
SIM_CONFIG_ATTR(any_direction, SIM_AT(any_direction), flag);
SIM_CONFIG_ATTR(shared_reset, SIM_AT(shared_reset), flag);
SIM_CONFIG_ATTR(noncoherent, SIM_AT(noncoherent), flag);

static ssize_t sim_item_addr_widths_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);
	unsigned long widths;

	guard(mutex)(&si->lock);
	widths = si->config.addr_widths;
	return sysfs_emit(page, "%*pbl\n", 32, &widths);
}

static ssize_t sim_item_addr_widths_store(struct config_item *item,
					  const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	unsigned long widths = 0;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	if (bitmap_parselist(page, &widths, 32) || !widths || widths & 1)
		return -EINVAL;
	si->config.addr_widths = widths;
	return count;
}
CONFIGFS_ATTR(sim_item_, addr_widths);

static ssize_t sim_item_residue_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%s\n", sim_residue_name(si->config.residue));
}

static ssize_t sim_item_residue_store(struct config_item *item,
				      const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	int residue = sim_residue_parse(page);

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	if (residue < 0)
		return -EINVAL;
	si->config.residue = residue;
	return count;
}
CONFIGFS_ATTR(sim_item_, residue);

/* Copies without the newline. @to has SIM_WORDS bytes. */
static int sim_words_copy(char *to, const char *page, size_t count)
{
	size_t n = strcspn(page, "\n");

	if (n >= SIM_WORDS || n + 1 < count)
		return -EINVAL;
	memcpy(to, page, n);
	to[n] = '\0';
	return 0;
}

static ssize_t sim_item_caps_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%s\n", si->caps);
}

static ssize_t sim_item_caps_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct sim_item *si = to_sim_item(item);
	char words[SIM_WORDS];
	u64 ops;
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = sim_words_copy(words, page, count);
	if (!ret)
		ret = sim_op_parse(words, &ops);
	if (ret)
		return ret;
	strscpy(si->caps, words, sizeof(si->caps));
	si->config.ops = ops;
	return count;
}
CONFIGFS_ATTR(sim_item_, caps);

static ssize_t sim_item_peripherals_show(struct config_item *item, char *page)
{
	struct sim_item *si = to_sim_item(item);

	guard(mutex)(&si->lock);
	return sysfs_emit(page, "%s\n", si->peripherals);
}

static ssize_t sim_item_peripherals_store(struct config_item *item,
					  const char *page, size_t count)
{
	struct sim_item *si = to_sim_item(item);
	struct sim_config config = { };
	char words[SIM_WORDS];
	int ret;

	guard(mutex)(&si->lock);
	if (si->live)
		return -EBUSY;
	ret = sim_words_copy(words, page, count);
	if (!ret)
		ret = sim_periphs_parse(words, &config);
	if (ret)
		return ret;
	strscpy(si->peripherals, words, sizeof(si->peripherals));
	return count;
}
CONFIGFS_ATTR(sim_item_, peripherals);

struct configfs_attribute *const sim_config_attrs[] = {
	&sim_item_attr_channels,
	&sim_item_attr_caps,
	&sim_item_attr_peripherals,
	&sim_item_attr_dma_mask,
	&sim_item_attr_copy_align,
	&sim_item_attr_fill_align,
	&sim_item_attr_xor_align,
	&sim_item_attr_pq_align,
	&sim_item_attr_max_segment,
	&sim_item_attr_max_xor,
	&sim_item_attr_max_pq,
	&sim_item_attr_max_burst,
	&sim_item_attr_max_sg_burst,
	&sim_item_attr_addr_widths,
	&sim_item_attr_descriptors,
	&sim_item_attr_residue,
	&sim_item_attr_no_terminate,
	&sim_item_attr_no_synchronize,
	&sim_item_attr_no_pause,
	&sim_item_attr_no_release,
	&sim_item_attr_repeat_only,
	&sim_item_attr_any_direction,
	&sim_item_attr_shared_reset,
	&sim_item_attr_noncoherent,
	NULL
};
