// SPDX-License-Identifier: MIT
#include "dev/limits.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

static void quota(struct cli *cli, struct dmauser_session *session, const char *what,
		  const char *wanted, uint64_t bytes)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
	struct dmactl_info info;
	char text[UNITS_TEXT];

	if (dmauser_info(session, &info) == 0 && bytes > info.out_max_buffer_bytes) {
		cli_error(cli,
			  "%s: %s of DMA memory in one buffer are more than root allows, which is "
			  "%s (max_buffer_bytes in dmactl(4)): ask for less, or have it raised",
			  what, wanted, format_size(text, info.out_max_buffer_bytes));
		return;
	}
	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		cli_error(cli,
			  "%s: %s of DMA memory are more than the limits of dmactl leave "
			  "(max_kernel_bytes, max_bounce_bytes and others in dmactl(4)); `dmactl "
			  "status' shows what is in use",
			  what, wanted);
	else
		cli_error(cli,
			  "%s: %s of DMA memory are more than your limit of locked memory leaves, "
			  "which is %s in all (RLIMIT_MEMLOCK, `ulimit -l'): ask for less, or "
			  "raise it",
			  what, wanted, format_size(text, limit.rlim_cur));
}

void limits_memory_refused(struct cli *cli, struct dmauser_session *session, const char *what,
			   uint64_t bytes, int err)
{
	char wanted[UNITS_TEXT];

	format_size(wanted, bytes);
	if (err == -EDQUOT)
		quota(cli, session, what, wanted, bytes);
	else if (err == -ENOMEM)
		cli_error(cli, "%s: the kernel has no %s of DMA memory now", what, wanted);
	else
		cli_error(cli, "%s: cannot get %s of DMA memory: %s", what, wanted, strerror(-err));
}

const char *limits_segment_origin(const struct dmactl_chan_caps *caps)
{
	if (caps->bound_flags & DMACTL_BOUND_SEGMENT_SET)
		return "which root set: bounds in dmactl(4)";
	if (caps->bound_flags & DMACTL_BOUND_SEGMENT_DECLARED)
		return "as its driver declares";
	return "as its driver declares none; root can raise it: bounds in dmactl(4)";
}
