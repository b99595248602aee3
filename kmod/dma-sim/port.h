/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the peripherals behind slave channels */
#ifndef DMA_SIM_PORT_H
#define DMA_SIM_PORT_H

#include <linux/dmaengine.h>
#include <linux/ktime.h>
#include <linux/types.h>

struct sim_chan;
struct sim_config;
struct sim_controller;
struct sim_desc;

/**
 * struct sim_port_ops - the end of a channel that is at a peripheral
 * @name: name in the slave map
 * @directions: bits of enum dma_transfer_direction
 * @device_fc: the peripheral may say how long a transfer is
 * @port_window: it has a window of registers
 * @config: refuse a slave configuration that passed the checks of all
 * @prepare: refuse a descriptor that does. NULL: all but commands are fine
 * @remote: the other end is memory behind RapidIO, &struct rio_dma_ext. NULL:
 *	this peripheral is not
 * @move: take @n bytes from @buf or give them, by the direction of @d; returns
 *	how many. If less, sim_chan.wake_at says when to ask again; if that is
 *	0, the peer will say so
 * @paced: the peripheral has a speed of its own now
 * @open: somebody has requested the channel
 * @start: begin anew: after request, configuration and termination
 * @stop: forget what is on its way: after termination and release
 *
 * All are called with the lock of the channel held, and may be NULL but for
 * @move.
 */
struct sim_port_ops {
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
 * struct sim_peripheral - one type of peripheral
 * @name: word that selects it in the module parameter "peripherals"
 * @ports: the ends of its channels
 * @size: bytes of what it keeps, for all its channels together
 * @init: prepare that, which is all zeros
 */
struct sim_peripheral {
	const char *name;
	const struct sim_port_ops *ports[2];
	size_t size;
	void (*init)(void *state);
};

/**
 * struct sim_clock - how much came at a rate that may change
 * @rate: bytes per second
 * @since: time that @bytes belongs to
 * @bytes: what there was at that time
 */
struct sim_clock {
	u64 rate;
	ktime_t since;
	u64 bytes;
};

/* port.c */
extern const struct sim_port_ops sim_port_none;
int sim_ports_parse(const char *words, struct sim_config *config);
int sim_ports_init(struct sim_controller *ctl);
void sim_ports_free(struct sim_controller *ctl);
void sim_port_start(struct sim_chan *sc);
void sim_port_stop(struct sim_chan *sc);
int sim_port_first(const struct dma_slave_config *config, u32 *first);

/* port-clock.c */
void sim_clock_start(struct sim_clock *clock, u64 rate);
u64 sim_clock_read(struct sim_clock *clock, u64 rate);
ktime_t sim_clock_when(const struct sim_clock *clock, u64 bytes);
u64 sim_clock_chunk(const struct sim_clock *clock, u64 most);

/* port-loopback.c, port-counter.c, port-sink.c, port-mem.c */
extern const struct sim_peripheral sim_loopback;
extern const struct sim_peripheral sim_counter;
extern const struct sim_peripheral sim_sink;
extern const struct sim_peripheral sim_mem;

#endif /* DMA_SIM_PORT_H */
