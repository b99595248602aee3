// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_CONFIG: the parameters of a peripheral, for dmaengine_slave_config(). */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "chan/config.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/rights.h"
#include "core/trace.h"
#include "queue/defer.h"
#include "queue/prepared.h"
#include "queue/queue.h"

/*
 * Providers expect their own struct at this address, and most do not check its
 * size. The bytes behind the program's data are zero.
 */
#define DMACTL_PERIPHERAL_ROOM 4096

/* The limit if none is declared. No known controller has longer bursts. */
#define DMACTL_MAX_BURST 65535

static int dmactl_config_check_width(u32 width, u32 widths)
{
	/* The values of enum dma_slave_buswidth. */
	static const u8 known[] = { 1, 2, 3, 4, 8, 16, 32, 64, 128 };

	if (!width)
		return 0;
	if (!memchr(known, width, sizeof(known)))
		return -EINVAL;
	/* The widest words have no bit in which they could be declared. */
	if (widths && width < 32 && !(widths & BIT(width)))
		return -EOPNOTSUPP;
	return 0;
}

/* Not all controllers report a word that crosses the width of the bus. */
static int dmactl_config_check_addr(u64 addr, u32 width)
{
	return is_power_of_2(width) && !IS_ALIGNED(addr, width) ? -EINVAL : 0;
}

static int dmactl_config_check_burst(u32 burst, u32 max)
{
	return burst > max ? -EINVAL : 0;
}

static int dmactl_config_check(struct dma_chan *dma,
			       const struct dmactl_chan_config *arg)
{
	struct dma_slave_caps caps = { };
	int ret;

	/* A 32-bit machine may have a bus of 64 bits or of 32. */
	if (arg->src_addr > PHYS_ADDR_MAX || arg->dst_addr > PHYS_ADDR_MAX)
		return -EINVAL;
	/* Fails if nothing is declared. Then the provider checks everything. */
	if (dma_get_slave_caps(dma, &caps))
		caps = (struct dma_slave_caps) { };
	if (arg->direction && caps.directions &&
	    !(caps.directions & arg->direction))
		return -EOPNOTSUPP;
	ret = dmactl_config_check_width(arg->src_addr_width,
					caps.src_addr_widths);
	if (!ret)
		ret = dmactl_config_check_width(arg->dst_addr_width,
						caps.dst_addr_widths);
	/* On ports, programs without privilege choose bursts too. */
	if (!caps.max_burst)
		caps.max_burst = DMACTL_MAX_BURST;
	if (!ret)
		ret = dmactl_config_check_addr(arg->src_addr,
					       arg->src_addr_width);
	if (!ret)
		ret = dmactl_config_check_addr(arg->dst_addr,
					       arg->dst_addr_width);
	if (!ret)
		ret = dmactl_config_check_burst(arg->src_maxburst,
						caps.max_burst);
	if (!ret)
		ret = dmactl_config_check_burst(arg->dst_maxburst,
						caps.max_burst);
	return ret;
}

int dmactl_config_apply(struct dmactl_chan *chan,
			const struct dmactl_chan_config *arg, void *peripheral)
{
	struct dma_slave_config config = {
		.direction = arg->direction ? __ffs(arg->direction) : 0,
		.src_addr = arg->src_addr,
		.dst_addr = arg->dst_addr,
		.src_addr_width = arg->src_addr_width,
		.dst_addr_width = arg->dst_addr_width,
		.src_maxburst = arg->src_maxburst,
		.dst_maxburst = arg->dst_maxburst,
		.src_port_window_size = arg->src_port_window_size,
		.dst_port_window_size = arg->dst_port_window_size,
		.device_fc = arg->device_fc,
		.peripheral_config = peripheral,
		.peripheral_size = arg->peripheral_size,
	};
	int ret;

	lockdep_assert_held_write(&chan->rwsem);
	if (chan->life.dead)
		return chan->life.dead;
	if (dmactl_queue_nr(chan) || dmactl_defer_blocks(chan) || chan->user)
		return -EBUSY;
	ret = dmactl_config_check(chan->lease.dma, arg);
	if (ret)
		return ret;
	if (!chan->lease.dma->device->device_config)
		return -EOPNOTSUPP;
	ret = dmaengine_slave_config(chan->lease.dma, &config);
	if (ret)
		return ret;
	WRITE_ONCE(chan->peripheral.src_width, arg->src_addr_width);
	WRITE_ONCE(chan->peripheral.dst_width, arg->dst_addr_width);
	dmactl_prepared_reconfigured(chan);
	return 0;
}

/*
 * Clears what the last client configured. Returns false if the provider
 * refuses; then the old configuration may still hold.
 */
bool dmactl_config_clear(struct dmactl_chan *chan)
{
	const struct dmactl_chan_config none = { };

	guard(dmactl_chan_write)(chan);
	if (!chan->lease.dma->device->device_config)
		return true;
	return !dmactl_config_apply(chan, &none, NULL);
}

static int dmactl_config_locked(struct dmactl_chan *chan,
				const struct dmactl_chan_config *arg,
				void **peripheral)
{
	int ret;

	ret = dmactl_chan_lock_write(chan);
	if (ret)
		return ret;
	ret = dmactl_config_apply(chan, arg, *peripheral);
	if (ret)
		goto out;
	dmactl_lease_set_bound(&chan->lease, true);
	/* The provider may read it as long as this configuration holds. */
	swap(chan->peripheral.config, *peripheral);
	trace_dmactl_chan_config(chan->session->id, chan->obj.handle);
out:
	dmactl_chan_unlock_write(chan);
	return ret;
}

static int dmactl_config_check_arg(const struct dmactl_chan_config *arg)
{
	if (arg->direction && arg->direction != DMACTL_DIR_MEM_TO_DEV &&
	    arg->direction != DMACTL_DIR_DEV_TO_MEM)
		return -EINVAL;
	if (arg->device_fc > 1 ||
	    arg->peripheral_size > DMACTL_PERIPHERAL_ROOM ||
	    !arg->peripheral_size != !arg->peripheral_config_uptr)
		return -EINVAL;
	/* On a 32-bit bus, a truncated address would be a different one. */
	if ((phys_addr_t)arg->src_addr != arg->src_addr ||
	    (phys_addr_t)arg->dst_addr != arg->dst_addr)
		return -EINVAL;
	return 0;
}

static void *dmactl_config_copy(const struct dmactl_chan_config *arg)
{
	void *peripheral;

	if (!arg->peripheral_size)
		return NULL;
	peripheral = kzalloc(DMACTL_PERIPHERAL_ROOM, GFP_KERNEL_ACCOUNT);
	if (!peripheral)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(peripheral,
			    u64_to_user_ptr(arg->peripheral_config_uptr),
			    arg->peripheral_size))
		return peripheral;
	kfree(peripheral);
	return ERR_PTR(-EFAULT);
}

static bool dmactl_is_fixed(u64 wanted, u64 fixed)
{
	return wanted && wanted != fixed;
}

/*
 * CHAN_CONFIG on a port: values that the port fixes cannot be changed; 0 stands
 * for the fixed value. The program chooses the direction, among those of the
 * port, and the bursts that the port does not fix, because these do not reach
 * further.
 */
static int dmactl_config_port(const struct dmactl_chan *chan,
			      struct dmactl_chan_config *arg)
{
	struct dmactl_chan_config config = *chan->port.fixed;

	if (dmactl_is_fixed(arg->src_addr, config.src_addr) ||
	    dmactl_is_fixed(arg->dst_addr, config.dst_addr) ||
	    dmactl_is_fixed(arg->src_addr_width, config.src_addr_width) ||
	    dmactl_is_fixed(arg->dst_addr_width, config.dst_addr_width) ||
	    dmactl_is_fixed(arg->src_port_window_size,
			    config.src_port_window_size) ||
	    dmactl_is_fixed(arg->dst_port_window_size,
			    config.dst_port_window_size) ||
	    dmactl_is_fixed(arg->device_fc, config.device_fc) ||
	    arg->peripheral_size)
		return -EPERM;
	if (config.src_maxburst &&
	    dmactl_is_fixed(arg->src_maxburst, config.src_maxburst))
		return -EPERM;
	if (config.dst_maxburst &&
	    dmactl_is_fixed(arg->dst_maxburst, config.dst_maxburst))
		return -EPERM;
	if (chan->port.directions && (arg->direction & ~chan->port.directions))
		return -EPERM;
	config.size = arg->size;
	config.chan = arg->chan;
	config.direction = arg->direction ?: config.direction;
	config.src_maxburst = arg->src_maxburst ?: config.src_maxburst;
	config.dst_maxburst = arg->dst_maxburst ?: config.dst_maxburst;
	*arg = config;
	return 0;
}

int dmactl_ioctl_chan_config(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_config *arg = cmd->arg;
	struct dmactl_chan *chan;
	void *peripheral;
	int ret;

	ret = dmactl_config_check_arg(arg);
	if (ret)
		return ret;
	chan = dmactl_chan_get(cmd->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = -EOPNOTSUPP;
	if (!(chan->limits.caps & (DMACTL_CAP_SLAVE | DMACTL_CAP_CYCLIC)))
		goto out;
	if (chan->port.fixed)
		ret = dmactl_config_port(chan, arg);
	else
		ret = dmactl_raw_allowed();
	if (ret)
		goto out;
	peripheral = dmactl_config_copy(arg);
	ret = PTR_ERR_OR_ZERO(peripheral);
	if (ret)
		goto out;
	ret = dmactl_config_locked(chan, arg, &peripheral);
	/* Frees the old data, or the new data on failure. */
	kfree(peripheral);
out:
	dmactl_chan_put(chan);
	return ret;
}
