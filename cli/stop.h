/* SPDX-License-Identifier: MIT */
/*
 * SIGINT, SIGTERM and SIGHUP: a verb is asked to stop, ends in order (removes
 * what it made, stops its channels) and main() then dies of the signal.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

void stop_init(void);
bool stop_requested(void);
int stop_signal(void); /* 0 if none came */
int stop_fd(void);     /* readable once a signal came; for epoll */
void stop_die(void);   /* ends the process by the signal that came */

#endif /* STOP_H */
