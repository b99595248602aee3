// SPDX-License-Identifier: MIT
/* dma-sim and the parameters of the modules. */
#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "private.h"

#define SIM_PARAMETERS	  "/sys/module/dma_sim/parameters/"
#define DMACTL_PARAMETERS "/sys/module/dmactl/parameters/"

void file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		fail("cannot open %s: %s", path, strerror(errno));
	n = read(fd, text, size - 1);
	close(fd);
	if (n < 0)
		fail("cannot read %s: %s", path, strerror(errno));
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

void need_sim(void)
{
	if (chan_given())
		cr_skip_test("needs dma-sim");
}

static void param_path(char *path, size_t size, const char *dir, const char *name)
{
	check((size_t)snprintf(path, size, "%s%s", dir, name) < size);
}

static void param_set(const char *dir, const char *name, const char *value)
{
	char path[128];
	int ret;

	param_path(path, sizeof(path), dir, name);
	ret = file_write(path, value);
	if (ret)
		fail("cannot write %s to %s: %s", value, path, strerror(-ret));
}

static void param_get(const char *dir, const char *name, char *value, size_t size)
{
	char path[128];

	param_path(path, sizeof(path), dir, name);
	file_read(path, value, size);
}

void sim_set(const char *name, const char *value)
{
	need_sim();
	param_set(SIM_PARAMETERS, name, value);
}

void sim_get(const char *name, char *value, size_t size)
{
	need_sim();
	param_get(SIM_PARAMETERS, name, value, size);
}

void dmactl_param_set(const char *name, const char *value)
{
	param_set(DMACTL_PARAMETERS, name, value);
}

void dmactl_param_get(const char *name, char *value, size_t size)
{
	param_get(DMACTL_PARAMETERS, name, value, size);
}

/* The values before a test of all parameters that a test can change. */
static struct {
	char name[32], value[256];
} dmactl_saved[32];
static size_t dmactl_nr_saved;

void dmactl_params_save(void)
{
	DIR *dir = opendir(DMACTL_PARAMETERS);
	struct dirent *entry;
	struct stat st;

	dmactl_nr_saved = 0;
	while (dir && (entry = readdir(dir))) {
		char *name = dmactl_saved[dmactl_nr_saved].name;

		if (fstatat(dirfd(dir), entry->d_name, &st, 0) || !S_ISREG(st.st_mode) ||
		    !(st.st_mode & 0200))
			continue;
		check(dmactl_nr_saved < ARRAY_SIZE(dmactl_saved));
		check(strlen(entry->d_name) < sizeof(dmactl_saved[0].name));
		strcpy(name, entry->d_name);
		dmactl_param_get(name, dmactl_saved[dmactl_nr_saved].value,
				 sizeof(dmactl_saved[0].value));
		dmactl_nr_saved++;
	}
	if (dir)
		closedir(dir);
}

/* A test that fails halfway does not undo its settings. */
void dmactl_params_restore(void)
{
	char value[256];
	size_t i;

	for (i = 0; i < dmactl_nr_saved; i++) {
		const char *saved = dmactl_saved[i].value;

		dmactl_param_get(dmactl_saved[i].name, value, sizeof(value));
		if (strcmp(value, saved))
			dmactl_param_set(dmactl_saved[i].name, *saved ? saved : "\n");
	}
}

/* In this program the contexts that the environment names are normal. */
static void context_reset(void)
{
	static const char *const names[] = {"callback_locked", "callback_masked", "callback_irq",
					    "callback_thread", "callback_work",	  "callback_keeps"};
	const char *wanted = getenv(SIM_CONTEXT);
	char value[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const char *set = wanted && strstr(wanted, names[i]) ? "Y" : "N";

		sim_get(names[i], value, sizeof(value));
		if (strcmp(value, set))
			sim_set(names[i], set);
	}
}

/* Reset to what a test expects; a crashed test may have left other values. */
long sim_number(const char *name)
{
	char value[32];

	sim_get(name, value, sizeof(value));
	return strtol(value, NULL, 10);
}

void sim_reset(void)
{
	static const char *const normal[][2] = {
		{"hold", "N"},	       {"latency", "0"},	  {"bandwidth", "0"},
		{"fail_nth", "0"},     {"fail_how", "read"},	  {"short_nth", "0"},
		{"packets", "N"},      {"prep_sleeps", "N"},	  {"counter_rate", "0"},
		{"sink_rate", "0"},    {"counter_fifo", "65536"}, {"misbehave", "none"},
		{"hard_segment", "0"}, {"hard_entries", "0"},
	};
	char value[32];
	size_t i;

	if (chan_given())
		return;
	for (i = 0; i < ARRAY_SIZE(normal); i++) {
		sim_get(normal[i][0], value, sizeof(value));
		if (strcmp(value, normal[i][1]))
			sim_set(normal[i][0], normal[i][1]);
	}
	context_reset();
}

/* Parameters that cannot be changed after loading. */
static const char *const fixed[] = {
	"channels",    "devices",	"caps",		"dma_mask",	"copy_align",
	"max_segment", "residue",	"descriptors",	"no_terminate", "no_synchronize",
	"peripherals", "max_xor",	"max_pq",	"max_burst",	"no_pause",
	"repeat_only", "any_direction", "shared_reset", "below",	"no_release",
	"noncoherent",
};

static const char *const dmactl_fixed[] = {
	"max_channels",
	"max_buffers",
	"max_depth",
	"max_buffer_bytes",
	"max_bounce_bytes",
	"stop_timeout_ms",
	"allow",
	"fence_timeout_ms",
	"max_bounce_bytes_user",
	"max_kernel_bytes",
	"max_channels_user",
	"max_sessions",
	"bounds",
};

static char sim_original[1024];
static char dmactl_original[512];

/* Returns 0 or an errno. */
static int module_try(const char *name, const char *file, const char *parameters)
{
	int ret;
	const char *dir = getenv("DMACTL_MODULES_DIR");
	char path[512];
	int fd;

	if (!dir)
		fail("DMACTL_MODULES_DIR does not say where %s is", file);
	if (syscall(SYS_delete_module, name, O_NONBLOCK) && errno != ENOENT)
		fail("%s does not unload: %s", name, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open %s: %s", path, strerror(errno));
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return ret;
}

static void module_load(const char *name, const char *file, const char *parameters)
{
	int ret = module_try(name, file, parameters);

	if (ret)
		fail("%s does not load with '%s': %s", file, parameters, strerror(ret));
}

static void remember(char *original, size_t size, const char *dir, const char *const *names,
		     size_t nr)
{
	char value[64];
	size_t i, n = 0;

	if (original[0])
		return;
	for (i = 0; i < nr; i++) {
		param_get(dir, names[i], value, sizeof(value));
		n += snprintf(original + n, size - n, "%s=%s ", names[i], value);
	}
}

/* Of two values of one parameter the last counts, so append the new ones. */
static const char *sim_all(const char *parameters)
{
	static char all[1536];

	need_sim();
	remember(sim_original, sizeof(sim_original), SIM_PARAMETERS, fixed, ARRAY_SIZE(fixed));
	snprintf(all, sizeof(all), "%s%s", sim_original, parameters);
	return all;
}

void sim_reload(const char *parameters)
{
	module_load("dma_sim", "dma-sim.ko", sim_all(parameters));
	context_reset();
}

bool sim_takes(const char *parameters)
{
	const char *all = sim_all(parameters);
	int ret = module_try("dma_sim", "dma-sim.ko", all);

	sim_restore();
	return !ret;
}

void sim_restore(void)
{
	module_load("dma_sim", "dma-sim.ko", sim_original);
	context_reset();
}

void with_sim(const char *parameters, void (*fn)(void))
{
	int status;
	pid_t pid;

	sim_reload(parameters);
	pid = child_start((void (*)(void *))(void *)fn, NULL);
	check_eq(waitpid(pid, &status, 0), pid);
	sim_restore();
	check_eq(status, 0);
}

static const char *dmactl_all(const char *parameters)
{
	static char all[1536];

	remember(dmactl_original, sizeof(dmactl_original), DMACTL_PARAMETERS, dmactl_fixed,
		 ARRAY_SIZE(dmactl_fixed));
	snprintf(all, sizeof(all), "%s%s", dmactl_original, parameters);
	return all;
}

void dmactl_reload(const char *parameters)
{
	module_load("dmactl", "dmactl.ko", dmactl_all(parameters));
}

bool dmactl_takes(const char *parameters)
{
	const char *all = dmactl_all(parameters);
	int ret = module_try("dmactl", "dmactl.ko", all);

	dmactl_restore();
	return !ret;
}

void dmactl_restore(void)
{
	module_load("dmactl", "dmactl.ko", dmactl_original);
}

int sim_bind(const char *device, bool bind)
{
	need_sim();
	return file_write(bind ? "/sys/bus/platform/drivers/dma-sim/bind"
			       : "/sys/bus/platform/drivers/dma-sim/unbind",
			  device);
}
