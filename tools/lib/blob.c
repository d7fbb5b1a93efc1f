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

void *blob_build(struct arena *arena, const void *body, uint32_t body_size, uint16_t arch, unsigned int kind,
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
		.arch = arch,
		.kind = (uint16_t)kind,
		.size = total,
	};
	header->crc = config_crc(blob, total);
	*size = total;
	return blob;
}

/* Files in /sys say a size that is not theirs, so the room grows as the bytes come. */
static int read_more(int fd, char **data, size_t *room, size_t *used)
{
	ssize_t got;

	if (*used == *room) {
		const size_t larger = *room ? 2 * *room : 65536;
		char *moved = realloc(*data, larger + 1);

		if (!moved)
			return -1;
		*data = moved;
		*room = larger;
	}
	got = read(fd, *data + *used, *room - *used);
	if (got > 0)
		*used += (size_t)got;
	return got < 0 ? -1 : got > 0;
}

static void *read_all(int fd, size_t most, size_t *size)
{
	char *data = NULL;
	size_t room = 0;
	int more;

	*size = 0;
	do {
		more = read_more(fd, &data, &room, size);
		if (*size > most) {
			errno = EFBIG;
			more = -1;
		}
	} while (more > 0);
	if (more < 0) {
		free(data);
		return NULL;
	}
	data[*size] = '\0';
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
