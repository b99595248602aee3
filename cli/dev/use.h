/* SPDX-License-Identifier: MIT */
/*
 * Who holds which channel, and how far it is. The module shows the user of each
 * channel to everybody, but what a session does only to those who may inspect
 * its process.
 */
#ifndef USE_H
#define USE_H

#include "out/print.h"

#include <dmauser.h>

struct use {
	char chan[DMACTL_NAME_LEN];
	char slave[DMACTL_NAME_LEN]; /* the slave name, or PORT:CHANNEL, or "" */
	unsigned int uid;
	int pid; /* 0: we may not inspect the process */
	char comm[64];
	/* Valid only if pid is not 0: */
	uint64_t in_flight, depth;
	uint64_t completed, failed, bytes; /* since the channel was requested */
	bool detailed; /* the module reports the fields below; older ones do not */
	bool paused;
	char direction[16]; /* of the oldest transfer; "" if there is none */
	uint64_t to_go;	    /* bytes that the oldest transfer has left */
	uint64_t length;    /* bytes of the oldest transfer; 0: not known */
};

struct use_list {
	struct use *uses;
	size_t count;
};

/* Returns 0 or -ENOMEM. */
int use_read(struct use_list *list);
/* Returns NULL if no session is known to hold the channel. */
const struct use *use_find(const struct use_list *list, const char *chan);
/* Returns the use of the channel that was requested by this slave name or PORT:CHANNEL, or NULL. */
const struct use *use_find_slave(const struct use_list *list, const char *slave);
void use_free(struct use_list *list);

/* Formats the holder: "dmactl (199)", "user games", "a driver" or "-". */
const char *use_holder(const struct use *use, int clients, char *text, size_t size);
/* Returns "free", "idle", "running" or "paused"; "in use" if we may not inspect the holder. */
const char *use_state(const struct use *use, int clients);
/* Prints the holder as the field "held_by". */
void use_print_holder(struct printer *printer, const char *label, const struct use *use,
		      int clients);

#endif /* USE_H */
