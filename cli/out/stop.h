/* SPDX-License-Identifier: MIT */
/*
 * SIGINT, SIGTERM and SIGHUP: a verb is asked to stop, ends in order (removes
 * what it made, stops its channels) and main() then dies of the signal.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

void stop_init(void);
/*
 * A pipe that nobody reads is an error like any other from now on. By default
 * it ends the program without a word, as it does others.
 */
void stop_ignore_pipes(void);
bool stop_requested(void);
int stop_signal(void); /* 0 if none came */
int stop_fd(void);     /* readable once a signal came; for epoll */
/* For a verb that runs until SIGINT: it was no failure. */
void stop_forget_interrupt(void);
void stop_die(void); /* ends the process by the signal that came */

#endif /* STOP_H */
