/* SPDX-License-Identifier: MIT */
/*
 * Ports of a simulated controller of the test's own: dma-sim makes them, with
 * software nodes in place of a device tree.
 */
#ifndef PORT_H
#define PORT_H

#include "uapi.h"

#define PORT_DIR    "/sys/kernel/config/dma-sim/uapi-test"
#define PORT_DRIVER "/sys/bus/platform/drivers/dmactl-port/"
#define PORT_CLASS  "/sys/class/dmactl/"

#define WINDOW 65536u /* of the peripheral "mem" */

/* Before and after each test; skipped where the kernel has no configfs. */
void port_begin(void);
void port_begin_three(void); /* with the ports win, reg and loop, see port.c */
void port_end(void);

#define PORT_TEST(suite, name)                                                                     \
	Test(suite, name, .init = port_begin_three, .fini = port_end, .timeout = UAPI_TIMEOUT)
/* The test makes what it needs. */
#define BARE_PORT_TEST(suite, name)                                                                \
	Test(suite, name, .init = port_begin, .fini = port_end, .timeout = UAPI_TIMEOUT)

/* Files and directories below PORT_DIR; the test fails if they do not. */
void port_put(const char *file, const char *text);
void port_make(const char *dir);
/* "PORT/CHANNEL", which leads to `to`. */
void port_make_channel(const char *dir, const char *to, const char *properties);
/* The device of a port comes and goes, as its driver does. */
void port_live(const char *port, bool live);
void port_bind(const char *port, bool bind);
void port_device(const char *port, char *device, size_t size);
bool port_is_bound(const char *port);

int port_request(int fd, const char *name, struct dmactl_chan_request *arg);
uint32_t port_chan(int fd, const char *name);
void port_refused(int fd, const char *name, int want);

/* The whole window, by the channel's name beside the ports. */
void window_read(unsigned char *bytes);
void window_write(const unsigned char *bytes);

#endif /* PORT_H */
