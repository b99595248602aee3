// SPDX-License-Identifier: MIT
#include "file/source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int open_direct(int fd, int flags)
{
	char path[64];

	/* Open it through /proc: the path may name another file by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_DIRECT | O_CLOEXEC);
}

int file_size(int fd, const struct stat *st, uint64_t *size)
{
	if (S_ISBLK(st->st_mode))
		return ioctl(fd, BLKGETSIZE64, size) < 0 ? -errno : 0;
	*size = (uint64_t)st->st_size;
	return 0;
}

static int classify(struct source *source, struct cli *cli)
{
	int err;

	if (fstat(source->fd, &source->before) < 0) {
		err = -errno;
		cli_error(cli, "%s: %s", source->name, strerror(-err));
		return err;
	}
	if (S_ISDIR(source->before.st_mode)) {
		cli_error(cli, "%s: is a directory; dmactl copies single files", source->name);
		return -EISDIR;
	}
	/* Files in /proc have the size 0 although they are not empty. */
	if (S_ISREG(source->before.st_mode))
		source->stream = source->before.st_size == 0;
	else
		source->stream = !S_ISBLK(source->before.st_mode);
	if (source->stream) {
		source->size = SIZE_UNKNOWN;
		return 0;
	}
	err = file_size(source->fd, &source->before, &source->size);
	if (err)
		cli_error(cli, "%s: cannot tell its size: %s", source->name, strerror(-err));
	return err;
}

int source_open(struct source *source, struct cli *cli, const char *path, bool direct)
{
	int err;

	memset(source, 0, sizeof(*source));
	source->direct_fd = -1;
	if (strcmp(path, "-") == 0) {
		source->name = "standard input";
		source->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		source->name = path;
		source->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (source->fd < 0) {
		err = -errno;
		cli_error(cli, "%s: cannot open it for reading: %s", source->name, strerror(-err));
		return err;
	}
	err = classify(source, cli);
	if (err) {
		source_close(source);
		return err;
	}
	source->rereadable = S_ISREG(source->before.st_mode) || S_ISBLK(source->before.st_mode);
	/* Standard input may have an offset other than 0, so read it as a stream. */
	if (strcmp(path, "-") == 0) {
		source->stream = true;
		source->rereadable = false;
		source->size = SIZE_UNKNOWN;
	}
	if (source->stream || !direct)
		return 0;
	source->direct_fd = open_direct(source->fd, O_RDONLY);
	source->direct = source->direct_fd >= 0;
	if (!source->direct)
		cli_note(cli, "%s: O_DIRECT is refused (%s), reading through the page cache",
			 source->name, strerror(errno));
	return 0;
}

void source_close(struct source *source)
{
	if (source->direct_fd >= 0)
		close(source->direct_fd);
	if (source->fd >= 0)
		close(source->fd);
	source->direct_fd = -1;
	source->fd = -1;
}

int source_fd(const struct source *source, uint64_t offset)
{
	/* After a short read, the next offset may be unaligned. */
	if (source->direct && offset % DIRECT_ALIGN == 0)
		return source->direct_fd;
	return source->fd;
}

void source_give_up_direct(struct source *source, struct cli *cli)
{
	if (!source->direct)
		return;
	source->direct = false;
	cli_note(cli, "%s: O_DIRECT reads are refused, reading through the page cache",
		 source->name);
}

int source_check_unchanged(const struct source *source, struct cli *cli)
{
	const struct stat *before = &source->before;
	struct stat now;

	/* Only regular files have a size and time that would show a change. */
	if (!S_ISREG(before->st_mode))
		return 0;
	if (fstat(source->fd, &now) < 0)
		return -errno;
	if (now.st_size != before->st_size) {
		cli_error(cli,
			  "%s: the file changed while it was read: it had %lld bytes, now %lld",
			  source->name, (long long)before->st_size, (long long)now.st_size);
		return -ESTALE;
	}
	if (now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != before->st_mtim.tv_nsec) {
		cli_error(cli, "%s: the file changed while it was read (its time stamp moved)",
			  source->name);
		return -ESTALE;
	}
	return 0;
}
