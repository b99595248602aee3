// SPDX-License-Identifier: MIT
/* Tests of scattered copies, fills, fences, bad ops of each kind, other sizes, stop and start. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_dmadev.h>
#include <rte_malloc.h>

#include "tests.h"

#define LEN  4096u
#define MANY 200u

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
			return -1;                                                                 \
		}                                                                                  \
	} while (0)

static int16_t dev;
static uint8_t *src, *dst;

static int setup(uint16_t nb_desc)
{
	const struct rte_dma_conf conf = {.nb_vchans = 1};
	const struct rte_dma_vchan_conf vchan = {.direction = RTE_DMA_DIR_MEM_TO_MEM,
						 .nb_desc = nb_desc};

	if (rte_dma_configure(dev, &conf) || rte_dma_vchan_setup(dev, 0, &vchan))
		return -1;
	return rte_dma_start(dev);
}

static void fill_memory(void)
{
	for (unsigned int i = 0; i < LEN * MANY; i++)
		src[i] = (uint8_t)(i * 7 + i / 256);
	memset(dst, 0, LEN * MANY);
}

static rte_iova_t at(const void *p)
{
	return (uintptr_t)p;
}

/* Waits for @nr completions; returns how many arrived, and their status. */
static unsigned int wait_for(unsigned int nr, enum rte_dma_status_code *status)
{
	unsigned int n = 0;

	for (int i = 0; n < nr && i < 20000; i++) {
		n += rte_dma_completed_status(dev, 0, (uint16_t)(nr - n), NULL, status + n);
		usleep(1000);
	}
	return n;
}

static int sizes(void)
{
	static const uint16_t numbers[] = {1, 3, 64, 1000, 4096, 2};
	enum rte_dma_status_code status[8];

	for (unsigned int i = 0; i < RTE_DIM(numbers); i++) {
		CHECK(!setup(numbers[i]));
		CHECK(rte_dma_burst_capacity(dev, 0) == numbers[i]);
		fill_memory();
		CHECK(rte_dma_copy(dev, 0, at(src), at(dst), LEN, RTE_DMA_OP_FLAG_SUBMIT) == 0);
		CHECK(wait_for(1, status) == 1 && status[0] == RTE_DMA_STATUS_SUCCESSFUL);
		CHECK(!memcmp(src, dst, LEN) && !dst[LEN]);
		CHECK(!rte_dma_stop(dev));
	}
	return 0;
}

static int full_ring(void)
{
	enum rte_dma_status_code status[64];

	CHECK(!setup(50));
	for (int i = 0; i < 50; i++)
		CHECK(rte_dma_copy(dev, 0, at(src), at(dst), 64, 0) == i);
	CHECK(rte_dma_copy(dev, 0, at(src), at(dst), 64, 0) == -ENOSPC);
	CHECK(!rte_dma_burst_capacity(dev, 0));
	CHECK(!rte_dma_submit(dev, 0));
	CHECK(wait_for(50, status) == 50);
	CHECK(rte_dma_burst_capacity(dev, 0) == 50);
	return rte_dma_stop(dev);
}

static int scattered(void)
{
	const struct rte_dma_sge from[] = {
		{at(src), 100}, {at(src + 1000), 3}, {at(src + 5000), 897}};
	const struct rte_dma_sge to[] = {{at(dst + 7), 500}, {at(dst + 3000), 500}};
	struct rte_dma_sge many[33];
	enum rte_dma_status_code status[2];
	uint8_t wanted[1000];

	CHECK(!setup(64));
	fill_memory();
	memcpy(wanted, src, 100);
	memcpy(wanted + 100, src + 1000, 3);
	memcpy(wanted + 103, src + 5000, 897);
	CHECK(rte_dma_copy_sg(dev, 0, (void *)(uintptr_t)from, (void *)(uintptr_t)to, 3, 2,
			      RTE_DMA_OP_FLAG_SUBMIT) == 0);
	CHECK(wait_for(1, status) == 1 && status[0] == RTE_DMA_STATUS_SUCCESSFUL);
	CHECK(!memcmp(dst + 7, wanted, 500) && !memcmp(dst + 3000, wanted + 500, 500));
	CHECK(!dst[6] && !dst[507] && !dst[2999] && !dst[3500]);
	/* The module or the library refuses lists with different total lengths. */
	CHECK(rte_dma_copy_sg(dev, 0, (void *)(uintptr_t)from, (void *)(uintptr_t)to, 2, 2,
			      RTE_DMA_OP_FLAG_SUBMIT) == 1);
	CHECK(wait_for(1, status) == 1 && status[0] == RTE_DMA_STATUS_INVALID_LENGTH);
	for (unsigned int i = 0; i < RTE_DIM(many); i++)
		many[i] = (struct rte_dma_sge){at(src), 1};
	CHECK(rte_dma_copy_sg(dev, 0, many, many, 33, 33, 0) == -EINVAL);
	return rte_dma_stop(dev);
}

static int filled(void)
{
	enum rte_dma_status_code status[1];

	CHECK(!setup(64));
	memset(dst, 1, 256);
	CHECK(rte_dma_fill(dev, 0, 0xa5a5a5a5a5a5a5a5, at(dst + 3), 89, RTE_DMA_OP_FLAG_SUBMIT) ==
	      0);
	CHECK(wait_for(1, status) == 1 && status[0] == RTE_DMA_STATUS_SUCCESSFUL);
	CHECK(dst[2] == 1 && dst[3] == 0xa5 && dst[91] == 0xa5 && dst[92] == 1);
	CHECK(rte_dma_fill(dev, 0, 0x0102030405060708, at(dst), 8, 0) == -ENOTSUP);
	CHECK(rte_dma_burst_capacity(dev, 0) == 64);
	return rte_dma_stop(dev);
}

/* Each op copies the previous one's result, in one submit and in many. */
static int fences(void)
{
	enum rte_dma_status_code status[MANY];

	for (unsigned int each = 0; each < 2; each++) {
		CHECK(!setup(256));
		fill_memory();
		for (unsigned int i = 0; i < MANY - 1; i++)
			CHECK(rte_dma_copy(dev, 0, at(i ? dst + (i - 1) * LEN : src),
					   at(dst + i * LEN), LEN,
					   RTE_DMA_OP_FLAG_FENCE |
						   (each ? RTE_DMA_OP_FLAG_SUBMIT : 0)) >= 0);
		CHECK(!rte_dma_submit(dev, 0));
		CHECK(wait_for(MANY - 1, status) == MANY - 1);
		CHECK(!memcmp(src, dst + (MANY - 2) * LEN, LEN));
		CHECK(!rte_dma_stop(dev));
	}
	return 0;
}

/* Bad ops among good ones complete in order; the module refuses overlaps. */
static int bad_ones(void)
{
	enum rte_dma_status_code status[8], wanted[8] = {0};
	uint8_t stack[64];
	struct rte_dma_stats stats;

	CHECK(!setup(64));
	CHECK(!rte_dma_stats_reset(dev, 0));
	fill_memory();
	wanted[1] = wanted[4] = wanted[7] = RTE_DMA_STATUS_INVALID_ADDR;
	wanted[2] = RTE_DMA_STATUS_INVALID_LENGTH;
	wanted[5] = RTE_DMA_STATUS_INVALID_OPCODE;
	CHECK(rte_dma_copy(dev, 0, at(src), at(dst), 64, 0) == 0);
	CHECK(rte_dma_copy(dev, 0, 0, at(dst), 64, 0) == 1);
	CHECK(rte_dma_copy(dev, 0, at(src), at(dst), 0, RTE_DMA_OP_FLAG_FENCE) == 2);
	CHECK(rte_dma_copy(dev, 0, at(src + 64), at(dst + 64), 64, RTE_DMA_OP_FLAG_FENCE) == 3);
	CHECK(rte_dma_copy(dev, 0, at(stack), at(dst), 64, 0) == 4);
	CHECK(rte_dma_copy(dev, 0, at(src), at(src + 32), 64, 0) == 5);
	CHECK(rte_dma_copy(dev, 0, at(src + 128), at(dst + 128), 64, 0) == 6);
	CHECK(rte_dma_copy(dev, 0, at(src), UINT64_MAX - 8, 64, RTE_DMA_OP_FLAG_SUBMIT) == 7);
	CHECK(wait_for(8, status) == 8);
	for (unsigned int i = 0; i < 8; i++) {
		if (status[i] != wanted[i])
			printf("# op %u: status %d, not %d\n", i, status[i], wanted[i]);
		CHECK(status[i] == wanted[i]);
	}
	CHECK(!memcmp(src, dst, 192) && !dst[192]);
	CHECK(!rte_dma_stats_get(dev, 0, &stats));
	CHECK(stats.submitted == 8 && stats.completed == 8 && stats.errors == 5);
	return rte_dma_stop(dev);
}

/* Memory that DPDK allocated after the start, and freed. */
static int late_memory(void)
{
	enum rte_dma_status_code status[1];
	uint8_t *late;

	CHECK(!setup(64));
	fill_memory();
	for (int round = 0; round < 3; round++) {
		late = rte_malloc(NULL, 8 << 20, 4096);
		CHECK(late);
		CHECK(rte_dma_copy(dev, 0, at(src), at(late + (8 << 20) - LEN), LEN,
				   RTE_DMA_OP_FLAG_SUBMIT) == round);
		CHECK(wait_for(1, status) == 1 && status[0] == RTE_DMA_STATUS_SUCCESSFUL);
		CHECK(!memcmp(src, late + (8 << 20) - LEN, LEN));
		rte_free(late);
	}
	return rte_dma_stop(dev);
}

/* Ops in flight at a stop do not complete later, and the device works after a start. */
static int stop_and_start(void)
{
	enum rte_dma_status_code status[64];

	for (int round = 0; round < 20; round++) {
		CHECK(!setup(64));
		for (unsigned int i = 0; i < 60; i++)
			CHECK(rte_dma_copy(dev, 0, at(src), at(dst), LEN,
					   i % 8 ? 0 : RTE_DMA_OP_FLAG_SUBMIT) >= 0);
		CHECK(!rte_dma_stop(dev) && !rte_dma_start(dev));
		CHECK(rte_dma_burst_capacity(dev, 0) == 64);
		CHECK(rte_dma_copy(dev, 0, at(src), at(dst), LEN, RTE_DMA_OP_FLAG_SUBMIT) == 60);
		CHECK(wait_for(1, status) == 1 && status[0] == RTE_DMA_STATUS_SUCCESSFUL);
		CHECK(!rte_dma_completed(dev, 0, 64, NULL, NULL) && !rte_dma_stop(dev));
	}
	return 0;
}

void test_pmd(void)
{
	dev = (int16_t)rte_dma_get_dev_id_by_name("dma_dmactl0");
	src = rte_malloc(NULL, LEN * MANY, 4096);
	dst = rte_malloc(NULL, LEN * MANY, 4096);
	report(dev < 0 || !src || !dst, "the device is there, and memory");
	if (dev < 0 || !src || !dst)
		return;
	report(sizes(), "vchans of other sizes, one after the other");
	report(full_ring(), "a ring that is full");
	report(scattered(), "scattered copies");
	report(filled(), "fills: patterns of a byte, others refused");
	report(fences(), "fences, in DPDK's direction");
	report(bad_ones(), "bad ops end in their place, with the reason");
	report(late_memory(), "memory that came after the start");
	report(stop_and_start(), "stop with ops under way, and start");
	rte_free(src);
	rte_free(dst);
	/* dmadev_autotest expects counters of 0. */
	rte_dma_stats_reset(dev, 0);
}
