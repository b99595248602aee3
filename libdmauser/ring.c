// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "private.h"

static int ring_map(struct dmauser_ring *ring, const struct dmactl_ring *arg)
{
	void *addr = mmap(NULL, (size_t)arg->out_len, PROT_READ | PROT_WRITE, MAP_SHARED,
			  ring->session->fd, 0);

	if (addr == MAP_FAILED)
		return -errno;
	ring->head = addr;
	ring->records = (const struct dmactl_completion *)((char *)addr + arg->out_records_off);
	ring->entries = arg->out_entries;
	ring->len = (size_t)arg->out_len;
	return 0;
}

void dmauser_ring_release(struct dmauser_ring *ring)
{
	if (!ring)
		return;
	munmap(ring->head, ring->len);
	free(ring);
}

DMAUSER_EXPORT int dmauser_ring_new(struct dmauser_session *session, unsigned int entries,
				    struct dmauser_ring **ring)
{
	struct dmactl_ring arg = {
		.size = sizeof(arg),
		.entries = entries,
		.record_size = sizeof(struct dmactl_completion),
	};
	struct dmauser_ring *r;
	int rc;

	if (!session || !ring)
		return -EINVAL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->session = session;
	rc = dmauser_ioctl(session->fd, DMACTL_IOC_RING, &arg);
	if (rc == 0)
		rc = ring_map(r, &arg);
	if (rc < 0) {
		free(r);
		return rc;
	}
	__atomic_store_n(&session->ring, r, __ATOMIC_RELEASE);
	*ring = r;
	return 0;
}

static unsigned int ring_filled(const struct dmauser_ring *ring)
{
	return __atomic_load_n(&ring->head->tail, __ATOMIC_ACQUIRE) - ring->next;
}

/* Called when the ring seems empty. Publishes head, and looks once more. */
static unsigned int ring_look_again(struct dmauser_ring *ring)
{
	struct dmactl_submit arg = {.size = offsetof(struct dmactl_submit, in_fence)};
	unsigned int nr;

	/*
	 * The order of store and load matters: either this thread sees the next
	 * completion, or the module sees the new head and signals the eventfd.
	 */
	__atomic_store_n(&ring->head->head, ring->next, __ATOMIC_SEQ_CST);
	nr = __atomic_load_n(&ring->head->tail, __ATOMIC_SEQ_CST) - ring->next;
	if (nr || !(__atomic_load_n(&ring->head->flags, __ATOMIC_RELAXED) & DMACTL_RING_OVERFLOW))
		return nr;
	dmauser_ioctl(ring->session->fd, DMACTL_IOC_SUBMIT, &arg);
	return ring_filled(ring);
}

DMAUSER_EXPORT unsigned int dmauser_ring_peek(struct dmauser_ring *ring,
					      const struct dmactl_completion **records)
{
	unsigned int at, nr;

	if (!ring || !records)
		return 0;
	nr = ring_filled(ring);
	if (!nr)
		nr = ring_look_again(ring);
	at = ring->next & (ring->entries - 1);
	*records = &ring->records[at];
	return nr < ring->entries - at ? nr : ring->entries - at;
}

DMAUSER_EXPORT void dmauser_ring_advance(struct dmauser_ring *ring, unsigned int nr)
{
	if (!ring)
		return;
	ring->next += nr;
	__atomic_store_n(&ring->head->head, ring->next, __ATOMIC_RELEASE);
}
