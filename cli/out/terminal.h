/* SPDX-License-Identifier: MIT */
/* The size of the terminal. */
#ifndef TERMINAL_H
#define TERMINAL_H

/*
 * Return the columns or lines of the terminal fd. If fd is no terminal, they
 * return COLUMNS or LINES of the environment, or 0.
 */
unsigned int terminal_width(int fd);
unsigned int terminal_height(int fd);

#endif /* TERMINAL_H */
