/* SPDX-License-Identifier: MIT */
/* The verbs that ask the dmactl that holds a channel, through its control socket. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "dev/control-socket.h"
#include "verb/command.h"

/* What each of them takes, by its command. */
extern const struct argp control_argp[];

/* The whole of the verbs pause, resume, terminate and synchronize. */
int control_main(struct cli *cli, int argc, char **argv, enum control_command command);

#endif /* CONTROL_CLIENT_H */
