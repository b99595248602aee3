/* SPDX-License-Identifier: MIT */
/*
 * Shared by the tests of /dev/dmactl. They make system calls directly, without libdmauser: every
 * function here that makes one returns 0 or a positive number, or a negated errno.
 */
#ifndef UAPI_H
#define UAPI_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/dmactl.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MSEC 1000000ull
#define SEC  1000000000ull
#define PAGE 4096u

/* check.c: assertions work in the test, its children and its threads. */

_Noreturn void check_failed(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define check(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			check_failed(__FILE__, __LINE__, "%s", #cond);                             \
	} while (0)

#define check_eq(a, b)                                                                             \
	do {                                                                                       \
		long long a_ = (long long)(a), b_ = (long long)(b);                                \
                                                                                                   \
		if (a_ != b_)                                                                      \
			check_failed(__FILE__, __LINE__, "%s is %lld, not %lld (%s)", #a, a_, b_,  \
				     #b);                                                          \
	} while (0)

#define fail(...) check_failed(__FILE__, __LINE__, __VA_ARGS__)

/* Starts a child of the test, and checks how it ended. */
pid_t child_start(void (*fn)(void *arg), void *arg);
void child_expect_ok(pid_t pid);
void child_expect_killed(pid_t pid);
void child_run(void (*fn)(void *arg), void *arg);

/* user.c: become another user for good, in a child */

#define NOBODY	 65534
#define SOMEBODY 1000

void user_become(unsigned int uid, uint64_t memlock);
/* Runs a child while everybody may open the device node, as its group may. */
void user_run(void (*fn)(void *arg), void *arg);
/* MemAvailable */
long available_kib(void);

/* fixture.c: before and after each test */

/*
 * The first half of uapi_begin(), without the leak check, for tests that must leave something
 * behind.
 */
void uapi_start(void);
void uapi_begin(void);
void uapi_end(void);

/* Time limit of a test; an emulated debug kernel is slow. */
#define UAPI_TIMEOUT 240

#define UAPI_TEST(suite, name)                                                                     \
	Test(suite, name, .init = uapi_begin, .fini = uapi_end, .timeout = UAPI_TIMEOUT)

/* leak.c: what a test must not leave behind */

struct leak_state {
	long dmactl_refs;
	long sim_refs;
	long channels;	/* channels in use, of all providers */
	long available; /* memory, in KiB */
	long pinned;	/* pages that are pinned */
	long bounced;	/* slots of the bounce buffer in use, -1 unknown */
};

void leak_read(struct leak_state *state);
void leak_check(const struct leak_state *before);
long read_number(const char *path);

/* sim.c: settings of dma-sim */

/* Reads the first line of a file; the test fails if there is none. */
void file_read(const char *path, char *text, size_t size);
/* Returns 0 or -errno. */
int file_write(const char *path, const char *text);
void sim_set(const char *name, const char *value);
void sim_get(const char *name, char *value, size_t size);
long sim_number(const char *name);
void sim_reset(void);
/* Contexts in which dma-sim calls back, if the tests run for several: see test-context.c. */
#define SIM_CONTEXT "DMACTL_TEST_CONTEXT"
/* Loads dma-sim again with these parameters in addition to the current ones. */
void sim_reload(const char *parameters);
/* Returns whether dma-sim loads with them. */
bool sim_takes(const char *parameters);
void sim_restore(void);
/* Runs fn in a child with these parameters of dma-sim, then restores them. */
void with_sim(const char *parameters, void (*fn)(void));
/* The same for dmactl; no session may be open. */
void dmactl_reload(const char *parameters);
void dmactl_restore(void);
/* Returns whether dmactl loads with them. */
bool dmactl_takes(const char *parameters);
int sim_bind(const char *device, bool bind);
void dmactl_param_set(const char *name, const char *value);
void dmactl_param_get(const char *name, char *value, size_t size);

/* session.c */

int dev_open(int flags);
/* Any file, or a negated errno; dev_close() and the end of the test close it. */
int dev_try(const char *path, int flags);
void dev_close(int fd);
int dev_ioctl(int fd, unsigned long request, void *arg);
long fdinfo(int fd, const char *key);

/*
 * DMACTL_TEST_CHAN names the channel of another provider. Tests that need dma-sim, or another
 * channel, are skipped then.
 */
const char *chan_given(void);
void need_sim(void);
uint32_t chan_get(int fd);
/* Whether the channel of the last chan_get() has these capabilities. */
bool chan_can(uint64_t caps);
void need_terminate(void);
uint32_t chan_get_depth(int fd, uint32_t depth);
int chan_request(int fd, struct dmactl_chan_request *arg);
struct dmactl_chan_request chan_named(enum dmactl_chan_by by, const char *name);
int chan_ctrl(int fd, uint32_t chan, uint32_t ctrl);
struct dmactl_chan_status chan_status(int fd, uint32_t chan);
int destroy(int fd, uint32_t handle);
/* Any channel of this device. */
uint32_t chan_of_device(int fd, const char *device);
/* Returns the events of poll(2) at this moment. */
int poll_now(int fd);
/* Number of buffers in quarantine, because hardware may still write there. */
uint32_t quarantined(int fd);

/* A buffer and its mapping, which lasts until the end of the test. */
struct mem {
	uint32_t buf;
	uint64_t len;
	uint64_t off; /* for mmap() */
	unsigned char *p;
};

int buf_alloc(int fd, enum dmactl_buf_kind kind, uint32_t chan, uint64_t len, struct mem *mem);
struct mem mem_get(int fd, uint64_t len);
struct mem mem_coherent(int fd, uint32_t chan, uint64_t len);
/* chan: 0, or one whose device has to reach it. */
struct mem mem_contiguous(int fd, uint32_t chan, uint64_t len);
/* The mapping ends with the test or earlier. */
void mem_keep(const struct mem *mem);
void mem_unmap(struct mem *mem);
void mem_forget_all(void);
/* mmap() with a 64-bit offset also in 32-bit programs. */
void *map_at(void *addr, size_t len, int prot, int flags, int fd, uint64_t off);

/* share.c: memory shared with others; these do not map it */

int buf_map_user(int fd, const void *p, uint64_t len, uint32_t flags, struct mem *mem);
unsigned char *pin_memory(size_t len, int prot);
struct mem pin(int fd, unsigned char *p, size_t len, uint32_t flags);
/* Returns the error, or unpins the memory and returns 0. */
int pin_try(int fd, const void *p, size_t len, uint32_t flags);
int buf_import(int fd, int dmabuf, struct mem *mem);
/* Returns the fd of the dma-buf, or a negated errno. */
int buf_export(int fd, uint32_t buf);
/* Whether devices use bounce buffers, so that one does not see what another has written. */
bool devices_bounce(void);
/* Passes a file and some data through a socket. */
void fd_send(int sock, int fd, const void *data, size_t len);
int fd_recv(int sock, void *data, size_t len);

/* batch.c */

struct dmactl_op op_nop(uint32_t chan, uint64_t user_data);
struct dmactl_op op_memcpy(uint32_t chan, const struct mem *dst, uint64_t doff,
			   const struct mem *src, uint64_t soff, uint64_t len);
struct dmactl_op op_memset(uint32_t chan, const struct mem *dst, uint64_t off, uint64_t len,
			   uint8_t value);
/* The same as op_memset(), which copies prepared bytes on a channel without MEMSET. */
struct dmactl_op op_fill(int fd, uint32_t chan, const struct mem *dst, uint64_t off, uint64_t len,
			 uint8_t value);
struct dmactl_op op_sg(uint32_t chan, struct dmactl_sg *sg, uint32_t nr, uint64_t len);
struct dmactl_sg sg_piece(enum dmactl_sg_role role, const struct mem *mem, uint64_t off,
			  uint64_t len);

struct dmactl_submit submit_arg(const struct dmactl_op *ops, uint32_t nr);
int submit_flags(int fd, const struct dmactl_op *ops, uint32_t nr, uint32_t flags,
		 uint32_t *accepted);
/* The whole batch must be accepted. */
void submit_all(int fd, const struct dmactl_op *ops, uint32_t nr);
/* Returns the number of completions, or a negated errno. */
int reap(int fd, struct dmactl_completion *records, uint32_t nr, uint32_t min, uint64_t timeout_ns);
void reap_all(int fd, struct dmactl_completion *records, uint32_t nr);
/*
 * Checks a completion of an op that goes on: it reports more periods of `unit` bytes than before.
 */
void more_check(const struct dmactl_completion *record, uint64_t unit, uint64_t *count);
struct dmactl_completion run(int fd, const struct dmactl_op *op);
void run_ok(int fd, const struct dmactl_op *op);
uint64_t now_ns(void);
void sleep_ms(unsigned int ms);

/* pattern.c: detects bytes that changed and bytes that should not have */

enum pattern { SRC_MARGIN = 0, SRC_BODY = 1, DST_MARGIN = 2, DST_BODY = 3 };

unsigned char pattern_byte(enum pattern kind, size_t i);
void pattern_fill(unsigned char *p, size_t at, size_t len, enum pattern kind);
void pattern_check(const unsigned char *p, size_t at, size_t len, enum pattern kind, size_t from);
/* Does one copy, and checks that it changed only the destination. */
void copy_check(int fd, uint32_t chan, const struct mem *dst, size_t doff, const struct mem *src,
		size_t soff, size_t len);

/* ops.c */

/* The result also has the channel's capabilities. */
struct dmactl_chan_request chan_with(int fd, uint64_t caps);
struct dmactl_chan_request chan_slave(int fd, const char *name);
struct dmactl_op op_list(uint16_t opcode, uint32_t chan, struct dmactl_sg *sg, uint32_t nr,
			 uint64_t len);
struct dmactl_op op_single(uint32_t chan, const struct mem *mem, uint64_t off, uint64_t len,
			   bool to_device);
/* Fills the buffer LONG_TIMES times, with a list of that length, on a channel by chan_long(). */
#define LONG_TIMES 1024
struct dmactl_op op_long(uint32_t chan, const struct mem *mem);
uint32_t chan_long(int fd, uint32_t depth);
struct dmactl_chan_config config_of(uint32_t chan);
int chan_config(int fd, struct dmactl_chan_config *arg);
void drop_capability(unsigned int nr);
bool kernel_is_at_least(unsigned int major, unsigned int minor);
/* The op must be refused, without a completion. */
void op_refused(int fd, const struct dmactl_op *op, int want, const char *what);
void noise_fill(unsigned char *p, size_t len, uint32_t seed);
void bytes_all(const unsigned char *p, size_t len, unsigned char want);
void bytes_check(const unsigned char *p, const unsigned char *want, size_t len, const char *what);
/* Multiplies in GF(2^8), polynomial 0x11d, bit by bit. */
unsigned char gf_mul(unsigned char a, unsigned char b);

#endif /* UAPI_H */
