/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DPDK_H
#define TESTS_DPDK_H

/* One test has ended; 0 is good. */
void report(int result, const char *name);

/* test_pmd.c: what dmadev_autotest does not look at. */
void test_pmd(void);

#endif /* TESTS_DPDK_H */
