// SPDX-License-Identifier: MIT
/* The completion ring. */
#include "cring.h"

int cring_ask(int fd, uint32_t entries, uint32_t stride, struct dmactl_ring *arg)
{
	*arg = (struct dmactl_ring){
		.size = sizeof(*arg),
		.entries = entries,
		.record_size = stride,
	};
	return dev_ioctl(fd, DMACTL_IOC_RING, arg);
}

struct cring cring_new(int fd, uint32_t entries)
{
	struct cring ring = {.fd = fd, .stride = sizeof(struct dmactl_completion)};
	struct dmactl_ring arg;
	void *p;

	check_eq(cring_ask(fd, entries, ring.stride, &arg), 0);
	p = map_at(NULL, arg.out_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fail("cannot map the ring: %s", strerror(errno));
	ring.mem = (struct mem){.len = arg.out_len, .p = p};
	mem_keep(&ring.mem);
	ring.head = p;
	ring.entries = arg.out_entries;
	ring.records_off = arg.out_records_off;
	return ring;
}

uint32_t cring_ready(const struct cring *ring)
{
	return __atomic_load_n(&ring->head->tail, __ATOMIC_ACQUIRE) - ring->next;
}

struct dmactl_completion cring_at(const struct cring *ring, uint32_t nr)
{
	struct dmactl_completion record;

	memcpy(&record,
	       ring->mem.p + ring->records_off + (size_t)(nr % ring->entries) * ring->stride,
	       sizeof(record));
	return record;
}

struct dmactl_completion cring_take(struct cring *ring)
{
	struct dmactl_completion record;

	check(cring_ready(ring) > 0);
	check(cring_ready(ring) <= ring->entries);
	record = cring_at(ring, ring->next++);
	__atomic_store_n(&ring->head->head, ring->next, __ATOMIC_RELEASE);
	return record;
}

struct dmactl_completion cring_spin(struct cring *ring)
{
	uint64_t start = now_ns();

	while (!cring_ready(ring))
		if (now_ns() - start > 60 * SEC)
			fail("no record");
	return cring_take(ring);
}

bool cring_look_again(struct cring *ring)
{
	__atomic_store_n(&ring->head->head, ring->next, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return cring_ready(ring) > 0;
}

bool cring_overflows(const struct cring *ring)
{
	return __atomic_load_n(&ring->head->flags, __ATOMIC_RELAXED) & DMACTL_RING_OVERFLOW;
}

int cring_wait(struct cring *ring, uint32_t min, uint64_t timeout_ns)
{
	return reap(ring->fd, NULL, 0, min, timeout_ns);
}

struct dmactl_completion cring_next(struct cring *ring)
{
	check(cring_wait(ring, 1, 60 * SEC) >= 1);
	return cring_take(ring);
}

struct dmactl_completion cring_run(struct cring *ring, const struct dmactl_op *op)
{
	struct dmactl_submit arg = submit_arg(op, 1);

	check_eq(cring_ready(ring), 0);
	arg.min_complete = 1;
	arg.timeout_ns = 60 * SEC;
	check_eq(dev_ioctl(ring->fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 1);
	check_eq(arg.out_wait, 0);
	check_eq(arg.out_completed, 1);
	return cring_take(ring);
}
