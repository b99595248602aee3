// SPDX-License-Identifier: MIT
/*
 * The page belongs to a file in our own file system (FUSE), which answers late. userfaultfd(2)
 * could do the same, but small kernels lack it.
 */
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "private.h"
#include "stall.h"

#define FILE_NODE 2

struct request {
	struct fuse_in_header head;
	unsigned char rest[FUSE_MIN_READ_BUFFER + PAGE];
};

static void answer(const struct stall *stall, uint64_t unique, int error, const void *data,
		   size_t len)
{
	unsigned char out[sizeof(struct fuse_out_header) + PAGE];
	struct fuse_out_header head = {
		.len = (uint32_t)(sizeof(head) + len), .error = error, .unique = unique};

	memcpy(out, &head, sizeof(head));
	if (len)
		memcpy(out + sizeof(head), data, len);
	/* The process that asked may have been killed meanwhile. */
	if (write(stall->fuse, out, head.len) < 0 && errno != ENOENT)
		fail("FUSE: %s", strerror(errno));
}

static void answer_init(const struct stall *stall, const struct request *in)
{
	const struct fuse_init_in *init = (const struct fuse_init_in *)in->rest;
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = init->minor,
		.max_readahead = 0,
		.max_write = PAGE,
	};

	answer(stall, in->head.unique, 0, &out, sizeof(out));
}

static struct fuse_attr attr_of(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755,
		.nlink = 1,
		.size = PAGE,
	};
}

static void answer_lookup(const struct stall *stall, const struct request *in)
{
	struct fuse_entry_out out = {.nodeid = FILE_NODE,
				     .entry_valid = 3600,
				     .attr_valid = 3600,
				     .attr = attr_of(FILE_NODE)};

	answer(stall, in->head.unique, 0, &out, sizeof(out));
}

static void answer_getattr(const struct stall *stall, const struct request *in)
{
	struct fuse_attr_out out = {.attr_valid = 3600, .attr = attr_of(in->head.nodeid)};

	answer(stall, in->head.unique, 0, &out, sizeof(out));
}

static void answer_read(struct stall *stall, const struct request *in)
{
	__atomic_store_n(&stall->touched, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&stall->given, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	answer(stall, in->head.unique, 0, stall->content, PAGE);
}

static void serve(struct stall *stall, const struct request *in)
{
	struct fuse_open_out opened = {0};

	switch (in->head.opcode) {
	case FUSE_INIT:
		answer_init(stall, in);
		break;
	case FUSE_LOOKUP:
		answer_lookup(stall, in);
		break;
	case FUSE_GETATTR:
		answer_getattr(stall, in);
		break;
	case FUSE_OPEN:
		answer(stall, in->head.unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		answer_read(stall, in);
		break;
	case FUSE_RELEASE:
		answer(stall, in->head.unique, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(stall, in->head.unique, -ENOSYS, NULL, 0);
	}
}

/* Runs until the file system is unmounted. */
static void *serve_all(void *p)
{
	struct stall *stall = p;
	struct request in;

	while (read(stall->fuse, &in, sizeof(in)) > 0)
		serve(stall, &in);
	return NULL;
}

void stall_new(struct stall *stall, const void *content, size_t len)
{
	char text[64];

	*stall = (struct stall){.dir = "/tmp/stall.XXXXXX"};
	check(len <= PAGE);
	memcpy(stall->content, content, len);
	check(mkdtemp(stall->dir));
	stall->fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (stall->fuse < 0 && !system("modprobe fuse"))
		stall->fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	check(stall->fuse >= 0);
	snprintf(text, sizeof(text), "fd=%d,rootmode=40000,user_id=0,group_id=0", stall->fuse);
	check_eq(mount("stall", stall->dir, "fuse", MS_NOSUID | MS_NODEV, text), 0);
	check_eq(pthread_create(&stall->server, NULL, serve_all, stall), 0);
	snprintf(text, sizeof(text), "%s/page", stall->dir);
	stall->file = open(text, O_RDONLY | O_CLOEXEC);
	check(stall->file >= 0);
	stall->p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, stall->file, 0);
	check(stall->p != MAP_FAILED);
}

bool stall_is_touched(const struct stall *stall)
{
	return __atomic_load_n(&stall->touched, __ATOMIC_SEQ_CST);
}

void stall_wait(const struct stall *stall)
{
	int i;

	for (i = 0; i < 60000 && !stall_is_touched(stall); i++)
		sleep_ms(1);
	check(stall_is_touched(stall));
}

void stall_give(struct stall *stall)
{
	__atomic_store_n(&stall->given, true, __ATOMIC_SEQ_CST);
}

void stall_free(struct stall *stall)
{
	stall_give(stall);
	check_eq(munmap(stall->p, PAGE), 0);
	check_eq(close(stall->file), 0);
	check_eq(umount2(stall->dir, MNT_DETACH), 0);
	check_eq(pthread_join(stall->server, NULL), 0);
	check_eq(close(stall->fuse), 0);
	check_eq(rmdir(stall->dir), 0);
}
