/* SPDX-License-Identifier: MIT */
/*
 * Handles SIGINT, SIGTERM and SIGHUP: the verb stops in an orderly way (it
 * removes its temporary files and stops its channels), then main() kills the
 * process with the signal.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

void stop_init(void);
/*
 * Ignores SIGPIPE, so that a write to a pipe without readers is an ordinary
 * error. By default the signal kills the program without a message.
 */
void stop_ignore_pipes(void);
bool stop_requested(void);
int stop_signal(void); /* 0 if no signal came */
int stop_fd(void);     /* readable after a signal; for epoll */
/* Forgets SIGINT, for a verb that ends with it normally. */
void stop_forget_interrupt(void);
void stop_die(void); /* kills the process with the signal that came */

#endif /* STOP_H */
