// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_CONFIG: the parameters of a peripheral, dmaengine_slave_config(). */

#include <linux/capability.h>
#include <linux/dmaengine.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core.h"
#include "trace.h"

/*
 * Providers take their own struct at this address for granted, most without a
 * look at its size: what the program did not give is zero.
 */
#define DMACTL_PERIPHERAL_ROOM 4096

static int dmactl_config_check_width(u32 width, u32 widths)
{
	/* enum dma_slave_buswidth. */
	static const u8 known[] = { 1, 2, 3, 4, 8, 16, 32, 64, 128 };

	if (!width)
		return 0;
	if (!memchr(known, width, sizeof(known)))
		return -EINVAL;
	/* The widest have no bit to declare them. */
	if (widths && width < 32 && !(widths & BIT(width)))
		return -EOPNOTSUPP;
	return 0;
}

static int dmactl_config_check_burst(u32 burst, u32 max)
{
	return max && burst > max ? -EINVAL : 0;
}

static int dmactl_config_check(struct dma_chan *dma,
			       const struct dmactl_chan_config *arg)
{
	struct dma_slave_caps caps = { };
	int ret;

	/* On a 32-bit machine, the bus may be as wide, or not. */
	if (arg->src_addr > PHYS_ADDR_MAX || arg->dst_addr > PHYS_ADDR_MAX)
		return -EINVAL;
	/* Fails where nothing is declared: then all is the provider's to say. */
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
	if (chan->dead)
		return chan->dead;
	if (READ_ONCE(chan->nr_inflight) || READ_ONCE(chan->stream))
		return -EBUSY;
	ret = dmactl_config_check(chan->dma, arg);
	if (ret)
		return ret;
	if (!chan->dma->device->device_config)
		return -EOPNOTSUPP;
	return dmaengine_slave_config(chan->dma, &config);
}

static int dmactl_config_locked(struct dmactl_chan *chan,
				const struct dmactl_chan_config *arg,
				void **peripheral)
{
	int ret;

	guard(rwsem_write)(&chan->rwsem);
	ret = dmactl_config_apply(chan, arg, *peripheral);
	if (ret)
		return ret;
	chan->tied = true;
	/* The provider may look at it as long as this configuration holds. */
	swap(chan->peripheral_config, *peripheral);
	trace_dmactl_chan_config(chan->session->id, chan->obj.handle);
	return 0;
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
	/* A 32-bit bus: cut off, it would be another address. */
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
	if (!(chan->caps & (DMACTL_CAP_SLAVE | DMACTL_CAP_CYCLIC)))
		goto out;
	if (chan->line)
		ret = dmactl_port_config(chan, arg);
	else
		ret = capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
	if (ret)
		goto out;
	peripheral = dmactl_config_copy(arg);
	ret = PTR_ERR_OR_ZERO(peripheral);
	if (ret)
		goto out;
	ret = dmactl_config_locked(chan, arg, &peripheral);
	/* The one before, or on failure the new one. */
	kfree(peripheral);
out:
	dmactl_chan_put(chan);
	return ret;
}
