/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the interface of a peripheral at the end of a channel. */
#ifndef DMA_SIM_CORE_PERIPH_H
#define DMA_SIM_CORE_PERIPH_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct sim_chan;
struct sim_desc;

/**
 * struct sim_periph_ops - a channel's end at a peripheral
 * @name: name in the slave map
 * @directions: bits of enum dma_transfer_direction
 * @device_fc: the peripheral may control the length of a transfer
 * @port_window: it has a window of registers
 * @config: refuses a slave configuration that has passed the common checks
 * @prepare: refuses a descriptor that has passed them. NULL: accepts all
 *	but commands
 * @remote: refuses a RapidIO address, &struct rio_dma_ext. NULL: refuses
 *	all
 * @move: moves @n bytes from or to @buf, by the direction of @d. Returns
 *	the bytes moved. If these are fewer, &sim_engine.wake_at is when to try
 *	again; if that is 0, the peer reports it
 * @paced: the peripheral has a speed of its own
 * @open: the channel was requested
 * @start: start over, after request, configuration or termination
 * @stop: drop data in transit, after termination or release
 *
 * All are called with the lock of the channel held, and all but @move may be
 * NULL.
 */
struct sim_periph_ops {
	const char *name;
	u32 directions;
	bool device_fc;
	bool port_window;
	int (*config)(struct sim_chan *sc,
		      const struct dma_slave_config *config);
	bool (*prepare)(struct sim_chan *sc, struct sim_desc *d);
	bool (*remote)(struct sim_desc *d, const void *context);
	size_t (*move)(struct sim_chan *sc, struct sim_desc *d, void *buf,
		       size_t n);
	bool (*paced)(const struct sim_chan *sc);
	void (*open)(struct sim_chan *sc);
	void (*start)(struct sim_chan *sc);
	void (*stop)(struct sim_chan *sc);
};

/**
 * struct sim_periph - the peripheral that a channel leads to
 * @ops: functions
 * @state: private data; protected by &sim_chan.lock, or by a lock of its
 *	own if two channels share it
 * @peer: the other channel of the peripheral, or NULL
 *
 * periph/table.c sets all of it before the controller is registered.
 */
struct sim_periph {
	const struct sim_periph_ops *ops;
	void *state;
	struct sim_chan *peer;
};

/* channel.c */
void sim_periph_start(struct sim_chan *sc);
void sim_periph_stop(struct sim_chan *sc);

#endif /* DMA_SIM_CORE_PERIPH_H */
