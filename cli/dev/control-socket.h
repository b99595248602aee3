/* SPDX-License-Identifier: MIT */
/* The protocol of the control socket, for both ends. */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum control_command { CONTROL_PAUSE, CONTROL_RESUME, CONTROL_TERMINATE, CONTROL_SYNCHRONIZE };

/* The answer to a command, which is sent as a uint32_t (enum control_command). */
struct control_answer {
	int32_t error; /* 0 or -errno */
	int32_t pid;
};

/* The address is abstract, so that it disappears with the process, even if that is killed. */
static inline socklen_t control_address(struct sockaddr_un *address, const char *channel)
{
	int length;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	length = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "dmactl/%s",
			  channel);
	if (length > (int)sizeof(address->sun_path) - 2)
		length = (int)sizeof(address->sun_path) - 2;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

#endif /* CONTROL_SOCKET_H */
