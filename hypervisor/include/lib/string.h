/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compiler may emit calls to these; hosted builds (driver, tools, tests) use their own. */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#ifdef __KERNEL__
#include <linux/string.h>
#elif __STDC_HOSTED__
#include <string.h>
#else
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
size_t strnlen(const char *s, size_t size);
#endif

#endif
