// SPDX-License-Identifier: MIT
#include "file/target.h"
#include "out/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static int fail(struct cli *cli, const struct target *target, const char *what, int err)
{
	cli_error(cli, "%s: %s: %s", target->name, what, strerror(-err));
	return err;
}

static int open_in_place(struct target *target, struct cli *cli, const char *path,
			 const struct stat *st, bool direct)
{
	/* O_EXCL refuses a mounted disk. O_RDWR allows --verify to read. */
	int flags = S_ISBLK(st->st_mode) ? O_RDWR | O_EXCL : O_WRONLY;

	target->in_place = true;
	target->stream = !S_ISBLK(st->st_mode);
	target->fd = open(path, flags | O_CLOEXEC);
	if (target->fd < 0)
		return fail(cli, target, "cannot open it for writing", -errno);
	/* A slow reader must not block the event loop. This affects only our end of the pipe. */
	if (S_ISFIFO(st->st_mode))
		fcntl(target->fd, F_SETFL, O_WRONLY | O_NONBLOCK);
	cli_note(cli, "%s: is not a regular file and is written in place", target->name);
	if (target->stream || !direct)
		return 0;
	target->direct_fd = open_direct(target->fd, O_RDWR);
	target->direct = target->direct_fd >= 0;
	if (!target->direct)
		cli_note(cli, "%s: O_DIRECT is refused (%s), writing through the page cache",
			 target->name, strerror(errno));
	return 0;
}

static int open_stdout(struct target *target, struct cli *cli)
{
	char path[] = "/proc/self/fd/1";
	struct stat st;

	target->name = "standard output";
	target->in_place = true;
	target->stream = true;
	/* Open a pipe again: O_NONBLOCK on fd 1 would also affect the programs that share it. */
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		target->fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (target->fd < 0)
		target->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (target->fd < 0)
		return fail(cli, target, "cannot write to it", -errno);
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode))
		return a->st_rdev == b->st_rdev;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Opens the directory of the path, and stores the name of the file in it. */
static int open_directory(struct target *target, struct cli *cli, const char *path)
{
	char *copy = strdup(path);
	char *slash = copy ? strrchr(copy, '/') : NULL;
	const char *base = slash ? slash + 1 : copy;
	const char *dir = !slash ? "." : slash == copy ? "/" : copy;
	int err = 0;

	if (!copy)
		return fail(cli, target, "cannot open it", -ENOMEM);
	if (slash)
		*slash = '\0';
	if (!*base) {
		err = fail(cli, target, "name the file, not only the directory", -EISDIR);
	} else if (strlen(base) > NAME_MAX) {
		err = fail(cli, target, "cannot create it", -ENAMETOOLONG);
	} else {
		strcpy(target->base, base);
		target->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (target->dir_fd < 0)
			err = fail(cli, target, "cannot open its directory", -errno);
	}
	free(copy);
	return err;
}

static void choose_temp_name(struct target *target)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char random[6] = {0};
	char suffix[sizeof(random) + 1];

	if (getrandom(random, sizeof(random), 0) < 0)
		random[0] = (unsigned char)getpid();
	for (size_t i = 0; i < sizeof(random); i++)
		suffix[i] = letters[random[i] % 32];
	suffix[sizeof(random)] = '\0';
	snprintf(target->temp, sizeof(target->temp), ".%.*s.%s",
		 (int)(NAME_MAX - 2 - sizeof(random)), target->base, suffix);
}

/* For filesystems without O_TMPFILE (9p, NFS, overlayfs of old kernels). */
static int create_named(struct target *target)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		choose_temp_name(target);
		target->fd = openat(target->dir_fd, target->temp,
				    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (target->fd >= 0) {
			target->linked = true;
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return -errno;
}

static int create_unnamed(struct target *target)
{
	/* give_name() needs /proc to link the file. */
	if (access("/proc/self/fd", X_OK) < 0)
		return -EOPNOTSUPP;
	target->fd = openat(target->dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return target->fd < 0 ? -errno : 0;
}

/* O_EXCL shows whether we created the file; only then may target_close() remove it. */
static int create_kept(struct target *target, struct cli *cli)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;

	target->fd = openat(target->dir_fd, target->base, flags | O_CREAT | O_EXCL, target->mode);
	target->created = target->fd >= 0;
	if (target->fd < 0 && errno == EEXIST)
		target->fd = openat(target->dir_fd, target->base, flags);
	if (target->fd < 0)
		return fail(cli, target, "cannot open it for writing", -errno);
	return 0;
}

static int create_file(struct target *target, struct cli *cli, bool direct)
{
	int err;

	if (target->kept) {
		err = create_kept(target, cli);
		/* The caller says what it means for him that there is no O_DIRECT. */
		if (!err)
			target->direct_fd = open_direct(target->fd, O_RDWR);
		target->direct = target->direct_fd >= 0;
		return err;
	}
	err = create_unnamed(target);
	if (err == -EOPNOTSUPP || err == -EISDIR || err == -ENOENT || err == -EINVAL)
		err = create_named(target);
	if (err)
		return fail(cli, target, "cannot create a file in its directory", err);
	if (!direct)
		return 0;
	target->direct_fd = open_direct(target->fd, O_RDWR);
	target->direct = target->direct_fd >= 0;
	if (!target->direct)
		cli_note(cli, "%s: O_DIRECT is refused (%s), writing through the page cache",
			 target->name, strerror(errno));
	return 0;
}

static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Returns 0 if the existing file may be replaced, else -errno after a message. */
static int check_existing(struct target *target, struct cli *cli, const char *path,
			  const struct stat *st, const struct source *source)
{
	if (S_ISDIR(st->st_mode)) {
		cli_error(cli, "%s: is a directory; name the file to write", target->name);
		return -EISDIR;
	}
	if (source && same_file(st, &source->before)) {
		cli_error(cli, "%s and %s are the same file", source->name, target->name);
		return -EINVAL;
	}
	/* The directory may allow replacing a read-only file; refuse it nevertheless. */
	if (S_ISREG(st->st_mode) && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0)
		return fail(cli, target, "cannot replace it", -errno);
	target->replaces = true;
	return 0;
}

static int open_path(struct target *target, struct cli *cli, const char *path,
		     const struct source *source, bool direct)
{
	char resolved[PATH_MAX];
	struct stat st;
	int err;

	target->mode = default_mode();
	if (stat(path, &st) == 0) {
		err = check_existing(target, cli, path, &st, source);
		if (err)
			return err;
		if (!S_ISREG(st.st_mode))
			return open_in_place(target, cli, path, &st, direct);
		/* Write to the target of a symbolic link, so that the link stays. */
		if (!realpath(path, resolved))
			return fail(cli, target, "cannot resolve it", -errno);
		path = resolved;
		target->mode = st.st_mode & 0777;
	} else if (errno != ENOENT) {
		return fail(cli, target, "cannot write to it", -errno);
	} else if (lstat(path, &st) == 0) {
		return fail(cli, target, "it is a link that leads nowhere", -ENOENT);
	}
	if (source && S_ISREG(source->before.st_mode))
		target->mode = source->before.st_mode & 0777;
	err = open_directory(target, cli, path);
	return err ? err : create_file(target, cli, direct);
}

static int open_target(struct target *target, struct cli *cli, const char *path,
		       const struct source *source, bool direct, bool kept)
{
	int err;

	memset(target, 0, sizeof(*target));
	target->name = path;
	target->kept = kept;
	target->fd = -1;
	target->direct_fd = -1;
	target->dir_fd = -1;
	if (strcmp(path, "-") == 0)
		err = open_stdout(target, cli);
	else
		err = open_path(target, cli, path, source, direct);
	if (err)
		target_close(target);
	return err;
}

int target_open(struct target *target, struct cli *cli, const char *path,
		const struct source *source, bool direct)
{
	return open_target(target, cli, path, source, direct, false);
}

int target_open_kept(struct target *target, struct cli *cli, const char *path)
{
	return open_target(target, cli, path, NULL, false, true);
}

int target_begin(struct target *target, struct cli *cli)
{
	if (!target->kept || target->in_place || target->begun)
		return 0;
	if (target->replaces && ftruncate(target->fd, 0) < 0)
		return fail(cli, target, "cannot empty it", -errno);
	target->begun = true;
	return 0;
}

static int check_device_size(struct target *target, struct cli *cli, uint64_t size)
{
	struct stat st;
	uint64_t room = 0;
	int err;

	if (fstat(target->fd, &st) < 0)
		return fail(cli, target, "cannot tell its size", -errno);
	err = file_size(target->fd, &st, &room);
	if (err)
		return fail(cli, target, "cannot tell its size", err);
	if (size > room) {
		cli_error(cli,
			  "%s: has room for %" PRIu64 " bytes, not for %" PRIu64
			  "; nothing was written",
			  target->name, room, size);
		return -ENOSPC;
	}
	return 0;
}

int target_reserve(struct target *target, struct cli *cli, uint64_t size)
{
	if (target->stream || !size || size == SIZE_UNKNOWN)
		return 0;
	if (target->in_place)
		return check_device_size(target, cli, size);
	/*
	 * Detects a full disk early. It also keeps the writes within the file;
	 * writes that extend a file are not asynchronous.
	 */
	if (fallocate(target->fd, 0, 0, (off_t)size) == 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)
		return fail(cli, target, "cannot make room for it", -errno);
	if (ftruncate(target->fd, (off_t)size) < 0)
		return fail(cli, target, "cannot set its size", -errno);
	return 0;
}

int target_fd(const struct target *target, uint64_t offset, size_t length)
{
	/* The last block is usually unaligned. */
	if (target->direct && offset % DIRECT_ALIGN == 0 && length % DIRECT_ALIGN == 0)
		return target->direct_fd;
	return target->fd;
}

void target_give_up_direct(struct target *target, struct cli *cli)
{
	if (!target->direct)
		return;
	target->direct = false;
	cli_note(cli, "%s: O_DIRECT writes are refused, writing through the page cache",
		 target->name);
}

/* Gives the file a temporary name, because rename() needs one. */
static int link_temp(struct target *target, const char *proc_path)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		choose_temp_name(target);
		if (linkat(AT_FDCWD, proc_path, target->dir_fd, target->temp, AT_SYMLINK_FOLLOW) ==
		    0) {
			target->linked = true;
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return -errno;
}

static int give_name(struct target *target)
{
	char proc_path[64];
	int err;

	if (!target->linked) {
		snprintf(proc_path, sizeof(proc_path), "/proc/self/fd/%d", target->fd);
		if (!target->replaces && linkat(AT_FDCWD, proc_path, target->dir_fd, target->base,
						AT_SYMLINK_FOLLOW) == 0)
			return 0;
		err = link_temp(target, proc_path);
		if (err)
			return err;
	}
	if (renameat(target->dir_fd, target->temp, target->dir_fd, target->base) < 0)
		return -errno;
	target->linked = false;
	return 0;
}

static void sync_directory(const struct target *target)
{
	/* We may not be allowed to open the directory; the content of the file is safe anyway. */
	int fd = openat(target->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static int commit(struct target *target, struct cli *cli, bool stoppable)
{
	int err;

	if (fsync(target->fd) < 0 && errno != EINVAL && errno != EROFS)
		return fail(cli, target, "cannot bring the data to the disk", -errno);
	if (target->in_place)
		return 0;
	if (target->kept) {
		sync_directory(target);
		return 0;
	}
	if (fchmod(target->fd, target->mode) < 0)
		return fail(cli, target, "cannot set its mode", -errno);
	/* This is the last chance to keep the old file. */
	if (stoppable && stop_requested())
		return -EINTR;
	err = give_name(target);
	if (err)
		return fail(cli, target, "cannot give the file its name", err);
	sync_directory(target);
	return 0;
}

int target_commit(struct target *target, struct cli *cli)
{
	return commit(target, cli, true);
}

int target_commit_anyway(struct target *target, struct cli *cli)
{
	return commit(target, cli, false);
}

void target_close(struct target *target)
{
	if (target->linked)
		unlinkat(target->dir_fd, target->temp, 0);
	target->linked = false;
	if (target->created && !target->begun)
		unlinkat(target->dir_fd, target->base, 0);
	target->created = false;
	if (target->direct_fd >= 0)
		close(target->direct_fd);
	if (target->fd >= 0)
		close(target->fd);
	if (target->dir_fd >= 0)
		close(target->dir_fd);
	target->direct_fd = -1;
	target->fd = -1;
	target->dir_fd = -1;
}

bool target_takes_stdout(const struct cli *cli, const char *path)
{
	if (strcmp(path, "-") || (!cli->json && !cli->want_explain))
		return false;
	cli_error(
		cli,
		"standard output is the target, and --json and --explain print there, too; name a "
		"file as the target");
	return true;
}
