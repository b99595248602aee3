/* SPDX-License-Identifier: MIT */
/*
 * Ports of a simulated controller for one test: dma-sim makes them from software nodes instead of a
 * device tree.
 */
#ifndef PORT_H
#define PORT_H

#include "uapi.h"

#define PORT_DIR    "/sys/kernel/config/dma-sim/uapi-test"
#define PORT_DRIVER "/sys/bus/platform/drivers/dmactl-port/"
#define PORT_CLASS  "/sys/class/dmactl/"

#define WINDOW 65536u /* of the peripheral "mem" */

/* Before and after each test; the test is skipped if the kernel has no configfs. */
void port_begin(void);
void port_begin_three(void); /* makes the ports win, reg and loop, see port.c */
void port_end(void);

#define PORT_TEST(suite, name)                                                                     \
	Test(suite, name, .init = port_begin_three, .fini = port_end, .timeout = UAPI_TIMEOUT)
/* The test makes its own ports. */
#define BARE_PORT_TEST(suite, name)                                                                \
	Test(suite, name, .init = port_begin, .fini = port_end, .timeout = UAPI_TIMEOUT)

/* Make files and directories below PORT_DIR; errors fail the test. */
void port_put(const char *file, const char *text);
void port_make(const char *dir);
/* Makes "PORT/CHANNEL", which leads to `to`. */
void port_make_channel(const char *dir, const char *to, const char *properties);
/* Add or remove the device of a port, or bind or unbind its driver. */
void port_live(const char *port, bool live);
void port_bind(const char *port, bool bind);
void port_device(const char *port, char *device, size_t size);
bool port_is_bound(const char *port);

int port_request(int fd, const char *name, struct dmactl_chan_request *arg);
uint32_t port_chan(int fd, const char *name);
void port_refused(int fd, const char *name, int want);

/* The node of a port; dev_try() for those that are refused. */
int port_open(const char *port, int flags);
/* Waits until a session has the channel, or none. */
void port_wait_in_use(const char *port, const char *channel, bool in_use);
/* One transfer through the port "loop" in this session, and its bytes. */
void port_loop(int fd);

/* Read or write the whole window, by the channel's slave name. */
void window_read(unsigned char *bytes);
void window_write(const unsigned char *bytes);

#endif /* PORT_H */
