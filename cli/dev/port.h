/* SPDX-License-Identifier: MIT */
/* Ports: peripherals that firmware describes, see dmauser_discover_ports(). */
#ifndef PORT_H
#define PORT_H

#include "out/print.h"

#include <dmauser.h>

/*
 * "PORT:CHANNEL" for a name like that, or for "PORT" if just one of its channels
 * goes in this direction (DMACTL_DIR_* bits, 0: any). False: no port's name.
 */
bool port_resolve(const char *name, uint32_t direction, char full[DMACTL_NAME_LEN]);

/* dmaengine's name of the channel while somebody has it through the port. */
bool port_to_chan(const char *name, char *chan, size_t size);

struct use_list;

/* The rows of a table, one a channel. */
void port_print_table(struct printer *printer, const struct dmauser_port_list *list,
		      const struct use_list *uses);

/* What the port says of the channel, for `dmactl info'. */
void port_print(struct printer *printer, const char *full);

#endif /* PORT_H */
