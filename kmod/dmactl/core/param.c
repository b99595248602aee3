// SPDX-License-Identifier: GPL-2.0-only
/* Module parameters that limit programs, unless another file defines them. */

#include <linux/module.h>
#include <linux/sizes.h>

#include "core/param.h"

unsigned int dmactl_max_channels = 64;
module_param_named(max_channels, dmactl_max_channels, uint, 0644);
MODULE_PARM_DESC(max_channels, "Channels that one session may hold (64)");

unsigned int dmactl_max_buffers = 4096;
module_param_named(max_buffers, dmactl_max_buffers, uint, 0644);
MODULE_PARM_DESC(max_buffers, "Buffers that one session may hold (4096)");

unsigned int dmactl_max_depth = 4096;
module_param_named(max_depth, dmactl_max_depth, uint, 0644);
MODULE_PARM_DESC(max_depth, "Ops outstanding on one channel, at most (4096)");

unsigned long dmactl_max_buffer_bytes = SZ_1G;
module_param_named(max_buffer_bytes, dmactl_max_buffer_bytes, ulong, 0644);
MODULE_PARM_DESC(max_buffer_bytes, "Bytes in one buffer, at most (1 GiB)");

unsigned long dmactl_max_bounce_bytes = SZ_32M;
module_param_named(max_bounce_bytes, dmactl_max_bounce_bytes, ulong, 0644);
MODULE_PARM_DESC(max_bounce_bytes,
		 "Bytes of SWIOTLB that all sessions may fill (32 MiB)");

unsigned long dmactl_max_bounce_bytes_user;
module_param_named(max_bounce_bytes_user, dmactl_max_bounce_bytes_user, ulong,
		   0644);
MODULE_PARM_DESC(max_bounce_bytes_user,
		 "Bytes of SWIOTLB that one user may fill (half of all)");

unsigned long dmactl_max_kernel_bytes;
module_param_named(max_kernel_bytes, dmactl_max_kernel_bytes, ulong, 0644);
MODULE_PARM_DESC(max_kernel_bytes,
		 "Kernel memory of one user, beside buffers (32 MiB)");

unsigned int dmactl_max_channels_user;
module_param_named(max_channels_user, dmactl_max_channels_user, uint, 0644);
MODULE_PARM_DESC(max_channels_user,
		 "Channels of a controller that one user may hold (half)");

unsigned int dmactl_max_sessions = 1024;
module_param_named(max_sessions, dmactl_max_sessions, uint, 0644);
MODULE_PARM_DESC(max_sessions, "Sessions that one user may have open (1024)");

unsigned int dmactl_stop_timeout_ms = 5000;
module_param_named(stop_timeout_ms, dmactl_stop_timeout_ms, uint, 0644);
MODULE_PARM_DESC(stop_timeout_ms,
		 "Wait for hardware that cannot be stopped, in ms (5000)");

unsigned int dmactl_busy_poll_us;
module_param_named(busy_poll_us, dmactl_busy_poll_us, uint, 0644);
MODULE_PARM_DESC(busy_poll_us,
		 "Look for records before sleeping, in us at most (0)");

unsigned int dmactl_fence_timeout_ms = 10000;
module_param_named(fence_timeout_ms, dmactl_fence_timeout_ms, uint, 0644);
MODULE_PARM_DESC(fence_timeout_ms,
		 "How long others wait for an op on a shared dma-buf, in ms (10000)");

char *dmactl_allow = "@memory,@ports";
module_param_named(allow, dmactl_allow, charp, 0444);
MODULE_PARM_DESC(allow,
		 "Channels for who has no CAP_SYS_RAWIO: @memory, @ports, shell patterns, separated by commas (@memory,@ports)");
