/* SPDX-License-Identifier: MIT */
/*
 * What a channel can be asked for by: its own name, the name of a port, or a slave
 * name. A verb that takes one takes each of them.
 */
#ifndef NAME_H
#define NAME_H

#include "out/cli.h"

#include <dmauser.h>
#include <stdbool.h>
#include <stddef.h>

/* Strings, sorted, each once. */
struct name_list {
	char **names;
	size_t count;
	bool cut; /* there are more than the kernel could show */
};

/*
 * The slave names that maps of providers have for dmactl, and those that are in
 * use. 0 or -ENOMEM; a module that shows none, or that is not loaded, has none.
 */
int name_slaves(struct name_list *list);
bool name_is_slave(const char *name);
void name_list_free(struct name_list *list);

enum name_kind { NAME_CHANNEL, NAME_SLAVE, NAME_PORT };

/* How name_request() found the channel. */
struct name_found {
	enum name_kind kind;
	char port[DMACTL_NAME_LEN]; /* PORT:CHANNEL, of a NAME_PORT, also after an error */
};

/*
 * Gets the channel of this name: first as a slave name, then as that of a port, of
 * whose channels `direction' chooses (DMACTL_DIR_* bits, 0: any), then as
 * dmaengine's. 0 or -errno, without a message.
 */
int name_request(struct dmauser_session *session, const char *name, uint32_t direction,
		 unsigned int depth, struct name_found *found, struct dmauser_chan **chan);

/* The channel behind the name of a slave channel or of a port while somebody holds it. */
bool name_to_held(const char *name, char chan[DMACTL_NAME_LEN]);
/* What can be told of a name without taking the channel. */
enum name_leads { NAME_LEADS_NOWHERE, NAME_IS_IDLE, NAME_LEADS_TO };

/*
 * NAME_LEADS_TO: to this channel. NAME_IS_IDLE: a slave name or a port that nobody
 * holds; to which channel it leads is decided when somebody asks for it.
 */
enum name_leads name_look(const char *name, char chan[DMACTL_NAME_LEN]);
/*
 * dmaengine's name for what the name leads to. One that nobody holds is taken for a
 * moment to find out. 0; -EPERM or -EBUSY there is one, and it is not told;
 * -ENOENT there is none.
 */
int name_to_chan(const char *name, char chan[DMACTL_NAME_LEN]);
/* Says why it is not told. */
void name_untold(const struct cli *cli, const char *name, int err);

#endif /* NAME_H */
