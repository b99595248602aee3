/* SPDX-License-Identifier: MIT */
/*
 * Marks in the instruction stream that tests/bench/profile/hot.c finds; otherwise they do nothing.
 */
#ifndef MARK_H
#define MARK_H

#ifdef __x86_64__
/* nopl 0x5a5a5aNN(%rax) */
#define MARK_BEGIN() __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x01, 0x5a, 0x5a, 0x5a")
#define MARK_END()   __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x02, 0x5a, 0x5a, 0x5a")
#else
#define MARK_BEGIN() ((void)0)
#define MARK_END()   ((void)0)
#endif

#endif /* MARK_H */
