/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every register that an owner of a hart could leave behind for the next: what it reads at reset, and what the
 * cell that poisons it writes. Not from the hypervisor's own table: this one is there to test it.
 * X(name, number, poison, bits that count, reset value)
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#define POISON 0x0a5a5a5a5a5a5a50
#define ALL 0xffffffffffffffff
/* Our own table; see handover.S. */
#define TABLE 0x80120000
#define SATP_TABLE 0x8000000000080120

/* Those that an exception changes, and the one that switches others on: read first, poisoned last. */
#define EXCEPTION_REGISTERS(X)                                                           \
	X(stvec, 0x105, 0x5a5a5800, ALL, 0)                                              \
	X(sepc, 0x141, POISON, ALL, 0)                                                   \
	X(scause, 0x142, 0x5a, ALL, 0)                                                   \
	X(stval, 0x143, POISON, ALL, 0)                                                  \
	X(sstatus, 0x100, 0xc6720, 0xc6720, 0)

#define PLAIN_REGISTERS(X)                                                               \
	X(sie, 0x104, 0x222, 0x222, 0)                                                   \
	X(sip, 0x144, 0x2, 0x2, 0)                                                       \
	X(sscratch, 0x140, POISON, ALL, 0)                                               \
	X(scounteren, 0x106, 2, 7, 7)                                                    \
	X(senvcfg, 0x10a, 0xf1, 0xf1, 0)                                                 \
	X(sstateen0, 0x10c, 1, 1, 0)                                                     \
	X(stimecmp, 0x14d, 0x7a5a5a5a5a5a5a50, ALL, ALL)                                 \
	X(siselect, 0x150, 0x70, ALL, 0)                                                 \
	X(satp, 0x180, SATP_TABLE, ALL, 0)                                               \
	X(fcsr, 0x003, 0xe1, 0xff, 0)                                                    \
	X(vcsr, 0x00f, 7, 7, 0)

/* Behind siselect, of the hart's interrupt file: X(name, selector, poison, bits that count, reset value) */
#define FILE_REGISTERS(X)                                                                \
	X(eidelivery, 0x70, 1, 1, 0)                                                     \
	X(eithreshold, 0x72, 0x5a, ALL, 0)                                               \
	X(eip0, 0x80, 0xa5a0, ALL, 0)                                                    \
	X(eie0, 0xc0, 0x5a50, ALL, 0)

#endif
