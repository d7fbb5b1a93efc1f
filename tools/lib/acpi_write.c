// SPDX-License-Identifier: GPL-2.0-or-later
#include "acpi_write.h"

static void w_number(struct writer *writer, uint64_t value, unsigned int width)
{
	for (unsigned int i = 0; i < width && writer->used < writer->room; i++)
		writer->at[writer->used++] = (uint8_t)(value >> (8 * i));
}

void w8(struct writer *writer, uint32_t value)
{
	w_number(writer, value, 1);
}

void w16(struct writer *writer, uint32_t value)
{
	w_number(writer, value, 2);
}

void w32(struct writer *writer, uint64_t value)
{
	w_number(writer, value, 4);
}

void w64(struct writer *writer, uint64_t value)
{
	w_number(writer, value, 8);
}

void w_text(struct writer *writer, const char *text)
{
	while (*text)
		w8(writer, (uint8_t)*text++);
}

void w_patch(struct writer *writer, size_t offset, uint64_t value, unsigned int width)
{
	struct writer there = { writer->at, offset, writer->room };

	w_number(&there, value, width);
}

size_t aml_begin(struct writer *writer, const char *opcode, size_t opcode_size)
{
	for (size_t i = 0; i < opcode_size; i++)
		w8(writer, (uint8_t)opcode[i]);
	w8(writer, 0);
	w16(writer, 0);
	return writer->used - 3;
}

void aml_end(struct writer *writer, size_t length_at)
{
	const size_t length = writer->used - length_at;

	w_patch(writer, length_at, 0x80 | (length & 15), 1);
	w_patch(writer, length_at + 1, length >> 4, 2);
}

void aml_name(struct writer *writer, const char *name)
{
	w8(writer, 0x08);
	w_text(writer, name);
}

void aml_byte(struct writer *writer, const char *name, unsigned int value)
{
	aml_name(writer, name);
	w8(writer, 0x0a);
	w8(writer, value);
}

void aml_word(struct writer *writer, const char *name, unsigned int value)
{
	aml_name(writer, name);
	w8(writer, 0x0b);
	w16(writer, value);
}

/* Three letters in 16 bits, big endian, and four digits. */
void aml_hid(struct writer *writer, unsigned int product)
{
	aml_name(writer, "_HID");
	w8(writer, 0x0c);
	w8(writer, 0x41);
	w8(writer, 0xd0);
	w8(writer, product >> 8);
	w8(writer, product);
}

/* A buffer with its size in a word, and in it the list. */
void aml_list_begin(struct writer *writer, struct aml_list *list)
{
	aml_name(writer, "_CRS");
	list->buffer = aml_begin(writer, "\x11", 1);
	w8(writer, 0x0b);
	w16(writer, 0);
	list->start = writer->used;
}

void aml_list_end(struct writer *writer, const struct aml_list *list)
{
	w8(writer, 0x79);
	w8(writer, 0);
	w_patch(writer, list->start - 2, writer->used - list->start, 2);
	aml_end(writer, list->buffer);
}
