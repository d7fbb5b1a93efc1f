// SPDX-License-Identifier: GPL-2.0-or-later
/* Blobs: body and arrays in the one order that the check accepts. Same input, same bytes. */
#include "internal.h"

#include <lib/config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *blob_build(struct arena *arena, const void *body, uint32_t body_size, unsigned int kind,
		 const struct blob_array *arrays, unsigned int array_count, size_t *size)
{
	struct bh_config_header *header;
	uint32_t total = body_size;
	uint8_t *blob;

	for (unsigned int i = 0; i < array_count; i++)
		total += arrays[i].count * arrays[i].element_size;
	blob = arena_alloc(arena, total);
	memcpy(blob, body, body_size);
	total = body_size;
	for (unsigned int i = 0; i < array_count; i++) {
		const struct bh_config_array array = { total, arrays[i].count };
		const uint32_t bytes = arrays[i].count * arrays[i].element_size;

		memcpy(blob + arrays[i].descriptor, &array, sizeof(array));
		if (bytes)
			memcpy(blob + total, arrays[i].elements, bytes);
		total += bytes;
	}
	header = (struct bh_config_header *)(void *)blob;
	*header = (struct bh_config_header){
		.magic = BH_CONFIG_MAGIC,
		.major = BH_ABI_MAJOR,
		.minor = BH_ABI_MINOR,
		.arch = BH_ARCH_AARCH64,
		.kind = (uint16_t)kind,
		.size = total,
	};
	header->crc = config_crc(blob, total);
	*size = total;
	return blob;
}

static void *read_all(int fd, size_t most, size_t *size)
{
	char *data = NULL;
	size_t room = 0, used = 0;
	ssize_t got;

	do {
		if (used == room) { /* files in /sys say a size that is not theirs */
			room = room ? 2 * room : 65536;
			data = realloc(data, room + 1);
			if (!data)
				return NULL;
		}
		got = read(fd, data + used, room - used);
		if (got < 0) {
			free(data);
			return NULL;
		}
		used += (size_t)got;
		if (used > most) {
			free(data);
			errno = EFBIG;
			return NULL;
		}
	} while (got);
	data[used] = '\0';
	*size = used;
	return data;
}

void *file_read(const char *path, size_t most, size_t *size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *data = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status))
		status.st_mode = 0;
	if (S_ISREG(status.st_mode))
		data = read_all(fd, most, size);
	else
		errno = EISDIR;
	close(fd);
	return data;
}

char *path_beside(struct arena *arena, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (path[0] == '/' || !slash)
		return arena_strdup(arena, path);
	return arena_printf(arena, "%.*s%s", (int)(slash + 1 - file), file, path);
}
