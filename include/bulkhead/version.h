/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One ABI version for image, driver, command line tool, configuration blob and
 * communication page. Major: incompatible. Minor: additions only; both sides use the
 * smaller one.
 */
#ifndef BULKHEAD_VERSION_H
#define BULKHEAD_VERSION_H

#define BH_ABI_MAJOR 2
#define BH_ABI_MINOR 0

/** Architectures as written in blobs and image headers. */
#define BH_ARCH_FAKE 0 /* the build machine: unit tests */
#define BH_ARCH_AARCH64 1
#define BH_ARCH_X86_64 2
#define BH_ARCH_RISCV64 3

#endif
