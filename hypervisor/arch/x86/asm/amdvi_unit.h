/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of AMD-Vi share (specification, chapters 2 and 3); nobody else includes it. */
#ifndef ASM_AMDVI_UNIT_H
#define ASM_AMDVI_UNIT_H

#include "iommu_unit.h"

/* Registers, of 64 bits */
#define AMDVI_DEVICE_TABLE 0x0000u
#define AMDVI_COMMANDS 0x0008u
#define AMDVI_EVENTS 0x0010u
#define AMDVI_CONTROL 0x0018u
#define AMDVI_EXCLUSION_BASE 0x0020u
#define AMDVI_EXCLUSION_LIMIT 0x0028u
#define AMDVI_FEATURES 0x0030u
#define AMDVI_COMMAND_HEAD 0x2000u
#define AMDVI_COMMAND_TAIL 0x2008u
#define AMDVI_EVENT_HEAD 0x2010u
#define AMDVI_EVENT_TAIL 0x2018u
#define AMDVI_STATUS 0x2020u
#define AMDVI_REGISTERS 0x2028u /* bytes that are used */

#define AMDVI_CONTROL_ON (1ull << 0)
#define AMDVI_CONTROL_EVENTS (1ull << 2)
#define AMDVI_CONTROL_EVENT_MESSAGE (1ull << 3)
#define AMDVI_CONTROL_COHERENT (1ull << 10)
#define AMDVI_CONTROL_COMMANDS (1ull << 12)
#define AMDVI_CONTROL_WIDE (1ull << 17 | 1ull << 50) /* vectors of 128 bits, with ids of 32 */
#define AMDVI_CONTROL_KEPT \
	0xfe2ull /* HyperTransport's tunnel, time-outs and ordering are firmware's to know */

#define AMDVI_STATUS_OVERFLOW (1ull << 0)
#define AMDVI_STATUS_EVENT (1ull << 1)
#define AMDVI_STATUS_COMMANDS_RUN (1ull << 4)
#define AMDVI_STATUS_CLEARED 0x67ull /* by writing ones */

#define AMDVI_FEATURES_WIDE (1ull << 2 | 1ull << 7)
#define AMDVI_FEATURES_ALL (1ull << 6) /* everything is forgotten by one command */

/* Both rings, commands and events, have IOMMU_RING_ENTRIES. */
#define AMDVI_RING_LENGTH (8ull << 56)
#define AMDVI_RING_MASK 0xff0u

/* Commands: the number is in the highest 4 bits of the first half. */
#define AMDVI_COMMAND_WAIT (1ull << 60)
#define AMDVI_WAIT_STORE (1ull << 0)
#define AMDVI_COMMAND_FORGET_ENTRY (2ull << 60)
#define AMDVI_COMMAND_FORGET_PAGES (3ull << 60)
#define AMDVI_DOMAIN_SHIFT 32
#define AMDVI_ALL_PAGES 0x7ffffffffffff003ull
#define AMDVI_COMMAND_FORGET_VECTORS (5ull << 60)
#define AMDVI_COMMAND_FORGET_ALL (8ull << 60)

/** Have it tell the first CPU of events by an NMI, and put back what was there. */
void amdvi_message_on(struct iommu_unit *unit);
void amdvi_message_off(struct iommu_unit *unit);

/* amdvi_unit.c */
/** Let it translate by the device table, and give it back as it was. */
int amdvi_start(struct iommu_unit *unit);
void amdvi_stop(struct iommu_unit *unit);

/** Report what it has recorded. Return: 1 if there was anything. */
int amdvi_poll_unit(struct iommu_unit *unit);

/** What event @word says of an access of a device. Return: 0: it is about something else. */
int amdvi_decode(const uint64_t word[2], struct dma_fault *fault);

/* amdvi_table.c */
const struct pt_format *amdvi_pages(void);
/** Make the device table, with all functions at @root; and free it. Context: units off. */
int amdvi_tables_init(const struct page_table *root);
void amdvi_tables_exit(void);
/** For the unit's register. */
uint64_t amdvi_tables_register(void);
/** @function translates by @table from now on; NULL: it reaches nothing. */
void amdvi_attach(const struct page_table *table, uint32_t function);
/** The command by which translations of the domain with @tag are forgotten. */
struct iommu_command amdvi_forget(uint32_t tag);
/** The table for messages of a guest's function, by its place. */
void *amdvi_vectors(unsigned int place);
/** Something of @table is another: @function finds its vectors there from now on, if a guest can use it. */
void amdvi_use_vectors(uint32_t function, const void *table);

/* amdvi_msi.c */
int amdvi_message(const struct iommu_unit *unit, unsigned int index, struct msi_message *message);
void amdvi_route_message(struct iommu_unit *unit, uint32_t function, unsigned int index, struct iommu_vector to);

#endif
