// SPDX-License-Identifier: MIT
/* The vdev driver dma_dmactlN. The argument chan=NAME chooses a channel. */
#include "pmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bus_vdev_driver.h>
#include <rte_dmadev_pmd.h>
#include <rte_errno.h>
#include <rte_kvargs.h>
#include <rte_log.h>
#include <rte_memory.h>

#define PMD_ARG_CHAN "chan"

RTE_LOG_REGISTER_DEFAULT(pmd_log, NOTICE);

#define pmd_error(what, rc)                                                                        \
	rte_log(RTE_LOG_ERR, (uint32_t)pmd_log, "dmactl: %s: %s\n", what, dmauser_strerror(rc))

static int pmd_info(const struct rte_dma_dev *dev, struct rte_dma_info *info, uint32_t size)
{
	const struct pmd *p = dev->fp_obj->dev_private;

	(void)size;
	/* Do not declare OPS_FILL, which means any pattern of 8 bytes; only repeated bytes work. */
	info->dev_capa = RTE_DMA_CAPA_MEM_TO_MEM | RTE_DMA_CAPA_OPS_COPY |
			 RTE_DMA_CAPA_OPS_COPY_SG | RTE_DMA_CAPA_HANDLES_ERRORS;
	info->max_vchans = 1;
	info->max_desc = p->max_desc;
	info->min_desc = 1;
	info->max_sges = PMD_MAX_SGES;
	info->numa_node = (int16_t)dmauser_chan_caps(p->chan)->numa_node;
	return 0;
}

static int pmd_configure(struct rte_dma_dev *dev, const struct rte_dma_conf *conf, uint32_t size)
{
	(void)dev;
	(void)conf;
	(void)size;
	return 0;
}

static int pmd_vchan_setup(struct rte_dma_dev *dev, uint16_t vchan,
			   const struct rte_dma_vchan_conf *conf, uint32_t size)
{
	struct pmd *p = dev->fp_obj->dev_private;
	uint16_t slots = 1;
	struct dmauser_piece *pieces;
	struct pmd_slot *table;

	(void)vchan;
	(void)size;
	while (slots < conf->nb_desc)
		slots = (uint16_t)(2 * slots);
	table = calloc(slots, sizeof(*table));
	pieces = calloc((size_t)slots * 2 * PMD_MAX_SGES, sizeof(*pieces));
	if (!table || !pieces) {
		free(table);
		free(pieces);
		return -ENOMEM;
	}
	/* DPDK calls this while the device is stopped, so nothing is in flight. */
	free(p->slots);
	free(p->pieces);
	p->slots = table;
	p->pieces = pieces;
	p->nb_desc = conf->nb_desc;
	p->mask = (uint16_t)(slots - 1);
	p->next = p->tail = 0;
	return 0;
}

static int pmd_start(struct rte_dma_dev *dev)
{
	struct pmd *p = dev->fp_obj->dev_private;
	int rc = pmd_memory_update(p);

	if (rc < 0)
		pmd_error("pinning the memory of DPDK", rc);
	return rc;
}

/* Terminates the ops in flight, or waits for them if the channel cannot terminate. */
static int pmd_stop(struct rte_dma_dev *dev)
{
	struct pmd *p = dev->fp_obj->dev_private;
	struct dmactl_chan_status status;
	int rc;

	dmauser_batch_clear(p->batch);
	rc = dmauser_chan_terminate(p->chan);
	if (rc < 0 && rc != -EOPNOTSUPP && rc != -ENODEV)
		return rc;
	dmauser_chan_synchronize(p->chan);
	while (!dmauser_chan_status(p->chan, &status) && status.out_in_flight) {
		pmd_reap(p);
		usleep(1000);
	}
	pmd_reap(p);
	p->tail = p->next;
	return 0;
}

static void pmd_mem_event(enum rte_mem_event type, const void *addr, size_t len, void *arg)
{
	if (type == RTE_MEM_EVENT_FREE)
		pmd_memory_drop(arg, addr, len);
}

static void pmd_free(struct pmd *p)
{
	dmauser_batch_free(p->batch);
	dmauser_close(p->session);
	pmd_memory_free(p);
	free(p->slots);
	free(p->pieces);
}

static int pmd_close(struct rte_dma_dev *dev)
{
	struct pmd *p = dev->fp_obj->dev_private;

	rte_mem_event_callback_unregister(dev->data->dev_name, p);
	pmd_free(p);
	memset(p, 0, sizeof(*p));
	return 0;
}

static int pmd_stats_get(const struct rte_dma_dev *dev, uint16_t vchan, struct rte_dma_stats *stats,
			 uint32_t size)
{
	const struct pmd *p = dev->fp_obj->dev_private;

	(void)vchan;
	(void)size;
	*stats = p->stats;
	return 0;
}

static int pmd_stats_reset(struct rte_dma_dev *dev, uint16_t vchan)
{
	struct pmd *p = dev->fp_obj->dev_private;

	(void)vchan;
	memset(&p->stats, 0, sizeof(p->stats));
	return 0;
}

static int pmd_vchan_status(const struct rte_dma_dev *dev, uint16_t vchan,
			    enum rte_dma_vchan_status *status)
{
	const struct pmd *p = dev->fp_obj->dev_private;
	struct dmactl_chan_status now;
	int rc = dmauser_chan_status(p->chan, &now);

	(void)vchan;
	if (rc < 0)
		return rc;
	*status = now.out_in_flight ? RTE_DMA_VCHAN_ACTIVE : RTE_DMA_VCHAN_IDLE;
	return 0;
}

static int pmd_dump(const struct rte_dma_dev *dev, FILE *f)
{
	const struct pmd *p = dev->fp_obj->dev_private;

	fprintf(f, "channel %s, %u descriptors, %u outstanding, %u not submitted, %u regions\n",
		dmauser_chan_name(p->chan), p->nb_desc, pmd_outstanding(p),
		dmauser_batch_count(p->batch), p->memory.nr);
	return 0;
}

static const struct rte_dma_dev_ops pmd_ops = {
	.dev_info_get = pmd_info,
	.dev_configure = pmd_configure,
	.dev_start = pmd_start,
	.dev_stop = pmd_stop,
	.dev_close = pmd_close,
	.vchan_setup = pmd_vchan_setup,
	.stats_get = pmd_stats_get,
	.stats_reset = pmd_stats_reset,
	.vchan_status = pmd_vchan_status,
	.dev_dump = pmd_dump,
};

/* Requests the channel. It must complete in order, or fences would not work as in DPDK. */
static int request(struct pmd *p, const char *name, unsigned int depth)
{
	int rc;

	if (name)
		rc = dmauser_chan_request_name(p->session, name, depth, &p->chan);
	else
		rc = dmauser_chan_request_caps(p->session, DMACTL_CAP_MEMCPY, NULL, depth,
					       &p->chan);
	if (!rc && (!(dmauser_chan_caps(p->chan)->caps & DMACTL_CAP_MEMCPY) ||
		    dmauser_chan_caps(p->chan)->caps & DMACTL_CAP_NO_ORDER))
		return -EOPNOTSUPP;
	return rc;
}

static int pmd_open(struct pmd *p, const char *name)
{
	struct dmactl_info info;
	int rc = dmauser_open(NULL, &p->session);

	if (!rc)
		rc = dmauser_info(p->session, &info);
	if (!rc) {
		p->max_desc = RTE_MIN((uint32_t)PMD_MAX_DESC, info.out_max_depth);
		rc = request(p, name, p->max_desc);
	}
	if (!rc)
		rc = dmauser_batch_new(&p->batch);
	/* The ring has room for all outstanding ops, so that no completion waits in the module. */
	if (!rc)
		rc = dmauser_ring_new(p->session, p->max_desc, &p->ring);
	return rc;
}

static int take_arg(const char *key, const char *value, void *arg)
{
	(void)key;
	*(const char **)arg = value;
	return 0;
}

static int pmd_create(struct rte_vdev_device *vdev, const char *chan)
{
	const char *name = rte_vdev_device_name(vdev);
	struct rte_dma_dev *dev;
	struct pmd *p;
	int rc;

	dev = rte_dma_pmd_allocate(name, (int)vdev->device.numa_node, sizeof(*p));
	if (!dev)
		return -ENOMEM;
	p = dev->data->dev_private;
	rc = pmd_open(p, chan);
	if (rc < 0) {
		pmd_error(chan ? chan : "a channel for copies", rc);
		pmd_free(p);
		rte_dma_pmd_release(name);
		return rc;
	}
	dev->device = &vdev->device;
	dev->dev_ops = &pmd_ops;
	dev->fp_obj->dev_private = p;
	dev->fp_obj->copy = pmd_copy;
	dev->fp_obj->copy_sg = pmd_copy_sg;
	dev->fp_obj->fill = pmd_fill;
	dev->fp_obj->submit = pmd_submit;
	dev->fp_obj->completed = pmd_completed;
	dev->fp_obj->completed_status = pmd_completed_status;
	dev->fp_obj->burst_capacity = pmd_burst_capacity;
	/* This fails without hugepages; then DPDK never frees memory, so no callback is needed. */
	rte_mem_event_callback_register(dev->data->dev_name, pmd_mem_event, p);
	dev->state = RTE_DMA_DEV_READY;
	return 0;
}

static int pmd_probe(struct rte_vdev_device *vdev)
{
	static const char *const known[] = {PMD_ARG_CHAN, NULL};
	const char *args = rte_vdev_device_args(vdev), *chan = NULL;
	struct rte_kvargs *kvargs;
	int rc;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		rte_log(RTE_LOG_ERR, (uint32_t)pmd_log,
			"dmactl: only the primary process can have a channel\n");
		return -ENOTSUP;
	}
	kvargs = rte_kvargs_parse(args ? args : "", known);
	if (!kvargs) {
		rte_log(RTE_LOG_ERR, (uint32_t)pmd_log,
			"dmactl: '%s': the only argument is chan=NAME\n", args);
		return -EINVAL;
	}
	rte_kvargs_process(kvargs, PMD_ARG_CHAN, take_arg, &chan);
	rc = pmd_create(vdev, chan);
	rte_kvargs_free(kvargs);
	return rc;
}

static int pmd_remove(struct rte_vdev_device *vdev)
{
	return rte_dma_pmd_release(rte_vdev_device_name(vdev));
}

/* IOVAs are virtual addresses of the process; the module never reveals bus addresses. */
static struct rte_vdev_driver pmd_driver = {
	.probe = pmd_probe,
	.remove = pmd_remove,
	.drv_flags = RTE_VDEV_DRV_NEED_IOVA_AS_VA,
};

RTE_PMD_REGISTER_VDEV(dma_dmactl, pmd_driver);
RTE_PMD_REGISTER_PARAM_STRING(dma_dmactl, PMD_ARG_CHAN "=<channel>");
