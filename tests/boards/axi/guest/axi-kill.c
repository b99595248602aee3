// SPDX-License-Identifier: MIT
/*
 * axi-kill COUNT	kills so many programs of nobody that receive from the
 *			counter, every second one also sends. When a program has
 *			gone and dmactl is not in use any more, the core must be
 *			halted: it moves nothing, and accesses no memory.
 *
 * A program and not a script: of what a script costs for each kill, most is for starting devmem.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CORE   0x10000000
#define SIZE   0x10000
#define MM2S   0x04 /* status registers */
#define S2MM   0x34
#define HALTED 1
/* The bench of the core; see bench.py. */
#define QUIRKS	0xF01C
#define DONE_RX 0xF024
#define STRAYS	0xF034
#define SEALED	16

#define NOBODY	65534
#define STEP_US 5000

static volatile uint32_t *core;

__attribute__((format(printf, 2, 3), noreturn)) static void fail(unsigned int kill,
								 const char *format, ...)
{
	va_list arguments;

	printf("kill %u: ", kill);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	exit(1);
}

static uint32_t get(unsigned int at)
{
	return core[at / 4];
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Whether no program holds a session or stream of dmactl, nor does one still end. */
static bool unused(unsigned int kill)
{
	char text[16] = "";
	int fd = open("/sys/module/dmactl/refcnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 1)
		fail(kill, "no count of references: %s", strerror(errno));
	close(fd);
	return atoi(text) == 0;
}

static pid_t start(bool sends)
{
	static char *const recv[] = {"dmactl", "recv",	 "-q",	      "--timeout", "0",
				     "-d",     "64",	 "-b",	      "1024",	   "-s",
				     "100M",   "axi:rx", "/dev/null", NULL};
	static char *const both[] = {"dmactl", "stream", "-q",	 "--in", "axi:rx", "--out",
				     "axi:tx", "-b",	 "1024", "--",	 "cat",	   NULL};
	pid_t pid = fork();
	int log;

	if (pid)
		return pid;
	log = open("log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (log >= 0 && dup2(log, STDERR_FILENO) >= 0 && !setgroups(0, NULL) && !setgid(NOBODY) &&
	    !setuid(NOBODY))
		execvp("dmactl", sends ? both : recv);
	perror("dmactl");
	_exit(127);
}

/* Prints the programs that have files of dmactl. */
static void print_holders(void)
{
	char target[64], path[300], name[32];
	glob_t files;

	if (glob("/proc/[0-9]*/fd/*", 0, NULL, &files))
		return;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		ssize_t len = readlink(files.gl_pathv[i], target, sizeof(target) - 1);
		FILE *file;

		target[len > 0 ? len : 0] = '\0';
		if (!strstr(target, "dmactl"))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/comm", atoi(files.gl_pathv[i] + 6));
		file = fopen(path, "re");
		if (file && fscanf(file, "%31s", name) == 1)
			printf(" %s", name);
		if (file)
			fclose(file);
	}
	globfree(&files);
}

/* The program has gone, and dmactl is in use. Waits until it is not, and prints for how long. */
static void wait_unused(unsigned int kill)
{
	uint32_t receives = get(S2MM), sends = get(MM2S);
	double began = now();

	printf("late: kill %u, the core %s and %s, held by", kill,
	       receives & HALTED ? "does not receive" : "receives",
	       sends & HALTED ? "does not send" : "sends");
	print_holders();
	while (!unused(kill)) {
		if (now() > began + 60)
			fail(kill, "dmactl is still in use");
		usleep(1000);
	}
	printf(", until %.0f ms\n", (now() - began) * 1000);
}

/* The core is halted, and for a while it accesses no memory. */
static void check_silent(unsigned int kill)
{
	uint32_t strays = get(STRAYS), moved;

	core[QUIRKS / 4] = SEALED;
	moved = get(DONE_RX);
	if (!(get(S2MM) & HALTED))
		fail(kill, "the core receives, and its memory is free");
	if (!(get(MM2S) & HALTED))
		fail(kill, "the core sends, and its memory is free");
	usleep(STEP_US);
	if (get(DONE_RX) != moved)
		fail(kill, "%u descriptors received after the end", get(DONE_RX) - moved);
	if (get(STRAYS) != strays)
		fail(kill, "%u accesses after the end", get(STRAYS) - strays);
	core[QUIRKS / 4] = 0;
}

/* Returns the descriptors received until then; sets whether dmactl was still in use. */
static uint32_t kill_one(unsigned int n, bool *late)
{
	uint32_t before = get(DONE_RX);
	pid_t pid = start(n % 2);
	double began = now();

	while (get(DONE_RX) - before <= 64) {
		if (now() > began + 60)
			fail(n, "nothing moves");
		usleep(STEP_US);
	}
	usleep(n % 20 * 3000);
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		fail(n, "no program: %s", strerror(errno));
	*late = !unused(n);
	if (*late)
		wait_unused(n);
	check_silent(n);
	return get(DONE_RX) - before;
}

int main(int argc, char **argv)
{
	unsigned int count = argc == 2 ? (unsigned int)atoi(argv[1]) : 0, late_count = 0;
	int fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	uint64_t moved = 0;
	void *mapped = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, CORE);

	if (!count || mapped == MAP_FAILED) {
		fprintf(stderr, "usage: axi-kill COUNT, as root\n");
		return 2;
	}
	core = mapped;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned int n = 0; n < count; n++) {
		bool late;

		moved += kill_one(n, &late);
		late_count += late;
	}
	printf("%u kills, %" PRIu64 " descriptors received before\n", count, moved);
	printf("%u times, the program had gone before dmactl was unused\n", late_count);
	return 0;
}
