// SPDX-License-Identifier: GPL-2.0-only
/* The memory of COHERENT buffers. It exists as long as the device does. */

#include <linux/dma-mapping.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "mem/buffer.h"
#include "mem/coherent.h"
#include "mem/dma_dev.h"
#include "mem/map.h"

int dmactl_coherent_alloc(struct dmactl_buf *buf,
			  struct dmactl_chan *chan)
{
	struct dmactl_dev *dev = chan->client.dev;
	int ret;

	guard(mutex)(&dev->lock);
	if (dev->gone)
		return -ENODEV;
	buf->cpu = dma_alloc_coherent(dev->dev, buf->size, &buf->dma,
				      DMACTL_GFP_LARGE);
	if (!buf->cpu)
		return -ENOMEM;
	buf->dev = dmactl_dev_hold(dev);
	ret = dmactl_map_coherent(buf);
	if (ret) {
		dma_free_coherent(dev->dev, buf->size, buf->cpu, buf->dma);
		dmactl_dev_put(dev);
		return ret;
	}
	dmactl_dev_add_buf(dev, &buf->dev_node);
	return 0;
}

static void dmactl_coherent_free(struct dmactl_buf *buf)
{
	struct dmactl_dev *dev = buf->dev;

	scoped_guard(mutex, &dev->lock) {
		if (buf->cpu) {
			dma_free_coherent(dev->dev, buf->size, buf->cpu,
					  buf->dma);
			list_del(&buf->dev_node);
		}
	}
	dmactl_dev_put(dev);
}

/* Frees the memory of a buffer whose device is being removed. */
void dmactl_buf_lose(struct dmactl_buf *buf)
{
	lockdep_assert_held(&buf->dev->lock);
	list_del(&buf->dev_node);
	/* From here on an access to the mapping raises SIGBUS. */
	unmap_mapping_range(buf->session->mapping,
			    (loff_t)buf->pgoff << PAGE_SHIFT, buf->size, 1);
	dma_free_coherent(buf->dev->dev, buf->size, buf->cpu, buf->dma);
	buf->cpu = NULL;
}

const struct dmactl_buf_ops dmactl_coherent_ops = {
	.kind = DMACTL_BUF_COHERENT,
	.free = dmactl_coherent_free,
};
