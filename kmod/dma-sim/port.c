// SPDX-License-Identifier: GPL-2.0-only
/* The table of peripherals, and the channels that lead to them */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../compat.h"
#include "port.h"
#include "sim.h"

static const struct sim_peripheral *const sim_peripherals[SIM_PERIPHERALS] = {
	&sim_loopback,
	&sim_counter,
	&sim_sink,
	&sim_mem,
};

/* A channel that leads nowhere: a source of zeros, and a drain. */
static size_t sim_none_move(struct sim_chan *sc, struct sim_desc *d, void *buf,
			    size_t n)
{
	if (d->dir == DMA_DEV_TO_MEM)
		memset(buf, 0, n);
	return n;
}

const struct sim_port_ops sim_port_none = {
	.directions = BIT(DMA_MEM_TO_MEM) | BIT(DMA_MEM_TO_DEV) |
		      BIT(DMA_DEV_TO_MEM),
	.move = sim_none_move,
};

static unsigned int sim_ports_of(const struct sim_peripheral *peripheral)
{
	return peripheral->ports[1] ? 2 : 1;
}

/* The channels that these need. */
static unsigned int sim_ports_count(u32 peripherals)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(sim_peripherals); i++)
		if (peripherals & BIT(i))
			n += sim_ports_of(sim_peripherals[i]);
	return n;
}

static int sim_ports_find(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_peripherals); i++)
		if (!strcmp(sim_peripherals[i]->name, word))
			return i;
	return -EINVAL;
}

/* A list of names, separated by commas; their channels are all there are. */
int sim_ports_parse(const char *words, struct sim_config *config)
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
		ret = sim_ports_find(word);
		if (ret < 0) {
			pr_err(SIM_NAME ": peripherals=%s: unknown word \"%s\"\n",
			       words, word);
			break;
		}
		config->peripherals |= BIT(ret);
		ret = 0;
	}
	kfree(copy);
	if (!ret && config->peripherals) {
		config->channels = sim_ports_count(config->peripherals);
		config->ops &= sim_ops_slave();
	}
	return ret;
}

static void sim_ports_connect(struct sim_controller *ctl, unsigned int i,
			      struct sim_chan *chans)
{
	unsigned int k, n = sim_ports_of(sim_peripherals[i]);

	for (k = 0; k < n; k++) {
		chans[k].port = sim_peripherals[i]->ports[k];
		chans[k].port_state = ctl->ports[i];
		if (n == 2)
			chans[k].peer = &chans[!k];
	}
}

int sim_ports_init(struct sim_controller *ctl)
{
	struct sim_chan *chans = ctl->chans;
	unsigned int i;

	for (i = 0; i < ctl->config.channels; i++)
		ctl->chans[i].port = &sim_port_none;

	for (i = 0; i < ARRAY_SIZE(sim_peripherals); i++) {
		const struct sim_peripheral *peripheral = sim_peripherals[i];

		if (!(ctl->config.peripherals & BIT(i)))
			continue;
		ctl->ports[i] = kvzalloc(peripheral->size, GFP_KERNEL);
		if (!ctl->ports[i])
			return -ENOMEM;
		if (peripheral->init)
			peripheral->init(ctl->ports[i]);
		sim_ports_connect(ctl, i, chans);
		chans += sim_ports_of(peripheral);
	}
	return 0;
}

void sim_ports_free(struct sim_controller *ctl)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ctl->ports); i++)
		kvfree(ctl->ports[i]);
}

/* What "counter" and "sink" begin with, if the client says so. */
int sim_port_first(const struct dma_slave_config *config, u32 *first)
{
	if (config->peripheral_size != (config->peripheral_config ? 4 : 0))
		return -EINVAL;
	*first = config->peripheral_config ?
		 get_unaligned_le32(config->peripheral_config) : 0;
	return 0;
}

void sim_port_start(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (sc->port->start)
		sc->port->start(sc);
}

/* Not with the lock of a channel held: the peer takes its own. */
void sim_port_stop(struct sim_chan *sc)
{
	scoped_guard(sim_chan, sc) {
		if (sc->port->stop)
			sc->port->stop(sc);
	}
	if (sc->peer)
		sim_engine_nudge(sc->peer);
}
