// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <sys/stat.h>

#include "port.h"

void port_put(const char *file, const char *text)
{
	char path[256];
	int ret;

	snprintf(path, sizeof(path), PORT_DIR "/%s", file);
	/* An empty write(2) does not reach configfs. */
	ret = file_write(path, *text ? text : "\n");
	if (ret)
		fail("cannot write '%s' to %s: %s", text, path, strerror(-ret));
}

void port_make(const char *dir)
{
	char path[256];

	/* mkdir() in configfs accepts no path that ends in a slash. */
	snprintf(path, sizeof(path), PORT_DIR "%s%s", *dir ? "/" : "", dir);
	if (mkdir(path, 0755))
		fail("%s: %s", path, strerror(errno));
}

void port_make_channel(const char *dir, const char *to, const char *properties)
{
	char path[128];

	port_make(dir);
	snprintf(path, sizeof(path), "%s/channel", dir);
	port_put(path, to);
	snprintf(path, sizeof(path), "%s/properties", dir);
	port_put(path, properties);
}

/* Removes subdirectories first; configfs removes files with their directory. */
static void remove_below(const char *path)
{
	struct dirent *entry;
	char below[512];
	DIR *dir = opendir(path);

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		remove_below(below);
	}
	closedir(dir);
	rmdir(path);
}

/* dma-sim makes ports in configfs, which a kernel may lack. */
static bool kernel_has_configfs(void)
{
	char line[64];
	bool found = false;
	FILE *f = fopen("/proc/filesystems", "re");

	check(f);
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, "\tconfigfs\n");
	fclose(f);
	return found;
}

void port_begin(void)
{
	if (!kernel_has_configfs())
		cr_skip_test("the kernel has no configfs");
	remove_below(PORT_DIR);
	uapi_begin();
}

/*
 * win: 256 bytes of the window at 0x1000, in both directions. reg: a register at 0x2000 to write,
 * and one at 0x3000 to read. loop: peripherals that need no address.
 */
void port_begin_three(void)
{
	port_begin();
	port_make("");
	port_put("peripherals", "loopback,counter,sink,mem");
	port_make("win");
	port_make_channel("win/io", "mem",
			  "dmactl,src-addr=u64:0x1000 dmactl,dst-addr=u64:0x1000 "
			  "dmactl,src-addr-width=u32:4 dmactl,dst-addr-width=u32:4 "
			  "dmactl,src-port-window-size=u32:64 dmactl,dst-port-window-size=u32:64 "
			  "dmactl,dst-maxburst=u32:16");
	port_make("reg");
	/* Properties of the port, for both channels; those of "in" take precedence. */
	port_put("reg/properties", "dmactl,src-addr-width=u32:8 dmactl,dst-addr-width=u32:2");
	port_make_channel("reg/out", "mem", "dmactl,dst-addr=u64:0x2000");
	port_make_channel("reg/in", "mem",
			  "dmactl,src-addr=u64:0x3000 dmactl,src-addr-width=u32:4");
	port_make("loop");
	port_make_channel("loop/tx", "loop-tx", "");
	port_make_channel("loop/rx", "loop-rx", "dmactl,directions=string:dev-to-mem");
	port_put("live", "1");
	port_live("win", true);
	port_live("reg", true);
	port_live("loop", true);
}

void port_end(void)
{
	remove_below(PORT_DIR);
	uapi_end();
}

void port_live(const char *port, bool live)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/live", port);
	port_put(file, live ? "1" : "0");
}

void port_device(const char *port, char *device, size_t size)
{
	char path[256];

	snprintf(path, sizeof(path), PORT_DIR "/%s/dev_name", port);
	file_read(path, device, size);
}

void port_bind(const char *port, bool bind)
{
	char device[64];

	port_device(port, device, sizeof(device));
	check_eq(file_write(bind ? PORT_DRIVER "bind" : PORT_DRIVER "unbind", device), 0);
}

bool port_is_bound(const char *port)
{
	char device[64], path[256];

	port_device(port, device, sizeof(device));
	snprintf(path, sizeof(path), PORT_DRIVER "%s", device);
	return access(path, F_OK) == 0;
}

int port_request(int fd, const char *name, struct dmactl_chan_request *arg)
{
	*arg = chan_named(DMACTL_CHAN_BY_PORT, name);
	return chan_request(fd, arg);
}

uint32_t port_chan(int fd, const char *name)
{
	struct dmactl_chan_request arg;
	int ret = port_request(fd, name, &arg);

	if (ret)
		fail("%s: %s", name, strerror(-ret));
	return arg.out_chan;
}

void port_refused(int fd, const char *name, int want)
{
	struct dmactl_chan_request arg;
	int ret = port_request(fd, name, &arg);

	if (ret != want)
		fail("'%s': %d, not %d", name, ret, want);
}

int port_open(const char *port, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DMACTL_PORT_DIR "%s", port);
	fd = dev_try(path, flags);
	if (fd < 0)
		fail("%s: %s", path, strerror(-fd));
	return fd;
}

void port_wait_in_use(const char *port, const char *channel, bool in_use)
{
	char path[128];
	int i;

	snprintf(path, sizeof(path), PORT_CLASS "%s/channel-%s/in_use", port, channel);
	for (i = 0; i < 2000 && read_number(path) != in_use; i++)
		sleep_ms(10);
	check_eq(read_number(path), in_use);
}

void port_loop(int fd)
{
	uint32_t tx = port_chan(fd, "loop:tx"), rx = port_chan(fd, "loop:rx");
	struct dmactl_completion records[2];
	struct mem mem = mem_get(fd, 2 * PAGE);
	struct dmactl_op ops[2];

	noise_fill(mem.p, PAGE, 11);
	ops[0] = op_single(tx, &mem, 0, PAGE, true);
	ops[1] = op_single(rx, &mem, PAGE, PAGE, false);
	submit_all(fd, ops, 2);
	reap_all(fd, records, 2);
	check_eq(records[0].status, 0);
	check_eq(records[1].status, 0);
	bytes_check(mem.p + PAGE, mem.p, PAGE, "through the loop");
	mem_unmap(&mem);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(destroy(fd, tx), 0);
	check_eq(destroy(fd, rx), 0);
}

static void window_move(unsigned char *bytes, bool to_device)
{
	struct dmactl_chan_config config;
	struct dmactl_op op;
	int fd = dev_open(0);
	uint32_t chan = chan_slave(fd, "mem").out_chan;
	struct mem mem = mem_get(fd, WINDOW);

	config = config_of(chan);
	check_eq(chan_config(fd, &config), 0);
	if (to_device)
		memcpy(mem.p, bytes, WINDOW);
	op = op_single(chan, &mem, 0, WINDOW, to_device);
	run_ok(fd, &op);
	if (!to_device)
		memcpy(bytes, mem.p, WINDOW);
	mem_unmap(&mem);
	dev_close(fd);
}

void window_read(unsigned char *bytes)
{
	window_move(bytes, false);
}

void window_write(const unsigned char *bytes)
{
	window_move((unsigned char *)bytes, true);
}
