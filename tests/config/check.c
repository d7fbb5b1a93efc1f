// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration check as a library for Python, and the loop that is too long for it:
 * every byte of a blob with every other value, checksum made right again each time.
 */
#include <lib/config.h>

#include <stdlib.h>
#include <string.h>

/* Calls of the tests, found by name. */
int check(const void *blob, uint32_t size, const void *system, uint16_t arch, struct bh_error *error);
const char *field_name(const void *blob, uint32_t size, uint32_t field);
uint32_t crc(const void *blob, uint32_t size);

/** One mutant: byte @offset became @value. */
struct mutant {
	uint32_t offset;
	uint32_t value;
};

/** @refused_nameless: refused, but by no field's name. */
struct sweep {
	uint32_t tried;
	uint32_t refused;
	uint32_t accepted;
	uint32_t nameless;
};

void sweep(const void *blob, uint32_t size, const void *system, uint16_t arch, struct mutant *accepted,
	   struct mutant *nameless, struct sweep *counts);

/*
 * @system: NULL to check a system blob. The copy is as large as the blob, so that a tool can see a read
 * beyond.
 */
int check(const void *blob, uint32_t size, const void *system, uint16_t arch, struct bh_error *error)
{
	void *copy = malloc(size ? size : 1);
	int code;

	memcpy(copy, blob, size);
	code = system ? config_check_cell(copy, size, system, error) :
			config_check_system(copy, size, arch, error);
	free(copy);
	return code;
}

const char *field_name(const void *blob, uint32_t size, uint32_t field)
{
	return config_blob_field_name(blob, size, field);
}

uint32_t crc(const void *blob, uint32_t size)
{
	return config_crc(blob, size);
}

static int is_crc(uint32_t offset)
{
	return offset >= offsetof(struct bh_config_header, crc) &&
	       offset < offsetof(struct bh_config_header, crc) + sizeof(uint32_t);
}

static void try_value(uint8_t *bytes, uint32_t size, const void *system, uint16_t arch, struct mutant mutant,
		      struct mutant *accepted, struct mutant *nameless, struct sweep *counts)
{
	struct bh_config_header *header = (void *)bytes;
	struct bh_error error = { 0 };
	int code;

	bytes[mutant.offset] = (uint8_t)mutant.value;
	header->crc = config_crc(bytes, size);
	code = system ? config_check_cell(bytes, size, system, &error) :
			config_check_system(bytes, size, arch, &error);
	counts->tried++;
	if (!code) {
		accepted[counts->accepted++] = mutant;
		return;
	}
	counts->refused++;
	/* A size that is too large leads the checksum astray: of that the check says 'size' or 'crc'. */
	if (error.code != code || !*config_blob_field_name(bytes, size, error.field))
		nameless[counts->nameless++] = mutant;
}

void sweep(const void *blob, uint32_t size, const void *system, uint16_t arch, struct mutant *accepted,
	   struct mutant *nameless, struct sweep *counts)
{
	uint8_t *bytes = malloc(size);

	memset(counts, 0, sizeof(*counts));
	for (uint32_t offset = 0; offset < size; offset++) {
		const uint8_t original = ((const uint8_t *)blob)[offset];

		if (is_crc(offset))
			continue;
		memcpy(bytes, blob, size);
		for (uint32_t value = 0; value < 256; value++) {
			if (value != original)
				try_value(bytes, size, system, arch, (struct mutant){ offset, value },
					  accepted, nameless, counts);
		}
	}
	free(bytes);
}
