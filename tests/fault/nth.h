/* SPDX-License-Identifier: MIT */
/*
 * One failure in a system call: the kernel counts the allocations and the copies
 * from and to the program that a thread asks for, and has the nth one fail
 * (Documentation/fault-injection, /proc/PID/fail-nth).
 */
#ifndef NTH_H
#define NTH_H

#include <stdbool.h>

/* False: this kernel cannot. Allocations that may sleep fail, too, from here on. */
bool nth_init(void);
void nth_arm(unsigned int n);
/* Nothing fails any more. True: something did. */
bool nth_disarm(void);

#endif /* NTH_H */
