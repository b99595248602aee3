// SPDX-License-Identifier: MIT
#include "copy/verify.h"
#include "out/progress.h"
#include "out/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (1024u * 1024u)

/* Reads length bytes, or fewer at the end of the file. Returns their number or -errno. */
static int64_t read_chunk(int fd, int direct_fd, uint8_t *memory, size_t length, uint64_t offset)
{
	size_t done = 0;

	while (done < length) {
		bool direct = direct_fd >= 0 && done % DIRECT_ALIGN == 0;
		/* O_DIRECT needs whole sectors; the memory has room for a whole chunk. */
		size_t want = direct ? CHUNK - done : length - done;
		ssize_t got =
			pread(direct ? direct_fd : fd, memory + done, want, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (int64_t)(done < length ? done : length);
}

static int compare(struct cli *cli, const struct target *target, const uint8_t *expected,
		   const uint8_t *got, size_t length, uint64_t offset)
{
	size_t i = 0;

	if (memcmp(expected, got, length) == 0)
		return 0;
	while (expected[i] == got[i])
		i++;
	cli_error(cli,
		  "%s: what was written is not what was read: byte %" PRIu64
		  " is 0x%02x instead of 0x%02x",
		  target->name, offset + i, got[i], expected[i]);
	return -EILSEQ;
}

static int read_failed(struct cli *cli, const char *name, int64_t result)
{
	cli_error(cli, "%s: cannot read it again to verify it: %s", name,
		  result < 0 ? strerror((int)-result) : "it is too short");
	return result < 0 ? (int)result : -EIO;
}

static int verify_chunks(struct cli *cli, const struct source *source, const struct target *target,
			 uint8_t *expected, uint8_t *got, uint64_t size)
{
	int direct_source = source && source->direct ? source->direct_fd : -1;
	int direct_target = target->direct ? target->direct_fd : -1;
	int err;

	for (uint64_t offset = 0; offset < size; offset += CHUNK) {
		size_t length = size - offset < CHUNK ? (size_t)(size - offset) : CHUNK;
		int64_t result;

		if (stop_requested())
			return -EINTR;
		if (source) {
			result = read_chunk(source->fd, direct_source, expected, length, offset);
			if (result != (int64_t)length)
				return read_failed(cli, source->name, result);
		}
		result = read_chunk(target->fd, direct_target, got, length, offset);
		if (result != (int64_t)length)
			return read_failed(cli, target->name, result);
		err = compare(cli, target, expected, got, length, offset);
		if (err)
			return err;
		progress_update(offset + length);
	}
	return 0;
}

int verify_target(struct cli *cli, const struct source *source, const struct target *target,
		  uint8_t value, uint64_t size)
{
	uint8_t *expected = aligned_alloc(DIRECT_ALIGN, CHUNK);
	uint8_t *got = aligned_alloc(DIRECT_ALIGN, CHUNK);
	int err = -ENOMEM;

	if (expected && got) {
		memset(expected, value, CHUNK);
		/* Drop the page cache, so that the data is read from the disk. */
		fdatasync(target->fd);
		posix_fadvise(target->fd, 0, 0, POSIX_FADV_DONTNEED);
		progress_begin(cli, "verifying", size);
		err = verify_chunks(cli, source, target, expected, got, size);
		progress_end();
	} else {
		cli_error(cli, "out of memory");
	}
	free(expected);
	free(got);
	return err;
}
