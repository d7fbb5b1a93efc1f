/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of ACPI tables and of AML, in the order in which they lie there: what acpi_guest*.c write with. What does not
 * fit any more is left out, so that nothing needs to be checked before the end.
 */
#ifndef CFG_ACPI_WRITE_H
#define CFG_ACPI_WRITE_H

#include <stddef.h>
#include <stdint.h>

struct writer {
	uint8_t *at;
	size_t used, room;
};

/** The next 1, 2, 4 or 8 bytes, little endian. */
void w8(struct writer *writer, uint32_t value);
void w16(struct writer *writer, uint32_t value);
void w32(struct writer *writer, uint64_t value);
void w64(struct writer *writer, uint64_t value);
/** Without the 0 at the end. */
void w_text(struct writer *writer, const char *text);
/** Bytes that were written before. */
void w_patch(struct writer *writer, size_t offset, uint64_t value, unsigned int width);

/* ---- AML, ACPI specification 6.5, 20 ---- */

/**
 * A package: its @opcode, and a length that aml_end() fills in, with what aml_begin() returned. A length counts its own
 * bytes; three of them are enough for all that is written here, and legal for small ones.
 */
size_t aml_begin(struct writer *writer, const char *opcode, size_t opcode_size);
void aml_end(struct writer *writer, size_t length_at);

void aml_name(struct writer *writer, const char *name);
void aml_byte(struct writer *writer, const char *name, unsigned int value);
void aml_word(struct writer *writer, const char *name, unsigned int value);
/** 'PNP0501' as EISA packs it, from 0x0501. */
void aml_hid(struct writer *writer, unsigned int product);

/** _CRS, a list of resources: those that are written between the two calls. */
struct aml_list {
	size_t buffer, start;
};
void aml_list_begin(struct writer *writer, struct aml_list *list);
void aml_list_end(struct writer *writer, const struct aml_list *list);

#endif
