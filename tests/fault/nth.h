/* SPDX-License-Identifier: MIT */
/*
 * Injects one failure into a system call: the kernel counts the allocations and the copies from and
 * to the program that a thread asks for, and makes the nth one fail (Documentation/fault-injection,
 * /proc/PID/fail-nth).
 */
#ifndef NTH_H
#define NTH_H

#include <stdbool.h>

/* Also lets allocations that may sleep fail. Returns false if the kernel has no fault injection. */
bool nth_init(void);
void nth_arm(unsigned int n);
/* Disarms; returns whether something has failed. */
bool nth_disarm(void);

#endif /* NTH_H */
