// SPDX-License-Identifier: GPL-2.0-only
/* The table of peripherals, and the channels that lead to them. */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../compat.h"
#include "core/controller.h"
#include "periph/table.h"

static const struct sim_peripheral *const sim_peripherals[SIM_PERIPHERALS] = {
	&sim_loopback,
	&sim_counter,
	&sim_sink,
	&sim_mem,
};

/* The default end of a channel: a source of zeros, and a drain. */
static size_t sim_none_move(struct sim_chan *sc, struct sim_desc *d, void *buf,
			    size_t n)
{
	if (d->dir == DMA_DEV_TO_MEM)
		memset(buf, 0, n);
	return n;
}

static const struct sim_periph_ops sim_periph_none = {
	.directions = BIT(DMA_MEM_TO_MEM) | BIT(DMA_MEM_TO_DEV) |
		      BIT(DMA_DEV_TO_MEM),
	.move = sim_none_move,
};

static unsigned int sim_periph_ends(const struct sim_peripheral *peripheral)
{
	return peripheral->ends[1] ? 2 : 1;
}

/* Returns the number of channels for these peripherals. */
static unsigned int sim_periphs_count(u32 peripherals)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(sim_peripherals); i++)
		if (peripherals & BIT(i))
			n += sim_periph_ends(sim_peripherals[i]);
	return n;
}

static int sim_periphs_find(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_peripherals); i++)
		if (!strcmp(sim_peripherals[i]->name, word))
			return i;
	return -EINVAL;
}

/*
 * Parses a comma-separated list of names. Their channels are the only ones of
 * the controller.
 */
int sim_periphs_parse(const char *words, struct sim_config *config)
{
	char *copy, *rest, *word;
	int ret = 0;

	copy = kstrdup(words, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	config->peripherals = 0;
	rest = copy;
	while ((word = strsep(&rest, ","))) {
		word = strim(word);
		if (!*word)
			continue;
		ret = sim_periphs_find(word);
		if (ret < 0) {
			pr_err(SIM_NAME ": peripherals=%s: unknown word \"%s\"\n",
			       words, word);
			break;
		}
		config->peripherals |= BIT(ret);
		ret = 0;
	}
	kfree(copy);
	if (!ret && config->peripherals)
		config->channels = sim_periphs_count(config->peripherals);
	return ret;
}

static void sim_periphs_connect(struct sim_controller *ctl, unsigned int i,
				struct sim_chan *chans)
{
	unsigned int k, n = sim_periph_ends(sim_peripherals[i]);

	for (k = 0; k < n; k++) {
		chans[k].periph.ops = sim_peripherals[i]->ends[k];
		chans[k].periph.state = ctl->periphs[i];
		if (n == 2)
			chans[k].periph.peer = &chans[!k];
	}
}

int sim_periphs_init(struct sim_controller *ctl)
{
	struct sim_chan *chans = ctl->chans;
	unsigned int i;

	for (i = 0; i < ctl->config.channels; i++)
		ctl->chans[i].periph.ops = &sim_periph_none;

	for (i = 0; i < ARRAY_SIZE(sim_peripherals); i++) {
		const struct sim_peripheral *peripheral = sim_peripherals[i];

		if (!(ctl->config.peripherals & BIT(i)))
			continue;
		ctl->periphs[i] = kvzalloc(peripheral->size, GFP_KERNEL);
		if (!ctl->periphs[i])
			return -ENOMEM;
		if (peripheral->init)
			peripheral->init(ctl->periphs[i]);
		sim_periphs_connect(ctl, i, chans);
		chans += sim_periph_ends(peripheral);
	}
	return 0;
}

void sim_periphs_free(struct sim_controller *ctl)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ctl->periphs); i++)
		kvfree(ctl->periphs[i]);
}

/*
 * Parses the first number of "counter" or "sink" from the peripheral
 * configuration.
 */
int sim_periph_first(const struct dma_slave_config *config, u32 *first)
{
	if (config->peripheral_size != (config->peripheral_config ? 4 : 0))
		return -EINVAL;
	*first = config->peripheral_config ?
		 get_unaligned_le32(config->peripheral_config) : 0;
	return 0;
}
