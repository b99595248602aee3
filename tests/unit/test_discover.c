// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mock.h"

/* A sysfs tree: class/ replaces /sys/class/dma, devices/ the rest. */
static char top[64];
static char root[PATH_MAX];

static char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void make_dir(const char *name)
{
	cr_assert_eq(mkdir(path_of(name), 0755), 0, "mkdir %s", name);
}

static void make_link(const char *target, const char *name)
{
	cr_assert_eq(symlink(target, path_of(name)), 0, "symlink %s", name);
}

static void make_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	cr_assert_not_null(f, "create %s", name);
	fputs(text, f);
	cr_assert_eq(fclose(f), 0);
}

static void setup(void)
{
	mock_start();
	strcpy(top, "/tmp/dmactl-unit-XXXXXX");
	cr_assert_not_null(mkdtemp(top));
	make_dir("class");
	make_dir("devices");
	snprintf(root, sizeof(root), "%s/class", top);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void teardown(void)
{
	nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	mock_end();
}

/* In the kernel's layout the class has links to directories. */
static void make_chan(const char *name)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "devices/%s", name);
	make_dir(path);
	snprintf(path, sizeof(path), "class/%s", name);
	snprintf(target, sizeof(target), "../devices/%s", name);
	make_link(target, path);
}

static void make_device(const char *device, const char *driver)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "devices/%s", device);
	make_dir(path);
	if (!driver)
		return;
	snprintf(path, sizeof(path), "devices/%s/driver", device);
	snprintf(target, sizeof(target), "../../../bus/platform/drivers/%s", driver);
	make_link(target, path);
}

static struct dmauser_chan_list *discover(void)
{
	struct dmauser_chan_list *list = NULL;

	cr_assert_eq(dmauser_discover_at(root, &list), 0);
	cr_assert_not_null(list);
	return list;
}

UNIT_TEST(discover, everything_about_a_channel)
{
	const struct dmauser_chan_desc *desc;
	struct dmauser_chan_list *list;

	make_chan("dma0chan3");
	make_device("dma-sim.0", "dma-sim");
	make_link("../dma-sim.0", "devices/dma0chan3/device");
	make_file("devices/dma0chan3/in_use", "2\n");
	make_file("devices/dma0chan3/memcpy_count", "18446744073709551615\n");
	make_file("devices/dma0chan3/bytes_transferred", "4096\n");
	list = discover();
	cr_assert_eq(dmauser_chan_list_count(list), 1);
	desc = dmauser_chan_list_get(list, 0);
	cr_assert_str_eq(desc->name, "dma0chan3");
	cr_assert_str_eq(desc->device, "dma-sim.0");
	cr_assert_str_eq(desc->driver, "dma-sim");
	cr_assert_eq(desc->in_use, 2);
	cr_assert_eq(desc->memcpy_count, UINT64_MAX);
	cr_assert_eq(desc->bytes_transferred, 4096);
	cr_assert_null(dmauser_chan_list_get(list, 1));
	cr_assert_null(dmauser_chan_list_get(list, SIZE_MAX));
	dmauser_chan_list_free(list);
}

UNIT_TEST(discover, what_is_missing_is_empty)
{
	const struct dmauser_chan_desc *desc;
	struct dmauser_chan_list *list;

	make_chan("dma1chan0");
	make_device("unbound.1", NULL);
	make_link("../unbound.1", "devices/dma1chan0/device");
	make_chan("dma2chan0");
	make_dir("devices/dma2chan0/in_use"); /* can be opened, but not read */
	list = discover();
	cr_assert_eq(dmauser_chan_list_count(list), 2);
	desc = dmauser_chan_list_get(list, 0);
	cr_assert_str_eq(desc->device, "unbound.1");
	cr_assert_str_eq(desc->driver, "");
	cr_assert_eq(desc->in_use, 0);
	cr_assert_eq(desc->memcpy_count, 0);
	cr_assert_eq(desc->bytes_transferred, 0);
	desc = dmauser_chan_list_get(list, 1);
	cr_assert_str_eq(desc->device, "");
	cr_assert_str_eq(desc->driver, "");
	cr_assert_eq(desc->in_use, 0);
	dmauser_chan_list_free(list);
}

UNIT_TEST(discover, numbers_sort_by_value)
{
	static const char *const sorted[] = {
		"a",	"dma0chan0", "dma0chan2", "dma0chan2x", "dma0chan10",
		"dma1", "dma1chan0", "dma2chan1", "dma10chan0", "dmachan",
	};
	const size_t nr = sizeof(sorted) / sizeof(sorted[0]);
	struct dmauser_chan_list *list;
	size_t i;

	/* Create them in an order that is neither sorted nor reversed. */
	for (i = 0; i < nr; i++)
		make_chan(sorted[(i * 7 + 3) % nr]);
	list = discover();
	cr_assert_eq(dmauser_chan_list_count(list), nr);
	for (i = 0; i < nr; i++)
		cr_assert_str_eq(dmauser_chan_list_get(list, i)->name, sorted[i]);
	dmauser_chan_list_free(list);
}

UNIT_TEST(discover, many_channels)
{
	struct dmauser_chan_list *list;
	char name[32];
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "dma0chan%d", i);
		make_chan(name);
	}
	list = discover();
	cr_assert_eq(dmauser_chan_list_count(list), 100);
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "dma0chan%d", i);
		cr_assert_str_eq(dmauser_chan_list_get(list, i)->name, name);
	}
	dmauser_chan_list_free(list);
}

UNIT_TEST(discover, only_directories_are_channels)
{
	struct dmauser_chan_list *list;

	make_file("class/notes", "");
	make_link("../devices/gone", "class/dma0chan0");
	make_dir("class/.hidden");
	list = discover();
	cr_assert_eq(dmauser_chan_list_count(list), 0);
	cr_assert_null(dmauser_chan_list_get(list, 0));
	dmauser_chan_list_free(list);
}

UNIT_TEST(discover, kernel_without_dmaengine)
{
	struct dmauser_chan_list *list = NULL;

	snprintf(root, sizeof(root), "%s/nothing", top);
	cr_assert_eq(dmauser_discover_at(root, &list), -ENOENT);
	cr_assert_null(list);
}

UNIT_TEST(discover, null)
{
	cr_assert_eq(dmauser_discover(NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_list_count(NULL), 0);
	cr_assert_null(dmauser_chan_list_get(NULL, 0));
	dmauser_chan_list_free(NULL);
}

/* This machine's own sysfs: the result must be that of the explicit path. */
UNIT_TEST(discover, real_sysfs)
{
	struct dmauser_chan_list *list = NULL, *same = NULL;
	int rc = dmauser_discover(&list);
	size_t i;

	cr_assert_eq(dmauser_discover_at("/sys/class/dma", &same), rc);
	cr_assert_eq(rc, access("/sys/class/dma", F_OK) == 0 ? 0 : -ENOENT);
	cr_assert_eq(dmauser_chan_list_count(list), dmauser_chan_list_count(same));
	for (i = 0; i < dmauser_chan_list_count(list); i++)
		cr_assert_str_eq(dmauser_chan_list_get(list, i)->name,
				 dmauser_chan_list_get(same, i)->name);
	dmauser_chan_list_free(list);
	dmauser_chan_list_free(same);
}

/* Each allocation fails once; the leak check covers the rest. */
UNIT_TEST(discover, no_memory)
{
	struct dmauser_chan_list *list = NULL;
	int nth, rc;

	make_chan("dma0chan0");
	make_chan("dma0chan1");
	for (nth = 1;; nth++) {
		mock.fail_alloc = nth;
		rc = dmauser_discover_at(root, &list);
		if (rc == 0)
			break;
		cr_assert_eq(rc, -ENOMEM);
		cr_assert_eq(mock.fail_alloc, 0);
		cr_assert_null(list);
	}
	mock.fail_alloc = 0;
	/* The list, its array, three strings for each of two channels. */
	cr_assert_eq(nth, 1 + 1 + 6 + 1);
	cr_assert_eq(dmauser_chan_list_count(list), 2);
	dmauser_chan_list_free(list);
}

UNIT_TEST(discover, exists)
{
	char name[PATH_MAX + 16];

	make_chan("dma0chan0");
	cr_assert(dmauser_chan_exists_at(root, "dma0chan0"));
	cr_assert_not(dmauser_chan_exists_at(root, "dma0chan1"));
	cr_assert_not(dmauser_chan_exists_at(root, "dma0chan"));
	/* Only names are accepted, not paths. */
	cr_assert_not(dmauser_chan_exists_at(root, "."));
	cr_assert_not(dmauser_chan_exists_at(root, ".."));
	cr_assert_not(dmauser_chan_exists_at(root, "dma0chan0/../dma0chan0"));
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	cr_assert_not(dmauser_chan_exists_at(root, name));
}

/* Ports have the same layout, with a directory for each channel. */
static void make_line(const char *port, const char *channel, const char *directions)
{
	char path[256];

	snprintf(path, sizeof(path), "devices/%s/channel-%s", port, channel);
	make_dir(path);
	snprintf(path, sizeof(path), "devices/%s/channel-%s/directions", port, channel);
	make_file(path, directions);
}

static struct dmauser_port_list *discover_ports(void)
{
	struct dmauser_port_list *list = NULL;

	cr_assert_eq(dmauser_discover_ports_at(root, &list), 0);
	cr_assert_not_null(list);
	return list;
}

UNIT_TEST(discover, everything_about_a_port)
{
	const struct dmauser_port_desc *desc;
	struct dmauser_port_list *list;

	make_chan("fir");
	make_device("40000000.fir", "dmactl-port");
	make_link("../40000000.fir", "devices/fir/device");
	make_line("fir", "tx", "mem-to-dev\n");
	make_line("fir", "rx", "dev-to-mem\n");
	make_line("fir", "both", "mem-to-dev dev-to-mem\n");
	make_file("devices/fir/channel-tx/in_use", "1\n");
	make_file("devices/fir/channel-tx/src_addr_width", "1\n");
	make_file("devices/fir/channel-tx/dst_addr_width", "4\n");
	make_file("devices/fir/channel-tx/src_maxburst", "8\n");
	make_file("devices/fir/channel-tx/dst_maxburst", "16\n");
	/* Other files and directories are ignored. */
	make_dir("devices/fir/power");
	make_file("devices/fir/channel-file", "");
	make_file("devices/fir/uevent", "");
	list = discover_ports();
	cr_assert_eq(dmauser_port_list_count(list), 3);
	desc = dmauser_port_list_get(list, 0);
	cr_assert_str_eq(desc->name, "fir:both");
	cr_assert_eq(desc->directions, DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM);
	desc = dmauser_port_list_get(list, 1);
	cr_assert_str_eq(desc->name, "fir:rx");
	cr_assert_eq(desc->directions, DMACTL_DIR_DEV_TO_MEM);
	cr_assert_eq(desc->in_use, 0);
	cr_assert_eq(desc->dst_maxburst, 0);
	desc = dmauser_port_list_get(list, 2);
	cr_assert_str_eq(desc->name, "fir:tx");
	cr_assert_str_eq(desc->port, "fir");
	cr_assert_str_eq(desc->channel, "tx");
	cr_assert_str_eq(desc->device, "40000000.fir");
	cr_assert_eq(desc->directions, DMACTL_DIR_MEM_TO_DEV);
	cr_assert_eq(desc->in_use, 1);
	cr_assert_eq(desc->src_addr_width, 1);
	cr_assert_eq(desc->dst_addr_width, 4);
	cr_assert_eq(desc->src_maxburst, 8);
	cr_assert_eq(desc->dst_maxburst, 16);
	cr_assert_null(dmauser_port_list_get(list, 3));
	dmauser_port_list_free(list);
}

UNIT_TEST(discover, many_ports)
{
	struct dmauser_port_list *list;
	char name[32];
	int i;

	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "port%d", i);
		make_chan(name);
		make_line(name, "a", "");
	}
	/* An unreadable one, one that has gone, and a hidden one. */
	make_file("class/notes", "");
	make_link("../devices/gone", "class/port40");
	make_dir("class/.hidden");
	make_chan("empty");
	list = discover_ports();
	cr_assert_eq(dmauser_port_list_count(list), 40);
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "port%d:a", i);
		cr_assert_str_eq(dmauser_port_list_get(list, i)->name, name);
		cr_assert_str_eq(dmauser_port_list_get(list, i)->device, "");
		cr_assert_eq(dmauser_port_list_get(list, i)->directions, 0);
	}
	dmauser_port_list_free(list);
}

UNIT_TEST(discover, no_ports)
{
	struct dmauser_port_list *list;

	/* Without the module there are no ports. */
	snprintf(root, sizeof(root), "%s/nothing", top);
	list = discover_ports();
	cr_assert_eq(dmauser_port_list_count(list), 0);
	cr_assert_null(dmauser_port_list_get(list, 0));
	dmauser_port_list_free(list);
	list = NULL;
	make_file("nothing", "");
	cr_assert_eq(dmauser_discover_ports_at(root, &list), -ENOTDIR);
	cr_assert_null(list);
	cr_assert_eq(dmauser_discover_ports(NULL), -EINVAL);
	cr_assert_eq(dmauser_port_list_count(NULL), 0);
	cr_assert_null(dmauser_port_list_get(NULL, 0));
	dmauser_port_list_free(NULL);
}

UNIT_TEST(discover, no_memory_for_ports)
{
	struct dmauser_port_list *list = NULL;
	int nth, rc;

	make_chan("fir");
	make_line("fir", "tx", "");
	make_line("fir", "rx", "");
	for (nth = 1;; nth++) {
		mock.fail_alloc = nth;
		rc = dmauser_discover_ports_at(root, &list);
		if (rc == 0)
			break;
		cr_assert_eq(rc, -ENOMEM);
		cr_assert_eq(mock.fail_alloc, 0);
		cr_assert_null(list);
	}
	mock.fail_alloc = 0;
	/* The list, its array, four strings for each of two channels. */
	cr_assert_eq(nth, 1 + 1 + 8 + 1);
	cr_assert_eq(dmauser_port_list_count(list), 2);
	dmauser_port_list_free(list);
}
