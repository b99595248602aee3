/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: a controller, and the functions that its channels use. */
#ifndef DMA_SIM_CORE_CONTROLLER_H
#define DMA_SIM_CORE_CONTROLLER_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "core/chan.h"
#include "core/config.h"

struct device;
struct iommu_domain;

/**
 * struct sim_controller - a controller
 * @dma: part of the dmaengine core
 * @dev: platform device, referenced
 * @config: configuration
 * @fault: simulated faults
 * @domain: IOMMU domain of @dev, or NULL
 * @dma_mask: highest address that it reaches
 * @periphs: state of the peripherals; periph/table.c allocates and frees
 *	it
 * @node: on the list of controllers; the mutex in front/controller.c
 *	protects it
 * @mutex: protects @gone, and the pools and threads of all channels
 * @gone: unbound
 * @free_work: frees the controller
 * @map: slave map; core/channel.c and front/node.c fill it before the
 *	controller is registered
 * @chans: the @config.channels channels
 *
 * front/controller.c writes the fields that have no other owner above.
 */
struct sim_controller {
	struct dma_device dma;
	struct device *dev;
	struct sim_config config;
	const struct sim_fault_ops *fault;
	struct iommu_domain *domain;
	u64 dma_mask;
	void *periphs[SIM_PERIPHERALS];
	struct list_head node;
	struct mutex mutex;	/* see above */
	bool gone;
	struct work_struct free_work;
	struct dma_slave_map map[SIM_NAMES * SIM_MAX_CHANNELS +
				 SIM_MAX_MAP_ENTRIES];
	struct sim_chan chans[];
};

static inline u32 sim_context(const struct sim_chan *sc)
{
	return READ_ONCE(sc->ctl->config.control->context);
}

static inline bool sim_misbehaves(const struct sim_chan *sc,
				  enum sim_misbehaviour how)
{
	return unlikely(READ_ONCE(sc->ctl->config.control->misbehave) &
			BIT_ULL(how));
}

static inline bool sim_misbehaves_somehow(const struct sim_chan *sc)
{
	return unlikely(READ_ONCE(sc->ctl->config.control->misbehave));
}

/*
 * Counts a call to a suspended controller. Real hardware would not answer, or
 * hang the machine.
 */
static inline void sim_awake(const struct sim_chan *sc)
{
	if (unlikely(READ_ONCE(sc->asleep)))
		atomic64_inc(&sc->ctl->config.control->asleep_calls);
}

static inline bool sim_len_valid(const struct sim_chan *sc, size_t len)
{
	struct sim_control *control = sc->ctl->config.control;
	u64 hard = READ_ONCE(control->hard_segment);
	u32 max = sc->ctl->config.max_segment;

	if (unlikely(hard && len > hard))
		atomic64_inc(&control->beyond);
	return len && (!max || len <= max);
}

static inline void sim_count_entries(const struct sim_chan *sc, size_t n)
{
	struct sim_control *control = sc->ctl->config.control;
	u64 hard = READ_ONCE(control->hard_entries);

	if (unlikely(hard && n > hard))
		atomic64_inc(&control->beyond);
}

#endif /* DMA_SIM_CORE_CONTROLLER_H */
