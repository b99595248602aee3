// SPDX-License-Identifier: GPL-2.0-only
/* "mem": a window of memory in the device. */
#include <linux/rio.h>
#include <linux/string.h>

#include "../../compat.h"
#include "core/controller.h"
#include "periph/table.h"

#define SIM_WINDOW	65536

struct sim_window {
	u8 data[SIM_WINDOW];
};

static u64 sim_mem_area(u32 words, enum dma_slave_buswidth width)
{
	return (u64)words * max_t(u32, width, 1);
}

static int sim_mem_config(struct sim_chan *sc,
			  const struct dma_slave_config *config)
{
	u64 src = sim_mem_area(config->src_port_window_size,
			       config->src_addr_width);
	u64 dst = sim_mem_area(config->dst_port_window_size,
			       config->dst_addr_width);

	if (config->peripheral_config || config->peripheral_size)
		return -EINVAL;
	if (config->src_addr >= SIM_WINDOW ||
	    config->dst_addr >= SIM_WINDOW ||
	    src > SIM_WINDOW - config->src_addr ||
	    dst > SIM_WINDOW - config->dst_addr)
		return -EINVAL;
	return 0;
}

static bool sim_mem_prepare(struct sim_chan *sc, struct sim_desc *d)
{
	const struct dma_slave_config *config = &sc->slave;

	if (d->tx.flags & DMA_PREP_CMD)
		return d->dir == DMA_MEM_TO_DEV && !(d->len % SIM_COMMAND);

	if (d->dir == DMA_DEV_TO_MEM) {
		d->dev.offset = config->src_addr;
		d->dev.window = sim_mem_area(config->src_port_window_size,
					     config->src_addr_width);
	} else {
		d->dev.offset = config->dst_addr;
		d->dev.window = sim_mem_area(config->dst_port_window_size,
					     config->dst_addr_width);
	}
	return d->dev.window || d->len <= SIM_WINDOW - d->dev.offset;
}

#ifdef CONFIG_RAPIDIO_DMA_ENGINE
/* All RapidIO destinations share the window. */
static bool sim_mem_remote(struct sim_desc *d, const void *context)
{
	const struct rio_dma_ext *rio = context;

	if (rio->rio_addr_u || rio->rio_addr > SIM_WINDOW ||
	    d->len > SIM_WINDOW - rio->rio_addr)
		return false;
	d->dev.offset = rio->rio_addr;
	d->dev.window = 0;
	return true;
}
#endif

/* A command is an offset and a value, each little-endian and of 32 bits. */
static void sim_mem_command(struct sim_window *window, const u8 *command)
{
	u32 offset = get_unaligned_le32(command);

	if (offset <= SIM_WINDOW - 4)
		memcpy(&window->data[offset], command + 4, 4);
}

static void sim_mem_commands(struct sim_window *window, struct sim_desc *d,
			     const u8 *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned int at = (d->pos + i) % SIM_COMMAND;

		d->dev.command[at] = p[i];
		if (at == SIM_COMMAND - 1)
			sim_mem_command(window, d->dev.command);
	}
}

static size_t sim_mem_move(struct sim_chan *sc, struct sim_desc *d, void *buf,
			   size_t n)
{
	struct sim_window *window = sc->periph.state;
	size_t done = 0;

	if (d->tx.flags & DMA_PREP_CMD) {
		sim_mem_commands(window, d, buf, n);
		return n;
	}
	while (done < n) {
		size_t pos = d->pos + done, part = n - done;
		u8 *p;

		if (d->dev.window) {
			pos %= d->dev.window;
			part = min_t(size_t, part, d->dev.window - pos);
		}
		p = &window->data[d->dev.offset + pos];
		if (d->dir == DMA_DEV_TO_MEM)
			memcpy(buf + done, p, part);
		else
			memcpy(p, buf + done, part);
		done += part;
	}
	return n;
}

static const struct sim_periph_ops sim_mem_periph = {
	.name = "mem",
	.directions = BIT(DMA_MEM_TO_DEV) | BIT(DMA_DEV_TO_MEM),
	.port_window = true,
	.config = sim_mem_config,
	.prepare = sim_mem_prepare,
#ifdef CONFIG_RAPIDIO_DMA_ENGINE
	.remote = sim_mem_remote,
#endif
	.move = sim_mem_move,
};

const struct sim_peripheral sim_mem = {
	.name = "mem",
	.ends = { &sim_mem_periph },
	.size = sizeof(struct sim_window),
};
