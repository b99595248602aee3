// SPDX-License-Identifier: MIT
#include "dev/device.h"
#include "dev/name.h"
#include "dev/port.h"
#include "explain/explain.h"

#include <errno.h>
#include <string.h>

static const struct {
	uint64_t cap;
	const char *name;
} cap_table[] = {
	{DMACTL_CAP_MEMCPY, "MEMCPY"},
	{DMACTL_CAP_MEMSET, "MEMSET"},
	{DMACTL_CAP_MEMSET_SG, "MEMSET_SG"},
	{DMACTL_CAP_XOR, "XOR"},
	{DMACTL_CAP_XOR_VAL, "XOR_VAL"},
	{DMACTL_CAP_PQ, "PQ"},
	{DMACTL_CAP_PQ_VAL, "PQ_VAL"},
	{DMACTL_CAP_PQ_CONTINUE, "PQ_CONTINUE"},
	{DMACTL_CAP_INTERRUPT, "INTERRUPT"},
	{DMACTL_CAP_SLAVE, "SLAVE"},
	{DMACTL_CAP_CYCLIC, "CYCLIC"},
	{DMACTL_CAP_INTERLEAVE, "INTERLEAVE"},
	{DMACTL_CAP_REPEAT, "REPEAT"},
	{DMACTL_CAP_LOAD_EOT, "LOAD_EOT"},
	{DMACTL_CAP_NO_ORDER, "NO_ORDER"},
	{DMACTL_CAP_PRIVATE, "PRIVATE"},
	{DMACTL_CAP_PAUSE, "PAUSE"},
	{DMACTL_CAP_RESUME, "RESUME"},
	{DMACTL_CAP_TERMINATE, "TERMINATE"},
	{DMACTL_CAP_REUSE, "REUSE"},
	{DMACTL_CAP_METADATA_CLIENT, "METADATA_CLIENT"},
	{DMACTL_CAP_METADATA_ENGINE, "METADATA_ENGINE"},
	{DMACTL_CAP_PERIPHERAL_VEC, "PERIPHERAL_VEC"},
	{DMACTL_CAP_IMM_DATA, "IMM_DATA"},
	{DMACTL_CAP_RIO_SG, "RIO_SG"},
	{DMACTL_CAP_IOMMU, "IOMMU"},
	{DMACTL_CAP_CACHE_COHERENT, "CACHE_COHERENT"},
	{DMACTL_CAP_ADDRESSING_LIMITED, "ADDRESSING_LIMITED"},
};

#define CAP_COUNT (sizeof(cap_table) / sizeof(cap_table[0]))

void cap_names(uint64_t caps, const char **names)
{
	unsigned int used = 0;

	for (size_t i = 0; i < CAP_COUNT; i++) {
		if (caps & cap_table[i].cap)
			names[used++] = cap_table[i].name;
	}
	names[used] = NULL;
}

const char *cap_name(uint64_t caps)
{
	for (size_t i = 0; i < CAP_COUNT; i++) {
		if (caps & cap_table[i].cap)
			return cap_table[i].name;
	}
	return "(no capability)";
}

const char *device_hint(int error)
{
	switch (-error) {
	case ENOENT:
	case ENXIO:
		return "; is the module loaded? try `modprobe dmactl'";
	case EACCES:
	case EPERM:
		return "; join the group dma or run as root";
	case EDQUOT:
		return "; a limit is reached: of locked memory (`ulimit -l'), or one of dmactl(4)";
	default:
		return "";
	}
}

int device_try(const char *name, struct dmauser_session **session, int *node_err)
{
	int err = dmauser_open(DMACTL_DEVICE, session);

	*node_err = 0;
	/* A container may have the node of a port and no other. */
	if (err != -EACCES && err != -EPERM && err != -ENOENT)
		return err;
	if (!name || !port_exists(name))
		return err;
	*node_err = dmauser_open_port(name, session);
	return *node_err ? err : 0;
}

static void open_refused(struct cli *cli, const char *name, int err, int node_err)
{
	if (!node_err)
		cli_error(cli, "%s: %s%s", DMACTL_DEVICE, strerror(-err), device_hint(err));
	else
		cli_error(cli,
			  "%s: %s, and %s%.*s: %s; join the group dma, have root give you the "
			  "port's node (docs/ports.md), or run as root",
			  DMACTL_DEVICE, strerror(-err), DMACTL_PORT_DIR, (int)strcspn(name, ":"),
			  name, strerror(-node_err));
}

int device_open(struct cli *cli, const char *name, struct dmauser_session **session)
{
	struct dmactl_info info;
	int err, node_err;

	err = device_try(name, session, &node_err);
	if (err) {
		open_refused(cli, name, err, node_err);
		return err;
	}
	if (!cli->want_explain || cli->explain)
		return 0;
	err = dmauser_info(*session, &info);
	if (err)
		cli_error(cli, "%s: %s", DMACTL_DEVICE, dmauser_strerror(err));
	else
		err = explain_begin(cli, info.out_session);
	if (err)
		dmauser_close(*session);
	return err;
}

static void explain_refusal(struct cli *cli, const char *name, uint64_t caps, int err)
{
	switch (-err) {
	case ENOENT:
	case EINVAL: /* no channel can have such a name */
		if (name)
			name_unknown(cli, name);
		else
			cli_error(
				cli,
				"no free DMA channel can do %s; `dmactl list' shows them all, and "
				"`modprobe dma-sim' adds simulated ones",
				cap_name(caps));
		return;
	case EBUSY:
		cli_error(cli,
			  "%s: another program has this channel; `dmactl status %s' shows which",
			  name ? name : "channel", name ? name : "");
		return;
	case EPERM:
		cli_error(
			cli,
			"%s: not offered to you: only channels that copy from memory to memory and "
			"ports are, by default. As root it works; for others, say in "
			"/etc/modprobe.d/dmactl.conf: options dmactl allow=@memory,@ports,%s",
			name ? name : "such channels", name ? name : "CHANNEL");
		return;
	default:
		cli_error(cli, "%s: cannot get the channel: %s%s", name ? name : "any channel",
			  dmauser_strerror(err), device_hint(err));
		return;
	}
}

int device_channel(struct cli *cli, struct dmauser_session *session, const char *name,
		   uint64_t caps, unsigned int depth, struct dmauser_chan **chan)
{
	const char *names[CAP_NAMES];
	struct name_found found;
	uint64_t missing;
	int err;

	if (name)
		err = name_request(session, name, 0, depth, &found, chan);
	else
		err = dmauser_chan_request_caps(session, caps, NULL, depth, chan);
	if (err) {
		explain_refusal(cli, name, caps, err);
		return err;
	}
	missing = caps & ~dmauser_chan_caps(*chan)->caps;
	if (!missing)
		return 0;
	cap_names(missing, names);
	if (!name)
		name = dmauser_chan_name(*chan);
	cli_error(cli, "%s: the channel lacks %s; `dmactl info %s' shows what it can do", name,
		  names[0], name);
	dmauser_chan_destroy(*chan);
	*chan = NULL;
	return -EOPNOTSUPP;
}

const struct dmauser_chan_desc *device_find(const struct dmauser_chan_list *list, const char *name)
{
	for (size_t i = 0; i < dmauser_chan_list_count(list); i++) {
		const struct dmauser_chan_desc *desc = dmauser_chan_list_get(list, i);

		if (strcmp(desc->name, name) == 0)
			return desc;
	}
	return NULL;
}

const char *device_status_text(int status)
{
	switch (-status) {
	case EFAULT:
		return "the DMA device could not read the memory";
	case EDQUOT:
		return "a limit of dmactl is reached (dmactl(4))";
	default:
		return dmauser_strerror(status);
	}
}
