/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DPDK_H
#define TESTS_DPDK_H

/* Reports one test; result 0 is a pass. */
void report(int result, const char *name);

/* test_pmd.c: tests in addition to dmadev_autotest. */
void test_pmd(void);

#endif /* TESTS_DPDK_H */
