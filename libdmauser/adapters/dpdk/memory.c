// SPDX-License-Identifier: MIT
/* Maps DPDK's memory as dmactl buffers. */
#include "pmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_memory.h>

static struct pmd_region *region_of(struct pmd_memory *m, uintptr_t va, size_t len)
{
	for (unsigned int i = 0; i < m->nr; i++) {
		struct pmd_region *r = &m->regions[i];

		if (va >= r->va && len <= r->len && va - r->va <= r->len - len)
			return r;
	}
	return NULL;
}

static int region_add(const struct rte_memseg_list *msl, const struct rte_memseg *ms, size_t len,
		      void *arg)
{
	struct pmd *p = arg;
	struct pmd_memory *m = &p->memory;
	struct dmauser_buf *buf;
	int rc;

	(void)msl;
	if (region_of(m, (uintptr_t)ms->addr, len))
		return 0;
	if (m->nr == m->capacity) {
		unsigned int capacity = m->capacity ? 2 * m->capacity : 16;
		void *grown = reallocarray(m->regions, capacity, sizeof(*m->regions));

		if (!grown)
			return -ENOMEM;
		m->regions = grown;
		m->capacity = capacity;
	}
	rc = dmauser_buf_map_user(p->session, ms->addr, len, 0, &buf);
	if (rc < 0)
		return rc;
	m->regions[m->nr++] = (struct pmd_region){(uintptr_t)ms->addr, len, buf};
	return 0;
}

int pmd_memory_update(struct pmd *p)
{
	return rte_memseg_contig_walk(region_add, p);
}

bool pmd_memory_find(struct pmd *p, rte_iova_t addr, uint32_t len, struct dmauser_piece *piece)
{
	struct pmd_region *r = region_of(&p->memory, (uintptr_t)addr, len);

	/*
	 * DPDK may have allocated memory since. Check that the address is
	 * DPDK's before the slow walk.
	 */
	if (!r && rte_mem_virt2memseg((void *)(uintptr_t)addr, NULL) && !pmd_memory_update(p))
		r = region_of(&p->memory, (uintptr_t)addr, len);
	if (!r || !len)
		return false;
	*piece = (struct dmauser_piece){r->buf, addr - r->va, len};
	return true;
}

void pmd_memory_drop(struct pmd *p, const void *addr, size_t len)
{
	struct pmd_memory *m = &p->memory;
	uintptr_t va = (uintptr_t)addr;

	for (unsigned int i = 0; i < m->nr;) {
		struct pmd_region *r = &m->regions[i];

		/* A region in use stays pinned until the device is closed. */
		if (r->va >= va + len || va >= r->va + r->len || dmauser_buf_destroy(r->buf) < 0)
			i++;
		else
			*r = m->regions[--m->nr];
	}
}

/* dmauser_close() frees the buffers. */
void pmd_memory_free(struct pmd *p)
{
	free(p->memory.regions);
	memset(&p->memory, 0, sizeof(p->memory));
}
