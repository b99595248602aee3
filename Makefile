# SPDX-License-Identifier: MIT
# Builds, installs and tests dmactl. `make help` lists the targets.

O ?= build
PREFIX ?= /usr/local
CC := $(CROSS_COMPILE)gcc
AR := $(CROSS_COMPILE)ar
PKG_CONFIG ?= pkg-config

VERSION := 0.1.0

CSTD := -std=gnu11
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS ?= -O2 -g
ifeq ($(SANITIZE),1)
MODE_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifeq ($(COVERAGE),1)
MODE_FLAGS := --coverage -O0
endif
# Flags of every user-space object; a fragment adds its own -I.
USER_CFLAGS := $(CSTD) $(CFLAGS) $(MODE_FLAGS) $(WARN) -Iuapi -Ilibdmauser/include -MMD -MP
USER_LDFLAGS := $(LDFLAGS) $(MODE_FLAGS)

.PHONY: all
all:

# Each part adds its targets to `all` in its own fragment.
-include libdmauser/build.mk
-include cli/build.mk
-include tests/unit/build.mk
-include tests/uapi/build.mk

.PHONY: clean
clean:
	rm -rf $(O)
