// SPDX-License-Identifier: GPL-2.0-only
/* dma-sim: a DMA controller in software, for all clients of dmaengine. */
#include <linux/module.h>

#include "../../version.h"
#include "front/controller.h"

static int __init sim_init(void)
{
	return sim_controllers_init();
}
module_init(sim_init);

static void __exit sim_exit(void)
{
	sim_controllers_exit();
}
module_exit(sim_exit);

MODULE_DESCRIPTION("Simulated DMA controller");
MODULE_AUTHOR("The dmactl authors");
MODULE_VERSION(DMACTL_VERSION);
MODULE_LICENSE("GPL");
