// SPDX-License-Identifier: MIT
/* Runs before and after each test. */
#include <signal.h>

#include "private.h"

bool uapi_failed;

static struct leak_state before;

void uapi_start(void)
{
	uapi_failed = false;
	check_here();
	signal(SIGPIPE, SIG_IGN);
	sim_reset();
	dmactl_params_save();
}

void uapi_begin(void)
{
	uapi_start();
	leak_read(&before);
}

void uapi_end(void)
{
	mem_forget_all();
	session_close_all();
	sim_reset();
	dmactl_params_restore();
	if (!uapi_failed)
		leak_check(&before);
}
