// SPDX-License-Identifier: GPL-2.0-or-later
/* log: the hypervisor's log ring and its crash record. */
#include "device.h"
#include "json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096

static void print_new(struct device_ring *reader)
{
	char data[CHUNK];
	uint64_t skipped = 0;
	size_t count;

	while ((count = device_ring_read(reader, data, sizeof(data), &skipped)))
		fwrite(data, 1, count, stdout);
	if (skipped)
		cli_say("%" PRIu64 " bytes of the log were overwritten before they were read", skipped);
	fflush(stdout);
}

/* Whole lines; the first may have lost its start. */
static void print_json(struct device_ring *reader)
{
	struct json json = { .out = stdout };
	size_t size = reader->ring->size;
	char *data = malloc(size);
	uint64_t skipped = 0;
	size_t count = data ? device_ring_read(reader, data, size, &skipped) : 0;

	json_begin(&json, NULL, '{');
	json_number(&json, "written", reader->position);
	json_number(&json, "lost_messages", reader->ring->lost);
	json_begin(&json, "lines", '[');
	for (size_t i = 0; i < count;) {
		const char *end = memchr(data + i, '\n', count - i);
		size_t length = end ? (size_t)(end - data) - i : count - i;

		json_text_sized(&json, NULL, data + i, length);
		i += length + 1;
	}
	json_end(&json, ']');
	json_end(&json, '}');
	free(data);
}

static enum cli_exit print_log(struct device *device, const struct cli_call *call)
{
	struct device_ring reader;

	if (!device_ring_open(device, device->info->log, false, &reader)) {
		cli_say("the hypervisor's info area holds no log");
		return CLI_FAILED;
	}
	if (call->json) {
		print_json(&reader);
		return CLI_OK;
	}
	do {
		print_new(&reader);
		if (cli_flag(call, "follow"))
			device_wait(device, 100);
	} while (cli_flag(call, "follow"));
	if (reader.ring->lost)
		cli_say("%" PRIu64 " messages were left out because they came too fast", reader.ring->lost);
	return CLI_OK;
}

static void crash_text(const struct bh_record *crash)
{
	printf("reason    %s\nwhat      %.*s\nCPU       %u\npc        0x%" PRIx64 "\nsyndrome  0x%" PRIx64
	       "\naddress   0x%" PRIx64 "\nvalue     0x%" PRIx64 "\n",
	       device_reason_text(crash->kind), (int)sizeof(crash->what), crash->what, crash->cpu, crash->pc,
	       crash->syndrome, crash->address, crash->value);
}

static void crash_json(const struct bh_record *crash)
{
	struct json json = { .out = stdout };

	json_begin(&json, NULL, '{');
	json_flag(&json, "crashed", crash->kind != BH_REASON_NONE);
	if (crash->kind != BH_REASON_NONE) {
		json_text(&json, "reason", device_reason_text(crash->kind));
		json_text_sized(&json, "what", crash->what, strnlen(crash->what, sizeof(crash->what)));
		json_number(&json, "cpu", crash->cpu);
		json_address(&json, "pc", crash->pc);
		json_address(&json, "syndrome", crash->syndrome);
		json_address(&json, "address", crash->address);
		json_address(&json, "value", crash->value);
	}
	json_end(&json, '}');
}

static enum cli_exit print_crash(const struct device *device, bool as_json)
{
	uint32_t offset = device->info->crash;
	const struct bh_record *crash = (const void *)((const char *)device->info + offset);

	if (!offset || offset > device->info_size - sizeof(*crash)) {
		cli_say("the hypervisor's info area holds no crash record");
		return CLI_FAILED;
	}
	if (as_json)
		crash_json(crash);
	else if (crash->kind == BH_REASON_NONE)
		puts("the hypervisor has not crashed");
	else
		crash_text(crash);
	return CLI_OK;
}

enum cli_exit cmd_log(const struct cli_call *call)
{
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return result;
	result = device_map(&device);
	if (!result)
		result = cli_flag(call, "crash") ? print_crash(&device, call->json) :
						   print_log(&device, call);
	device_close(&device);
	return result;
}
