// SPDX-License-Identifier: GPL-2.0-only
/* REUSE and METADATA: features of descriptors of all types. */
#include "core/controller.h"
#include "op/table.h"

static void sim_declare_reuse(struct sim_controller *ctl)
{
	ctl->dma.descriptor_reuse = true;
}

/* DMA_CTRL_REUSE has no capability bit. */
const struct sim_op sim_op_reuse = {
	.name = "reuse",
	.cap = DMA_TX_TYPE_END,
	.slave = true,
	.declare = sim_declare_reuse,
};

static void sim_declare_metadata(struct sim_controller *ctl)
{
	ctl->dma.desc_metadata_modes = DESC_METADATA_CLIENT |
				       DESC_METADATA_ENGINE;
}

/* Metadata has no capability bit. */
const struct sim_op sim_op_metadata = {
	.name = "metadata",
	.cap = DMA_TX_TYPE_END,
	.slave = true,
	.declare = sim_declare_metadata,
};
