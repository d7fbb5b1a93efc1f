// SPDX-License-Identifier: GPL-2.0-or-later
/* enable, disable, status: the hypervisor as a whole. */
#include "cell.h"
#include "cli.h"
#include "device.h"
#include "json.h"
#include "rundir.h"

#include <bulkhead/image.h>

#include <inttypes.h>
#include <string.h>

static const struct {
	enum bh_preflight bit;
	const char *what, *mend;
} hindrances[] = {
#define HINDRANCE(name, number, what, mend) { BH_PRE_##name, what, mend },
	BH_PREFLIGHT(HINDRANCE)
};

#define HINDRANCE_COUNT (sizeof(hindrances) / sizeof(hindrances[0]))

static void print_controller(uint64_t value)
{
	if (value == BH_GIC_V2 || value == BH_GIC_V3)
		fprintf(stderr, " (this machine has a GICv%u)", (unsigned int)value);
	else if (value)
		fprintf(stderr, " (this machine has it at 0x%" PRIx64 ")", value);
}

/* What the driver found, in words; nothing where its value says nothing to the user. */
static void print_evidence(const struct bh_ioc_enable *enable, enum bh_preflight bit)
{
	uint64_t value = enable->preflight_value[__builtin_ctz(bit) & 31];

	switch (bit) {
	case BH_PRE_NO_MEMORY:
	case BH_PRE_NO_RAM:
	case BH_PRE_POOL:
		fprintf(stderr, " (at 0x%" PRIx64 ")", value);
		break;
	case BH_PRE_BOARD:
		fprintf(stderr, " (this machine is '%.*s'", (int)sizeof(enable->found), enable->found);
		if (value)
			fprintf(stderr, " with RAM at 0x%" PRIx64, value);
		fputc(')', stderr);
		break;
	case BH_PRE_CPUS:
	case BH_PRE_OFFLINE:
		fprintf(stderr, " (hardware id 0x%" PRIx64 ")", value);
		break;
	case BH_PRE_INTC:
		print_controller(value);
		break;
	case BH_PRE_IMAGE:
		fprintf(stderr, " (architecture %u, ABI %u.%u)", (unsigned int)(value >> 32),
			(unsigned int)(value >> 16) & 0xffff, (unsigned int)value & 0xffff);
		break;
	case BH_PRE_KVM_CPU:
		if (value)
			fprintf(stderr, " (CPU %u holds it)", (unsigned int)value - 1);
		break;
	case BH_PRE_DMA:
		fprintf(stderr, " (PCI function %02x:%02x.%x, for one)", (unsigned int)(value >> 8) & 0xff,
			(unsigned int)(value >> 3) & 0x1f, (unsigned int)value & 7);
		break;
	case BH_PRE_FEATURE:
		fprintf(stderr, " (feature register 0x%" PRIx64 ")", value);
		break;
	default:
		break;
	}
}

static void report_hindrance(const struct bh_ioc_enable *enable, size_t i)
{
	fprintf(stderr, "  - %s", hindrances[i].what);
	print_evidence(enable, hindrances[i].bit);
	fprintf(stderr, "\n    %s\n", hindrances[i].mend);
}

/* All at once: nobody wants to reboot once for each. */
static void report_preflight(const struct bh_ioc_enable *enable)
{
	int count = __builtin_popcount(enable->preflight);
	uint32_t rest = enable->preflight;

	cli_say("cannot enable the hypervisor; %d thing%s hinder%s it:", count, count == 1 ? "" : "s",
		count == 1 ? "s" : "");
	for (size_t i = 0; i < HINDRANCE_COUNT; i++) {
		if (enable->preflight & hindrances[i].bit)
			report_hindrance(enable, i);
		rest &= ~(uint32_t)hindrances[i].bit;
	}
	if (rest)
		fprintf(stderr,
			"  - the driver names reasons that this tool does not know (0x%" PRIx32 ")\n"
			"    install driver and tool of one release\n",
			rest);
}

static enum cli_exit report_failure(const struct bh_ioc_enable *enable, int errnum,
				    const struct cfg_board *board)
{
	struct device_names names = { .board = board };
	char task[80] = "enable the hypervisor";
	enum cli_exit result;

	if (enable->preflight)
		report_preflight(enable);
	/* An error of its own beside the hindrances is one more of them. */
	if (enable->preflight && (!enable->error.code || enable->error.object == BH_OBJ_PLATFORM))
		return CLI_FAILED;
	if (enable->step[0])
		snprintf(task, sizeof(task), "enable the hypervisor: step '%.*s' failed",
			 (int)sizeof(enable->step), enable->step);
	result = device_report(task, &enable->error, errnum, &names);
	if (enable->step[0])
		cli_say("Linux runs on as before");
	return result;
}

/* STEP[:CPU[:timeout]]; an empty CPU or "any" is any CPU. */
static bool parse_inject(const char *text, struct bh_ioc_enable *enable)
{
	size_t step = strcspn(text, ":");
	const char *cpu = text[step] ? text + step + 1 : "";
	size_t length = strcspn(cpu, ":");
	const char *kind = cpu[length] ? cpu + length + 1 : "error";
	char number[16];
	uint64_t value = 0;

	snprintf(number, sizeof(number), "%.*s", (int)length, cpu);
	if (!step || step >= sizeof(enable->inject_step) || length >= sizeof(number) ||
	    (strcmp(kind, "timeout") && strcmp(kind, "error"))) {
		cli_say("--inject-fault: '%s' is not STEP[:CPU[:timeout]]", text);
		return false;
	}
	if (length && strcmp(number, "any") && !cli_number(number, "--inject-fault: CPU", INT32_MAX, &value))
		return false;
	memcpy(enable->inject_step, text, step);
	enable->inject_cpu = length && strcmp(number, "any") ? (int32_t)value : -1;
	enable->inject_kind = strcmp(kind, "timeout") ? BH_INJECT_ERROR : BH_INJECT_TIMEOUT;
	return true;
}

static enum cli_exit enable_board(const struct device *device, struct bh_ioc_enable *enable, const char *path,
				  const struct cfg_board *board, bool quiet)
{
	size_t size;
	const struct bh_config_system *blob = cfg_board_blob(board, &size);
	int errnum;

	enable->config = (uintptr_t)blob;
	enable->config_size = (uint32_t)size;
	errnum = device_ioctl(device, BH_IOC_ENABLE, enable);
	if (errnum || enable->preflight)
		return report_failure(enable, errnum, board);
	if (enable->header.flags & BH_ENABLE_CHECK_ONLY) {
		if (!quiet)
			printf("nothing hinders the hypervisor on board %s\n", cfg_board_name(board));
		return CLI_OK;
	}
	printf("hypervisor enabled on board %s\n", cfg_board_name(board));
	return rundir_save_board(path, blob, size) ? CLI_OK : CLI_FAILED;
}

static enum cli_exit enable_file(struct bh_ioc_enable *enable, const char *path, bool quiet)
{
	struct cfg_messages messages = { 0 };
	struct cfg_options options = { .machine = cfg_machine() };
	struct cfg_board *board = cfg_board_load(path, &options, &messages);
	struct device device;
	enum cli_exit result;

	cfg_messages_print(&messages, stderr, CFG_TEXT);
	cfg_messages_free(&messages);
	if (!board)
		return CLI_CONFIG;
	result = device_open(&device);
	if (!result) {
		result = enable_board(&device, enable, path, board, quiet);
		device_close(&device);
	}
	cfg_board_free(board);
	return result;
}

enum cli_exit cmd_enable(const struct cli_call *call)
{
	struct bh_ioc_enable enable = DEVICE_ARGUMENT(bh_ioc_enable);
	const char *inject = cli_value(call, "inject-fault");

	if (inject && !parse_inject(inject, &enable))
		return CLI_USAGE;
	if (cli_flag(call, "check-only"))
		enable.header.flags |= BH_ENABLE_CHECK_ONLY;
	return enable_file(&enable, call->arguments[0], false);
}

enum cli_exit enable_check_only(const char *path, bool quiet)
{
	struct bh_ioc_enable enable = DEVICE_ARGUMENT(bh_ioc_enable);

	enable.header.flags |= BH_ENABLE_CHECK_ONLY;
	return enable_file(&enable, path, quiet);
}

enum cli_exit cmd_disable(const struct cli_call *call)
{
	struct bh_ioc_disable disable = DEVICE_ARGUMENT(bh_ioc_disable);
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return result;
	if (cli_flag(call, "destroy-cells"))
		result = cell_destroy_all(&device);
	if (!result)
		result = device_call(&device, BH_IOC_DISABLE, &disable, &disable.error,
				     "disable the hypervisor");
	if (!result) {
		rundir_forget_board();
		puts("hypervisor disabled");
	}
	device_close(&device);
	return result;
}

static void status_json(const struct bh_ioc_status *status)
{
	struct json json = { .out = stdout };
	bool enabled = status->status & BH_STATUS_ENABLED;

	json_begin(&json, NULL, '{');
	json_text(&json, "tool", BULKHEAD_VERSION);
	json_flag(&json, "driver", true);
	json_flag(&json, "enabled", enabled);
	if (enabled) {
		json_begin(&json, "abi", '[');
		json_number(&json, NULL, status->abi >> 16);
		json_number(&json, NULL, status->abi & 0xffff);
		json_end(&json, ']');
		json_number(&json, "generation", status->generation);
		json_text_sized(&json, "board", status->board, strnlen(status->board, sizeof(status->board)));
		json_number(&json, "cpus", status->cpu_count);
		json_number(&json, "root_cpus", status->online);
		json_number(&json, "cells", status->cell_count);
		json_address(&json, "hypervisor_base", status->hv_base);
		json_number(&json, "hypervisor_size", status->hv_size);
		json_number(&json, "pages_free", status->pages_free);
		json_number(&json, "pages_total", status->pages_total);
		json_number(&json, "pool_free", status->ram_pool_free);
		json_number(&json, "pool_total", status->ram_pool_total);
	}
	json_end(&json, '}');
}

static void status_text(const struct bh_ioc_status *status)
{
	char base[24], of[24];

	if (!(status->status & BH_STATUS_ENABLED)) {
		puts("hypervisor  not enabled");
		return;
	}
	printf("hypervisor  enabled, ABI %u.%u\n", status->abi >> 16, status->abi & 0xffff);
	printf("board       %.*s\n", (int)sizeof(status->board), status->board);
	printf("CPUs        %u, %u of them with Linux\n", status->cpu_count, status->online);
	printf("cells       %u, the root cell included\n", status->cell_count);
	printf("memory      %s at 0x%" PRIx64 ", %" PRIu64 " of %" PRIu64 " pages free\n",
	       cell_size_text(status->hv_size, base), status->hv_base, status->pages_free,
	       status->pages_total);
	printf("pool        %s of %s free\n", cell_size_text(status->ram_pool_free, base),
	       cell_size_text(status->ram_pool_total, of));
}

/* For a script it is an answer, not an error, that there is no driver. */
static enum cli_exit status_absent(bool as_json, enum cli_exit result)
{
	struct json json = { .out = stdout };

	if (!as_json || result != CLI_ABSENT)
		return result;
	json_begin(&json, NULL, '{');
	json_text(&json, "tool", BULKHEAD_VERSION);
	json_flag(&json, "driver", false);
	json_flag(&json, "enabled", false);
	json_end(&json, '}');
	return result;
}

enum cli_exit cmd_status(const struct cli_call *call)
{
	struct bh_ioc_status status;
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return status_absent(call->json, result);
	result = device_status(&device, &status);
	device_close(&device);
	if (result)
		return result;
	if (call->json)
		status_json(&status);
	else
		status_text(&status);
	return status.status & BH_STATUS_ENABLED ? CLI_OK : CLI_ABSENT;
}
