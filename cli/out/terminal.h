/* SPDX-License-Identifier: MIT */
/* How large the terminal is. */
#ifndef TERMINAL_H
#define TERMINAL_H

/*
 * Columns or lines of the terminal behind fd. 0: it is no terminal, and the
 * environment (COLUMNS, LINES) says nothing either.
 */
unsigned int terminal_width(int fd);
unsigned int terminal_height(int fd);

#endif /* TERMINAL_H */
