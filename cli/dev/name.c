// SPDX-License-Identifier: MIT
#include "dev/device.h"
#include "dev/name.h"
#include "dev/port.h"
#include "out/words.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The device that slave channels are requested for. */
#define OWN_DEVICE "/sys/class/misc/dmactl"
/* dmaengine creates a link with this prefix for each slave channel in use. */
#define LINK_PREFIX "dma:"

static bool has(const struct name_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->names[i], name) == 0)
			return true;
	}
	return false;
}

static int add(struct name_list *list, const char *name)
{
	char **grown;

	if (!*name || has(list, name))
		return 0;
	grown = realloc(list->names, (list->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	list->names = grown;
	grown[list->count] = strdup(name);
	return grown[list->count] ? (int)(list->count++, 0) : -ENOMEM;
}

static int add_mapped(struct name_list *list)
{
	FILE *file = fopen(OWN_DEVICE "/slaves", "re");
	size_t size = 0;
	char *line = NULL;
	int err = 0;

	while (file && !err && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "...") == 0)
			list->cut = true;
		else
			err = add(list, line);
	}
	free(line);
	if (file)
		fclose(file);
	return err;
}

static int add_linked(struct name_list *list)
{
	DIR *dir = opendir(OWN_DEVICE);
	struct dirent *entry;
	int err = 0;

	while (dir && !err && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, LINK_PREFIX, strlen(LINK_PREFIX)) == 0)
			err = add(list, entry->d_name + strlen(LINK_PREFIX));
	}
	if (dir)
		closedir(dir);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int name_slaves(struct name_list *list)
{
	int err;

	*list = (struct name_list){0};
	err = add_mapped(list);
	if (!err)
		err = add_linked(list);
	if (err)
		name_list_free(list);
	else if (list->count)
		qsort(list->names, list->count, sizeof(*list->names), by_name);
	return err;
}

bool name_is_slave(const char *name)
{
	struct name_list list;
	bool found;

	if (name_slaves(&list))
		return false;
	found = has(&list, name);
	name_list_free(&list);
	return found;
}

void name_list_free(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct name_list){0};
}

int name_request(struct dmauser_session *session, const char *name, uint32_t direction,
		 unsigned int depth, struct name_found *found, struct dmauser_chan **chan)
{
	int err = dmauser_chan_request_slave(session, name, depth, chan);

	*found = (struct name_found){.kind = NAME_SLAVE};
	/* The slave name exists, so do not try the other kinds. */
	if (!err || err == -EBUSY)
		return err;
	/* A session of a port's node has no slave names: EPERM. */
	if (port_resolve(name, direction, found->port)) {
		found->kind = NAME_PORT;
		return dmauser_chan_request_port(session, found->port, depth, chan);
	}
	/* The slave name exists, and is not offered. */
	if (err == -EPERM)
		return err;
	/* A name that is invalid as a slave name may still be a channel's name. */
	found->kind = NAME_CHANNEL;
	return dmauser_chan_request_name(session, name, depth, chan);
}

bool name_to_held(const char *name, char chan[DMACTL_NAME_LEN])
{
	char path[PATH_MAX], target[PATH_MAX];

	if (strchr(name, '/'))
		return false;
	snprintf(path, sizeof(path), OWN_DEVICE "/" LINK_PREFIX "%s", name);
	if (!realpath(path, target))
		return port_to_chan(name, chan, DMACTL_NAME_LEN);
	return (size_t)snprintf(chan, DMACTL_NAME_LEN, "%s", strrchr(target, '/') + 1) <
	       DMACTL_NAME_LEN;
}

static int ask(const char *name, char chan[DMACTL_NAME_LEN])
{
	struct dmauser_session *session;
	struct dmauser_chan *found;
	struct name_found how;
	int node_err, err = device_try(name, &session, &node_err);

	if (err)
		return name_is_slave(name) ? -EPERM : -ENOENT;
	err = name_request(session, name, 0, 0, &how, &found);
	if (!err)
		strcpy(chan, dmauser_chan_name(found));
	dmauser_close(session);
	if (err == -EPERM || err == -EBUSY || err == 0)
		return err;
	return how.kind == NAME_PORT ? -EBUSY : -ENOENT;
}

void name_untold(const struct cli *cli, const char *name, int err)
{
	if (err == -EPERM)
		cli_error(cli,
			  "%s: is a slave name; which channel it leads to is told to those who may "
			  "use it: as root it works, and dmactl(4) has `allow'",
			  name);
	else
		cli_error(cli, "%s: its channel is taken, or being stopped, and not told now",
			  name);
}

enum name_leads name_look(const char *name, char chan[DMACTL_NAME_LEN])
{
	char path[PATH_MAX], port[DMACTL_NAME_LEN];

	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) >= DMACTL_NAME_LEN)
		return NAME_LEADS_NOWHERE;
	if (name_to_held(name, chan))
		return NAME_LEADS_TO;
	snprintf(path, sizeof(path), "/sys/class/dma/%s", name);
	if (access(path, F_OK) == 0) {
		strcpy(chan, name);
		return NAME_LEADS_TO;
	}
	return name_is_slave(name) || port_resolve(name, 0, port) ? NAME_IS_IDLE
								  : NAME_LEADS_NOWHERE;
}

int name_to_chan(const char *name, char chan[DMACTL_NAME_LEN])
{
	/* The module does not show all slave names of maps, so try to request it. */
	return name_look(name, chan) == NAME_LEADS_TO ? 0 : ask(name, chan);
}

static void offer_listed(struct words_search *search, const struct dmauser_chan_list *chans,
			 const struct dmauser_port_list *ports)
{
	for (size_t i = 0; i < dmauser_chan_list_count(chans); i++)
		words_offer(search, dmauser_chan_list_get(chans, i)->name);
	for (size_t i = 0; i < dmauser_port_list_count(ports); i++) {
		words_offer(search, dmauser_port_list_get(ports, i)->name);
		words_offer(search, dmauser_port_list_get(ports, i)->port);
	}
}

void name_unknown(const struct cli *cli, const char *name)
{
	struct words_search search = {.typed = name};
	struct dmauser_chan_list *chans = NULL;
	struct dmauser_port_list *ports = NULL;
	struct name_list slaves = {0};

	/* Ignore errors: there are fewer names to offer then. */
	name_slaves(&slaves);
	if (dmauser_discover(&chans))
		chans = NULL;
	if (dmauser_discover_ports(&ports))
		ports = NULL;
	for (size_t i = 0; i < slaves.count; i++)
		words_offer(&search, slaves.names[i]);
	offer_listed(&search, chans, ports);
	if (search.best && strcmp(search.best, name) == 0)
		cli_error(cli,
			  "%s: a driver in the kernel has this channel; `dmactl list' shows which "
			  "are free",
			  name);
	else if (search.best)
		cli_error(cli,
			  "%s: there is no such DMA channel, port or slave name; did you mean "
			  "'%s'? `dmactl list' shows them all",
			  name, search.best);
	else
		cli_error(cli,
			  "%s: there is no such DMA channel, port or slave name; `dmactl list' "
			  "shows them all",
			  name);
	dmauser_port_list_free(ports);
	dmauser_chan_list_free(chans);
	name_list_free(&slaves);
}
