/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version of both modules. packaging/version compares it with the Makefile.
 */
#ifndef DMACTL_VERSION_H
#define DMACTL_VERSION_H

#define DMACTL_VERSION "0.2.0"
#define DMACTL_VERSION_CODE ((0 << 16) | (2 << 8) | 0)

#endif
