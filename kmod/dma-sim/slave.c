// SPDX-License-Identifier: GPL-2.0-only
/* SLAVE: channels that can be asked for by name, and their parameters */
#include "sim.h"

static int sim_slave_config(struct dma_chan *chan,
			    struct dma_slave_config *config)
{
	struct sim_chan *sc = to_sim_chan(chan);

	guard(sim_chan)(sc);
	if (sc->gone)
		return -ENODEV;
	sc->slave = *config;
	return 0;
}

/*
 * dma_request_chan() looks only at devices with this capability, so it is
 * needed for the slave map, whatever a channel is then used for.
 */
static void sim_declare_slave(struct sim_controller *ctl)
{
	ctl->dma.device_config = sim_slave_config;
	ctl->dma.directions = BIT(DMA_MEM_TO_MEM);
}

const struct sim_op sim_op_slave = {
	.name = "slave",
	.cap = DMA_SLAVE,
	.declare = sim_declare_slave,
};
