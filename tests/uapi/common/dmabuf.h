/* SPDX-License-Identifier: MIT */
/* dma-bufs: exported, imported, and mapped for the CPU. Errors fail the test. */
#ifndef DMABUF_H
#define DMABUF_H

#include "uapi.h"

unsigned char *dmabuf_map(int dmabuf, size_t len);
int dmabuf_export(int fd, uint32_t buf);
struct mem dmabuf_import(int fd, int dmabuf);
/* Memory for `len' bytes of a session, exported. */
struct shared {
	int fd;
	uint32_t chan;
	struct mem mem;
	int dmabuf;
};
struct shared shared_on(int fd, uint32_t chan, uint64_t len);

/* Before and after the CPU's access to imported memory. */
void dmabuf_begin(int fd, const struct mem *mem);
void dmabuf_end(int fd, const struct mem *mem);
/* Copies to and from imported memory. */
void dmabuf_check(int fd, uint32_t chan, const struct mem *theirs, const struct mem *ours);

#endif /* DMABUF_H */
