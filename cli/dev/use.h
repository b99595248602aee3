/* SPDX-License-Identifier: MIT */
/*
 * Who has which channel, and how far it is. The module tells everybody which user
 * has one; what a session does, those who may look into its process.
 */
#ifndef USE_H
#define USE_H

#include "out/print.h"

#include <dmauser.h>

struct use {
	char chan[DMACTL_NAME_LEN];
	char slave[DMACTL_NAME_LEN]; /* the slave name, or PORT:CHANNEL, or "" */
	unsigned int uid;
	int pid; /* 0: a process that we may not look into */
	char comm[64];
	/* With a pid: */
	uint64_t in_flight, depth;
	uint64_t completed, failed, bytes; /* since the channel was requested */
	bool detailed;			   /* the module is new enough for the rest */
	bool paused;
	char direction[16]; /* of the oldest transfer, "" if there is none */
	uint64_t to_go;	    /* bytes of that */
};

struct use_list {
	struct use *uses;
	size_t count;
};

/* 0 or -ENOMEM. */
int use_read(struct use_list *list);
/* NULL: no session has it, as far as we know. */
const struct use *use_find(const struct use_list *list, const char *chan);
/* The one that was asked for by this slave name, or PORT:CHANNEL. */
const struct use *use_find_slave(const struct use_list *list, const char *slave);
void use_free(struct use_list *list);

/* "dmactl (199)", "user games", "a driver", or "-". */
const char *use_holder(const struct use *use, int clients, char *text, size_t size);
/* free, idle, running, paused, or in use: by whom we cannot look into. */
const char *use_state(const struct use *use, int clients);
/* The same as the fact "held_by". */
void use_print_holder(struct printer *printer, const char *label, const struct use *use,
		      int clients);

#endif /* USE_H */
