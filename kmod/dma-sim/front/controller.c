// SPDX-License-Identifier: GPL-2.0-only
/* Controllers: platform devices and their driver. */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/lock.h"
#include "fault/misbehave.h"
#include "front/config.h"
#include "front/configfs.h"
#include "front/controller.h"
#include "front/node.h"
#include "op/table.h"
#include "periph/table.h"

static DEFINE_MUTEX(sim_mutex);
static LIST_HEAD(sim_controllers);	/* sim_mutex protects it */
static struct workqueue_struct *sim_wq;

static DEFINE_MUTEX(sim_devices_mutex);
static struct platform_device *sim_devices[SIM_MAX_INDEX];
static struct platform_device *sim_parents[SIM_MAX_INDEX];

/* The behaviour has changed: runs all engines. */
void sim_controllers_poke(void)
{
	struct sim_controller *ctl;
	unsigned int i;

	guard(mutex)(&sim_mutex);
	list_for_each_entry(ctl, &sim_controllers, node) {
		for (i = 0; i < ctl->config.channels; i++) {
			guard(sim_chan)(&ctl->chans[i]);
			sim_engine_poke(&ctl->chans[i]);
		}
	}
}

static bool sim_filter(struct dma_chan *chan, void *param)
{
	return to_sim_chan(chan)->index == (uintptr_t)param;
}

static bool sim_filter_none(struct dma_chan *chan, void *param)
{
	return false;
}

static void sim_controller_free(struct sim_controller *ctl)
{
	put_device(ctl->dev);
	sim_periphs_free(ctl);
	sim_control_put(ctl->config.control);
	sim_map_entries_put(ctl->config.map_entries);
	kvfree(ctl);
}

/* No client holds a channel. */
static void sim_controller_drop(struct sim_controller *ctl)
{
	dma_cap_mask_t mask;
	unsigned int i;

	/*
	 * dma_release_channel() uses the channel after device_release(). It
	 * holds a mutex of the core meanwhile, so taking that mutex waits for
	 * it.
	 */
	dma_cap_zero(mask);
	dma_request_channel(mask, sim_filter_none, NULL);

	for (i = 0; i < ctl->config.channels; i++)
		put_device(&ctl->chans[i].chan.dev->device);
	sim_controller_free(ctl);
}

static void sim_controller_free_work(struct work_struct *work)
{
	sim_controller_drop(container_of(work, struct sim_controller,
					 free_work));
}

static void sim_controller_release(struct dma_device *dma)
{
	struct sim_controller *ctl =
		container_of(dma, struct sim_controller, dma);

	queue_work(sim_wq, &ctl->free_work);
}

/*
 * Without device_release(), a driver frees its channels here. If a client holds
 * one, the core has printed a warning, and has the controller on its list for
 * good. Then the memory is kept, so that the warning is all that happens.
 */
static void sim_controller_forget(struct sim_controller *ctl)
{
	unsigned int i;

	for (i = 0; i < ctl->config.channels; i++)
		if (ctl->chans[i].chan.client_count)
			return;
	sim_controller_drop(ctl);
}

static void sim_controller_remove(void *data)
{
	struct sim_controller *ctl = data;
	/* With device_release(), unregistering may free the controller. */
	bool forget = ctl->config.no_release;
	unsigned int i;

	scoped_guard(mutex, &sim_mutex)
		list_del(&ctl->node);
	scoped_guard(mutex, &ctl->mutex) {
		ctl->gone = true;
		for (i = 0; i < ctl->config.channels; i++)
			sim_chan_remove(&ctl->chans[i]);
	}
	dma_async_device_unregister(&ctl->dma);
	if (forget)
		sim_controller_forget(ctl);
}

static void sim_controller_declare(struct sim_controller *ctl)
{
	struct dma_device *dma = &ctl->dma;
	const struct sim_op *op;
	unsigned int i;

	dma->dev = ctl->dev;
	if (!ctl->config.no_release)
		dma->device_release = sim_controller_release;
	dma->residue_granularity = ctl->config.residue;
	dma->filter.fn = sim_filter;
	dma->filter.map = ctl->map;

	/* Keeps the kernel's own clients of DMA (raid, async_tx) away. */
	dma_cap_set(DMA_PRIVATE, dma->cap_mask);
	sim_chan_declare(ctl);
	for (i = 0; (op = sim_op(i)); i++) {
		if (!(ctl->config.ops & BIT_ULL(i)))
			continue;
		if (op->cap != DMA_TX_TYPE_END)
			dma_cap_set(op->cap, dma->cap_mask);
		if (op->declare)
			op->declare(ctl);
	}

	INIT_LIST_HEAD(&dma->channels);
	for (i = 0; i < ctl->config.channels; i++)
		sim_chan_init(ctl, i);
}

static int sim_controller_setup_dma(struct sim_controller *ctl)
{
	struct device *dev = ctl->dev;
	int ret;

	ctl->dma_mask = DMA_BIT_MASK(ctl->config.dma_mask);
	ret = dma_set_mask_and_coherent(dev, ctl->dma_mask);
	if (ret) {
		dev_err(dev, "dma_mask=%u: this machine has memory beyond, and no way to bounce\n",
			ctl->config.dma_mask);
		return ret;
	}
	if (ctl->config.max_segment)
		dma_set_max_seg_size(dev, ctl->config.max_segment);
	if (!ctl->config.noncoherent) {
		dmactl_compat_set_coherent(dev);
	} else if (dev_is_dma_coherent(dev)) {
		dev_err(dev, "noncoherent=1: here all devices are cache coherent\n");
		return -EOPNOTSUPP;
	}
	ctl->domain = iommu_get_domain_for_dev(dev);
	return 0;
}

static int sim_controller_probe(struct platform_device *pdev)
{
	const struct sim_config *config = dev_get_platdata(&pdev->dev);
	struct sim_controller *ctl;
	unsigned int i;
	int ret;

	ctl = kvzalloc(struct_size(ctl, chans, config->channels), GFP_KERNEL);
	if (!ctl)
		return -ENOMEM;
	ctl->dev = get_device(config->below ? pdev->dev.parent : &pdev->dev);
	ctl->config = *config;
	ctl->fault = &sim_faults;
	kref_get(&ctl->config.control->ref);
	sim_map_entries_get(ctl->config.map_entries);
	mutex_init(&ctl->mutex);
	INIT_WORK(&ctl->free_work, sim_controller_free_work);

	ret = sim_periphs_init(ctl);
	if (ret)
		goto err_free;
	ret = sim_controller_setup_dma(ctl);
	if (ret)
		goto err_free;
	sim_controller_declare(ctl);
	ret = sim_map_entries_add(ctl);
	if (ret)
		goto err_free;
	ret = dma_async_device_register(&ctl->dma);
	if (ret) {
		dev_err(&pdev->dev, "cannot register: %d\n", ret);
		goto err_free;
	}

	/*
	 * Clients that outlive the registration still read the name of the
	 * device.
	 */
	for (i = 0; i < config->channels; i++)
		get_device(&ctl->chans[i].chan.dev->device);
	scoped_guard(mutex, &sim_mutex)
		list_add_tail(&ctl->node, &sim_controllers);

	platform_set_drvdata(pdev, ctl);
	/* Used instead of .remove, whose type differs between kernels. */
	return devm_add_action_or_reset(&pdev->dev, sim_controller_remove, ctl);

err_free:
	sim_controller_free(ctl);
	return ret;
}

static int sim_controller_suspend(struct device *dev)
{
	struct sim_controller *ctl = dev_get_drvdata(dev);
	unsigned int i;
	int ret;

	for (i = 0; i < ctl->config.channels; i++) {
		ret = sim_chan_suspend(&ctl->chans[i]);
		if (ret) {
			dev_warn(dev, "channel %u is busy\n", i);
			while (i--)
				sim_chan_resume(&ctl->chans[i]);
			return ret;
		}
	}
	return 0;
}

static int sim_controller_resume(struct device *dev)
{
	struct sim_controller *ctl = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < ctl->config.channels; i++)
		sim_chan_resume(&ctl->chans[i]);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(sim_pm_ops, sim_controller_suspend,
				sim_controller_resume);

static struct platform_driver sim_driver = {
	.probe = sim_controller_probe,
	.driver = {
		.name = SIM_NAME,
		.pm = pm_sleep_ptr(&sim_pm_ops),
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

/* The parent driver only provides the device that does DMA. */
static int sim_parent_probe(struct platform_device *pdev)
{
	return 0;
}

static struct platform_driver sim_parent_driver = {
	.probe = sim_parent_probe,
	.driver = {
		.name = SIM_NAME "-parent",
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

static int sim_parent_add(unsigned int index)
{
	struct platform_device *pdev;

	lockdep_assert_held(&sim_devices_mutex);
	pdev = platform_device_register_simple(SIM_NAME "-parent", index, NULL,
					       0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	sim_parents[index] = pdev;
	return 0;
}

static void sim_parent_remove(unsigned int index)
{
	lockdep_assert_held(&sim_devices_mutex);
	platform_device_unregister(sim_parents[index]);
	sim_parents[index] = NULL;
}

/* Creates a controller with the lowest free number. Returns the number. */
int sim_device_add(struct sim_config *config)
{
	struct platform_device *pdev;
	unsigned int index = 0;
	int ret;

	guard(mutex)(&sim_devices_mutex);
	while (sim_devices[index])
		if (++index == ARRAY_SIZE(sim_devices))
			return -ENOSPC;
	config->index = index;
	if (config->below) {
		ret = sim_parent_add(index);
		if (ret)
			return ret;
	}
	pdev = platform_device_register_data(config->below ?
					     &sim_parents[index]->dev : NULL,
					     SIM_NAME, index, config,
					     sizeof(*config));
	if (IS_ERR(pdev)) {
		sim_parent_remove(index);
		return PTR_ERR(pdev);
	}
	/* The probe has printed the reason. */
	if (!platform_get_drvdata(pdev)) {
		platform_device_unregister(pdev);
		sim_parent_remove(index);
		return -EINVAL;
	}
	sim_devices[index] = pdev;
	return index;
}

void sim_device_remove(unsigned int index)
{
	guard(mutex)(&sim_devices_mutex);
	platform_device_unregister(sim_devices[index]);
	sim_devices[index] = NULL;
	sim_parent_remove(index);
}

static void sim_devices_remove(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_devices); i++)
		sim_device_remove(i);
}

int sim_controllers_init(void)
{
	struct sim_config config, peripherals;
	unsigned int i, devices;
	int ret;

	ret = sim_param_config(&config, &devices, &peripherals);
	if (ret)
		return ret;
	sim_engine_probe();

	sim_wq = alloc_workqueue(SIM_NAME, WQ_UNBOUND, 0);
	if (!sim_wq)
		return -ENOMEM;
	ret = platform_driver_register(&sim_parent_driver);
	if (ret)
		goto err_wq;
	ret = platform_driver_register(&sim_driver);
	if (ret)
		goto err_parent;
	for (i = 0; i < devices; i++) {
		ret = sim_device_add(&config);
		if (ret < 0)
			goto err_devices;
	}
	if (peripherals.peripherals) {
		ret = sim_device_add(&peripherals);
		if (ret < 0)
			goto err_devices;
	}
	ret = sim_configfs_init();
	if (ret)
		goto err_devices;
	return 0;

err_devices:
	sim_devices_remove();
	platform_driver_unregister(&sim_driver);
err_parent:
	platform_driver_unregister(&sim_parent_driver);
err_wq:
	destroy_workqueue(sim_wq);
	return ret;
}

void sim_controllers_exit(void)
{
	sim_configfs_exit();
	sim_devices_remove();
	platform_driver_unregister(&sim_driver);
	platform_driver_unregister(&sim_parent_driver);
	destroy_workqueue(sim_wq);
}
