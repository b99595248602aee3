// SPDX-License-Identifier: GPL-2.0-only
/* The code of the tracepoints. */

#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "core/trace.h"
