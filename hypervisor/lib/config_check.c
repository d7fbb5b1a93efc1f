// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration check: header, arrays and each field by its rule. Input is hostile:
 * nothing is believed before it was compared, nothing is added before it is known not to
 * wrap. What fields mean together is in config_system.c and config_cell.c.
 */
#include "config_parts.h"

#include <lib/crc.h>
#include <lib/errors.h>

int config_fail(const struct check *check, unsigned int code, struct where where, uint64_t low, uint64_t high)
{
	error_set(check->error, code, where.object, where.index, low, high);
	if (check->error)
		check->error->field = where.field;
	return (int)code;
}

static uint64_t load(const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* ---- fields by their rule ---- */

static int is_ident(unsigned int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static int is_of(unsigned int rule, unsigned int c)
{
	return rule == IDENT ? is_ident(c) : c <= '~' && (c > ' ' || (rule == LINE && c == ' '));
}

static int check_text(const struct check *check, const uint8_t *at, unsigned int size, unsigned int rule,
		      struct where where)
{
	unsigned int length = 0;

	while (length < size && at[length]) {
		if (!is_of(rule, at[length]))
			return config_fail(check, BH_E_NAME, where, at[length], length);
		length++;
	}
	if (length == 0 || length == size)
		return config_fail(check, BH_E_NAME, where, length, size - 1);
	for (unsigned int i = length; i < size; i++) {
		if (at[i])
			return config_fail(check, BH_E_NAME, where, at[i], i);
	}
	return BH_E_OK;
}

/* Also for two numbers that are no bh_config_range: base and size of a memory region. */
int config_check_span(const struct check *check, uint64_t base, uint64_t size, uint64_t alignment,
		      struct where where)
{
	if (size == 0)
		return config_fail(check, BH_E_RANGE, where, size, CONFIG_ADDRESS_LIMIT);
	if ((base | size) & (alignment - 1))
		return config_fail(check, BH_E_ALIGN, where, base & (alignment - 1) ? base : size, alignment);
	if (last(base, size) < base)
		return config_fail(check, BH_E_WRAP, where, base, last(base, size));
	if (last(base, size) >= CONFIG_ADDRESS_LIMIT)
		return config_fail(check, BH_E_RANGE, where, last(base, size), CONFIG_ADDRESS_LIMIT - 1);
	return BH_E_OK;
}

static int check_number(const struct check *check, const struct field *field, uint64_t value,
			struct where where)
{
	switch (field->rule) {
	case ZERO:
		return value ? config_fail(check, BH_E_RESERVED, where, value, 0) : BH_E_OK;
	case VALUE:
		if (value < field->low)
			return config_fail(check, BH_E_RANGE, where, value, field->low);
		return value > field->high ? config_fail(check, BH_E_RANGE, where, value, field->high) :
					     BH_E_OK;
	case BITS:
		return value & ~field->high ? config_fail(check, BH_E_RANGE, where, value, field->high) :
					      BH_E_OK;
	case ADDRESS:
		if (value & (field->low - 1))
			return config_fail(check, BH_E_ALIGN, where, value, field->low);
		return value >= CONFIG_ADDRESS_LIMIT ?
			       config_fail(check, BH_E_RANGE, where, value, CONFIG_ADDRESS_LIMIT - 1) :
			       BH_E_OK;
	default:
		return BH_E_OK;
	}
}

static int check_field(const struct check *check, const struct field *field, const uint8_t *element,
		       uint32_t index)
{
	const uint8_t *at = element + field->offset;
	const struct where where = { field->object, index, (uint32_t)(at - check->blob) };
	uint64_t base, size;

	switch (field->rule) {
	case IDENT:
	case TEXT:
	case LINE:
		return check_text(check, at, field->size, field->rule, where);
	case SPAN:
	case MAYBE:
		base = load(at, 8);
		size = load(at + 8, 8);
		if (field->rule == MAYBE && base == 0 && size == 0)
			return BH_E_OK;
		return config_check_span(check, base, size, field->low, where);
	default:
		return check_number(check, field, load(at, field->size), where);
	}
}

static int check_fields(const struct check *check, const struct field *fields, const uint8_t *element,
			uint32_t index)
{
	int code;

	for (const struct field *field = fields; field->name; field++) {
		code = arch_has(field->arch, check->header->arch) ?
			       check_field(check, field, element, index) :
			       BH_E_OK;
		if (code)
			return code;
	}
	return BH_E_OK;
}

int config_check_zero(const struct check *check, uint32_t offset, uint32_t size)
{
	for (uint32_t i = offset; i < offset + size; i++) {
		if (check->blob[i])
			return config_fail(check, BH_E_RESERVED, AT(INTC, 0, i), check->blob[i], 0);
	}
	return BH_E_OK;
}

/* ---- header, layout and every field alone ---- */

uint32_t config_crc(const void *blob, uint32_t size)
{
	static const uint8_t zero[4];
	const uint32_t before = offsetof(struct bh_config_header, crc);
	const uint32_t after = before + sizeof(zero);
	uint32_t crc = crc_update(0, blob, before);

	crc = crc_update(crc, zero, sizeof(zero));
	return crc_update(crc, (const uint8_t *)blob + after, size - after);
}

#define HEADER_AT(member) AT(HEADER, 0, offsetof(struct bh_config_header, member))

static int check_header(const struct check *check, uint32_t size, const struct layout *layout)
{
	const struct bh_config_header *header = check->header;
	uint32_t crc;

	if (size < sizeof(*header))
		return config_fail(check, BH_E_SIZE, HEADER_AT(size), size, sizeof(*header));
	if (header->magic != BH_CONFIG_MAGIC)
		return config_fail(check, BH_E_MAGIC, HEADER_AT(magic), header->magic, BH_CONFIG_MAGIC);
	if (header->major != BH_ABI_MAJOR)
		return config_fail(check, BH_E_VERSION, HEADER_AT(major), header->major, BH_ABI_MAJOR);
	if (header->minor > BH_ABI_MINOR)
		return config_fail(check, BH_E_VERSION, HEADER_AT(minor), header->minor, BH_ABI_MINOR);
	if (header->size > size || header->size > BH_CONFIG_MAX_SIZE)
		return config_fail(check, BH_E_SIZE, HEADER_AT(size), header->size,
				   size < BH_CONFIG_MAX_SIZE ? size : BH_CONFIG_MAX_SIZE);
	if (header->size < sizeof(*header))
		return config_fail(check, BH_E_SIZE, HEADER_AT(size), header->size, sizeof(*header));
	crc = config_crc(header, header->size);
	if (header->crc != crc)
		return config_fail(check, BH_E_CHECKSUM, HEADER_AT(crc), header->crc, crc);
	if (header->kind != layout->kind)
		return config_fail(check, BH_E_RANGE, HEADER_AT(kind), header->kind, layout->kind);
	if (header->size < layout->body_size)
		return config_fail(check, BH_E_SIZE, HEADER_AT(size), header->size, layout->body_size);
	return BH_E_OK;
}

/* The offset of an array follows from the counts before it: any other is refused. */
static int check_array(const struct check *check, const struct array *array, uint32_t *offset)
{
	const struct bh_config_array *descriptor = (const void *)(check->blob + array->descriptor);
	const struct where at_offset = { array->object, 0, array->descriptor };
	const struct where at_count = { array->object, 0, array->descriptor + 4u };

	if (descriptor->offset != *offset)
		return config_fail(check, BH_E_RANGE, at_offset, descriptor->offset, *offset);
	if (descriptor->count > array->most)
		return config_fail(check, BH_E_TOO_MANY, at_count, descriptor->count, array->most);
	if (descriptor->count < array->least)
		return config_fail(check, BH_E_RANGE, at_count, descriptor->count, array->least);
	if (descriptor->count > (check->header->size - *offset) / array->element_size)
		return config_fail(check, BH_E_SIZE, at_count, descriptor->count,
				   (check->header->size - *offset) / array->element_size);
	*offset += descriptor->count * array->element_size;
	return BH_E_OK;
}

static int check_arrays(const struct check *check, const struct layout *layout)
{
	uint32_t offset = layout->body_size;
	int code;

	for (unsigned int i = 0; i < layout->array_count; i++) {
		if (!arch_has(layout->arrays[i].arch, check->header->arch))
			continue;
		code = check_array(check, &layout->arrays[i], &offset);
		if (code)
			return code;
	}
	if (offset != check->header->size)
		return config_fail(check, BH_E_SIZE, HEADER_AT(size), check->header->size, offset);
	return BH_E_OK;
}

static int check_elements(const struct check *check, const struct array *array)
{
	const struct bh_config_array *descriptor = (const void *)(check->blob + array->descriptor);
	const uint8_t *element = check->blob + descriptor->offset;
	int code;

	for (uint32_t i = 0; i < descriptor->count; i++, element += array->element_size) {
		code = check_fields(check, array->fields, element, i);
		if (code)
			return code;
	}
	return BH_E_OK;
}

int config_check_blob(const struct check *check, uint32_t size, uint16_t arch, const struct layout *layout)
{
	int code;

	code = check_header(check, size, layout);
	if (code)
		return code;
	if (arch != ANY_ARCH && check->header->arch != arch)
		return config_fail(check, BH_E_ARCH, HEADER_AT(arch), check->header->arch, arch);
	code = check_arrays(check, layout);
	if (!code)
		code = check_fields(check, layout->fields, check->blob, 0);
	for (unsigned int i = 0; i < layout->array_count && !code; i++) {
		if (arch_has(layout->arrays[i].arch, check->header->arch))
			code = check_elements(check, &layout->arrays[i]);
	}
	return code;
}

int config_check_layout(const void *blob, uint32_t size, enum bh_config_kind kind, struct bh_error *error)
{
	const struct check check = { blob, blob, error };

	return config_check_blob(&check, size, ANY_ARCH, config_layout(kind));
}
