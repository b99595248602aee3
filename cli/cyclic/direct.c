// SPDX-License-Identifier: MIT
#include "cyclic/direct.h"
#include "file/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void direct_begin(struct direct *direct, struct cli *cli, const struct ring *ring,
		  struct target *target, bool sync)
{
	const char *why = NULL;

	*direct = (struct direct){.cli = cli, .ring = ring, .target = target};
	if (sync)
		why = "the file is synced meanwhile";
	else if (!target->direct)
		why = "the file is not open for O_DIRECT";
	else if (ring->kind == DMACTL_BUF_COHERENT)
		why = "the kernel does not write from coherent memory";
	else if (ring->period % DIRECT_ALIGN)
		why = "a period is no multiple of 4096 bytes";
	direct->on = !why;
	if (why)
		cli_detail(cli, "%s: each period is copied, because %s", target->name, why);
	else
		cli_detail(cli, "%s: is written from the ring, with O_DIRECT", target->name);
}

unsigned int direct_write(struct direct *direct, uint64_t period, unsigned int count,
			  uint64_t offset)
{
	const struct ring *ring = direct->ring;
	uint64_t slot = period % ring->count;
	ssize_t put;

	if (count > ring->count - slot)
		count = (unsigned int)(ring->count - slot);
	direct->used = true;
	do
		put = pwrite(direct->target->direct_fd, ring_slot(ring, period),
			     count * ring->period, (off_t)offset);
	while (put < 0 && errno == EINTR);
	if (put > 0 && offset + (uint64_t)put > direct->written)
		direct->written = offset + (uint64_t)put;
	count = put > 0 ? (unsigned int)((size_t)put / ring->period) : 0;
	if (!count) {
		direct->on = false;
		cli_detail(direct->cli,
			   "%s: each period is copied from here on, because O_DIRECT %s",
			   direct->target->name,
			   put < 0 ? strerror(errno) : "wrote less than a period");
	}
	return count;
}

static int failed(const struct direct *direct)
{
	int err = -errno;

	cli_error(direct->cli, "%s: cannot write it: %s", direct->target->name, strerror(-err));
	return err;
}

int direct_cut(struct direct *direct, uint64_t bytes)
{
	if (direct->written > bytes && !direct->target->in_place &&
	    ftruncate(direct->target->fd, (off_t)bytes) < 0)
		return failed(direct);
	direct->written = bytes;
	return 0;
}

int direct_end(struct direct *direct, uint64_t bytes)
{
	int err = direct_cut(direct, bytes);

	direct->on = false;
	if (!err && direct->used && lseek(direct->target->fd, (off_t)bytes, SEEK_SET) < 0)
		return failed(direct);
	return err;
}
