/* SPDX-License-Identifier: MIT */
/* Shared by the files of this directory. */
#ifndef UAPI_PRIVATE_H
#define UAPI_PRIVATE_H

#include "uapi.h"

/* The test has failed, so leaks are not checked. */
extern bool uapi_failed;

void check_here(void);
void session_close_all(void);

#endif /* UAPI_PRIVATE_H */
