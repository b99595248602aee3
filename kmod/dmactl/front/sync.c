// SPDX-License-Identifier: GPL-2.0-only
/* BUF_SYNC: hands a range of a buffer to the CPU or to devices. */

#include <linux/dma-direction.h>

#include "core/chan.h"
#include "core/cmd.h"
#include "core/trace.h"
#include "front/sync.h"
#include "mem/buffer.h"
#include "mem/import.h"
#include "mem/map.h"

static enum dma_data_direction dmactl_sync_dir(u32 flags)
{
	switch (flags & (DMACTL_SYNC_READ | DMACTL_SYNC_WRITE)) {
	case DMACTL_SYNC_READ:
		return DMA_FROM_DEVICE;
	case DMACTL_SYNC_WRITE:
		return DMA_TO_DEVICE;
	case DMACTL_SYNC_READ | DMACTL_SYNC_WRITE:
		return DMA_BIDIRECTIONAL;
	}
	return DMA_NONE;
}

/* Syncs for the device of one channel. */
static int dmactl_buf_sync_chan(struct dmactl_buf *buf,
				const struct dmactl_buf_sync *arg)
{
	enum dma_data_direction dir = dmactl_sync_dir(arg->flags);
	bool begin = arg->flags & DMACTL_SYNC_BEGIN;
	struct dmactl_chan *chan;
	struct dmactl_map *map;
	int ret;

	chan = dmactl_chan_get(buf->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_chan_lock_read(chan);
	if (!ret) {
		/* A mapping stays while the channel is not dead. */
		ret = chan->life.dead;
		map = ret ? NULL : dmactl_map_find(buf, chan->client.dev);
		if (map)
			ret = dmactl_map_sync_long(map, arg->off, arg->len, dir,
						   begin);
		up_read(&chan->rwsem);
	}
	dmactl_chan_put(chan);
	/* Called without rwsem, because it can take long. */
	if (!ret && buf->dmabuf)
		ret = dmactl_import_sync(buf, dir, begin);
	return ret;
}

static int dmactl_buf_do_sync(struct dmactl_buf *buf,
			      const struct dmactl_buf_sync *arg)
{
	bool begin = arg->flags & DMACTL_SYNC_BEGIN;

	if (!dmactl_buf_range_ok(buf, arg->off, arg->len))
		return -EINVAL;
	trace_dmactl_buf_sync(buf->session->id, buf->obj.handle, arg->off,
			      arg->len, begin);
	if (arg->chan)
		return dmactl_buf_sync_chan(buf, arg);
	if (buf->dmabuf)
		return dmactl_import_sync(buf, dmactl_sync_dir(arg->flags),
					  begin);
	return dmactl_map_sync_all(buf, arg->off, arg->len,
				   dmactl_sync_dir(arg->flags), begin);
}

int dmactl_ioctl_buf_sync(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_sync *arg = cmd->arg;
	bool begin = arg->flags & DMACTL_SYNC_BEGIN;
	bool end = arg->flags & DMACTL_SYNC_END;
	struct dmactl_buf *buf;
	int ret;

	if (begin == end ||
	    dmactl_sync_dir(arg->flags) == DMA_NONE)
		return -EINVAL;
	buf = dmactl_buf_use(cmd->session, arg->buf);
	if (!buf)
		return -ENOENT;
	ret = dmactl_buf_do_sync(buf, arg);
	dmactl_buf_unuse(buf);
	return ret;
}
