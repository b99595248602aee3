/* SPDX-License-Identifier: MIT */
/* Shared by the files of this directory. */
#ifndef UAPI_PRIVATE_H
#define UAPI_PRIVATE_H

#include "uapi.h"

/* The test has failed, so leaks are not checked. */
extern bool uapi_failed;

void check_here(void);
void session_close_all(void);

/* Parameters of dmactl that can be changed while it is loaded. */
void dmactl_params_save(void);
void dmactl_params_restore(void);

#endif /* UAPI_PRIVATE_H */
