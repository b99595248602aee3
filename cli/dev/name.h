/* SPDX-License-Identifier: MIT */
/* The names of a channel: its own, that of a port, and a slave name. Verbs accept each of them. */
#ifndef NAME_H
#define NAME_H

#include "out/cli.h"

#include <dmauser.h>
#include <stdbool.h>
#include <stddef.h>

/* Sorted strings without duplicates. */
struct name_list {
	char **names;
	size_t count;
	bool cut; /* the kernel could not show all names */
};

/*
 * Lists the slave names that the providers' maps have for dmactl, and those in
 * use. Returns 0 or -ENOMEM. The list is empty if the module is not loaded or
 * too old.
 */
int name_slaves(struct name_list *list);
bool name_is_slave(const char *name);
void name_list_free(struct name_list *list);

enum name_kind { NAME_CHANNEL, NAME_SLAVE, NAME_PORT };

/* How name_request() found the channel. */
struct name_found {
	enum name_kind kind;
	char port[DMACTL_NAME_LEN]; /* PORT:CHANNEL, only for NAME_PORT; set after an error, too */
};

/*
 * Requests the channel of this name. It tries a slave name first, then a port,
 * then a channel's own name. If a port has several channels, `direction'
 * chooses one (DMACTL_DIR_* bits, 0: any). Returns 0 or -errno, without a
 * message.
 */
int name_request(struct dmauser_session *session, const char *name, uint32_t direction,
		 unsigned int depth, struct name_found *found, struct dmauser_chan **chan);

/* Gets the channel of a slave name or port, while a session holds it. Returns false otherwise. */
bool name_to_held(const char *name, char chan[DMACTL_NAME_LEN]);
/* The results of name_look(). */
enum name_leads { NAME_LEADS_NOWHERE, NAME_IS_IDLE, NAME_LEADS_TO };

/*
 * Looks a name up without requesting the channel. NAME_LEADS_TO: the name is
 * that of `chan'. NAME_IS_IDLE: it is a slave name or port that no session
 * holds; its channel is decided when one requests it.
 */
enum name_leads name_look(const char *name, char chan[DMACTL_NAME_LEN]);
/*
 * Gets the channel's own name. A slave name or port that no session holds is
 * requested for a moment to find out. Returns 0; -EPERM or -EBUSY if there is a
 * channel but its name is not available; -ENOENT if there is none.
 */
int name_to_chan(const char *name, char chan[DMACTL_NAME_LEN]);
/*
 * Reports that no channel that can be had has this name, with a similar name
 * that there is.
 */
void name_unknown(const struct cli *cli, const char *name);
/* Reports why name_to_chan() failed with -EPERM or -EBUSY. */
void name_untold(const struct cli *cli, const char *name, int err);

#endif /* NAME_H */
