/* SPDX-License-Identifier: MIT */
/*
 * Commands from another dmactl. A channel belongs to the session that holds
 * it, so `dmactl pause CHAN' cannot steer it: it asks the dmactl that can. Each
 * channel in use has an abstract Unix socket by its names, which answers to
 * the same user and to root.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "out/cli.h"

#include <dmauser.h>

struct control;
struct halt;

/*
 * Listens, in a thread of its own, until control_stop(), which comes before the
 * channel is given back. `alias` is a second name or NULL. NULL after a note if
 * it does not work: the transfer can go on without.
 */
struct control *control_start(struct cli *cli, struct dmauser_chan *chan, const char *alias);
void control_stop(struct control *control); /* NULL does nothing */

/* Paused by somebody now: that nothing completes is no fault. NULL: false. */
bool control_paused(const struct control *control);
/* Terminated by somebody. NULL: false. */
bool control_terminated(const struct control *control);
/* Once it was: how far the channel was then. */
const struct halt *control_halt(const struct control *control);

#endif /* CONTROL_H */
