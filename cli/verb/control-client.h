/* SPDX-License-Identifier: MIT */
/* Verbs that send a command to the dmactl that holds a channel, through its control socket. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "dev/control-socket.h"
#include "verb/command.h"

/* The argument parser of each verb, indexed by enum control_command. */
extern const struct argp control_argp[];

/* Runs pause, resume, terminate or synchronize. Returns the exit status. */
int control_main(struct cli *cli, int argc, char **argv, enum control_command command);

#endif /* CONTROL_CLIENT_H */
