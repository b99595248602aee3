/* SPDX-License-Identifier: MIT */
/* Ports are peripherals that firmware describes, see dmauser_discover_ports(). */
#ifndef PORT_H
#define PORT_H

#include "out/print.h"

#include <dmauser.h>

/*
 * Gets the full name "PORT:CHANNEL". name may be such a name, or only "PORT" if
 * exactly one channel of the port has this direction (DMACTL_DIR_* bits, 0:
 * any). Returns false if name is no port.
 */
bool port_resolve(const char *name, uint32_t direction, char full[DMACTL_NAME_LEN]);

/* Is there a port "PORT", for "PORT" or "PORT:CHANNEL"? */
bool port_exists(const char *name);

/* Gets dmaengine's name of a port's channel, while a session holds it through the port. */
bool port_to_chan(const char *name, char *chan, size_t size);

struct use_list;

/* Prints the rows of a table, one for each channel of each port. */
void port_print_table(struct printer *printer, const struct dmauser_port_list *list,
		      const struct use_list *uses);

/* Prints the properties of a port's channel, for `dmactl info'. */
void port_print(struct printer *printer, const char *full);

#endif /* PORT_H */
