// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver for tests of the tool, preloaded into it: the file named by BULKHEAD_DEVICE answers ioctl()
 * and mmap() like /dev/bulkhead. It has a root cell and a cell "linux" that echoes what is written to
 * its console. One process is one life: nothing is kept between two runs of the tool.
 *
 *	FAKE_STATE	the cell's state at first, by number (3, running); 0: there is no such cell
 *	FAKE_ENABLED	0: the hypervisor is not enabled
 *	FAKE_FAIL	"REQUEST CODE OBJECT INDEX LOW HIGH": the ioctl with that number fails with that record
 *	FAKE_PREFLIGHT	bits that enabling reports; FAKE_FOUND, FAKE_STEP: texts that it reports
 *	FAKE_LOG	file to which each call that changes something is appended
 *	FAKE_CONSOLE	what the cell has printed before
 *	FAKE_STOP_AFTER	bytes of console input after which the cell stops
 *	FAKE_FAILS_AGAIN	1: a cell that is started fails at once
 *	FAKE_REASON	why the cell has stopped, by number, in place of an access to a device
 *	FAKE_MACHINE	what uname() says that the machine is, in place of aarch64
 */
#define _GNU_SOURCE
#include <bulkhead/config.h>
#include <bulkhead/ioctl.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#define RING 4096u
#define HANDLE (1u | 7u << 16)

static struct {
	struct bh_info info;
	struct bh_cpu_stats stats[4];
	struct bh_cell_info cells[BH_MAX_CELLS];
	struct bh_record crash;
	struct bh_ring log;
	char log_data[RING];
	struct bh_ring console;
	char console_data[RING];
} * area;

static int device = -1;

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

static uint32_t number(const char *name, uint32_t otherwise)
{
	return getenv(name) ? (uint32_t)strtoul(getenv(name), NULL, 0) : otherwise;
}

static void note(const char *format, ...)
{
	FILE *log = fopen(setting("FAKE_LOG", "/dev/null"), "a");
	va_list list;

	va_start(list, format);
	vfprintf(log, format, list);
	va_end(list);
	fclose(log);
}

static void put(struct bh_ring *ring, const char *data, size_t size)
{
	char *bytes = (char *)(ring + 1);

	for (size_t i = 0; i < size; i++)
		bytes[ring->head++ % ring->size] = data[i];
}

static void fill_cell(uint32_t id, const char *name, uint32_t handle, uint64_t cpus, uint32_t state)
{
	struct bh_cell_info *cell = &area->cells[id];

	*cell = (struct bh_cell_info){ .sequence = 2, .handle = handle, .state = state, .events = 3 };
	strcpy(cell->name, name);
	cell->cpus[0] = cpus;
	cell->memory = 256u << 20;
	cell->heartbeat = 42;
	if (state == BH_CELL_FAILED) {
		cell->reason = (struct bh_record){
			BH_REASON_MMIO_ACCESS, 2, 0x40080000, 0x93820007, 0x09010000, 0x1234, "pl031"
		};
	}
}

static void fill(void)
{
	static const char log[] = "bulkhead: first line\nbulkhead: second \"line\"\n";

	area->info = (struct bh_info){ .magic = BH_INFO_MAGIC, .major = BH_ABI_MAJOR, .size = sizeof(*area) };
	area->info.generation = 7;
	area->info.cpu_count = 4;
	area->info.log = (uint32_t)((char *)&area->log - (char *)area);
	area->info.stats = (uint32_t)((char *)area->stats - (char *)area);
	area->info.cells = (uint32_t)((char *)area->cells - (char *)area);
	area->info.crash = (uint32_t)((char *)&area->crash - (char *)area);
	for (uint64_t i = 0; i < 4; i++)
		area->stats[i].count[BH_STAT_TOTAL] = 100 + i;
	area->log = (struct bh_ring){ .magic = BH_RING_MAGIC, .size = RING };
	area->console = area->log;
	put(&area->log, log, sizeof(log) - 1);
	put(&area->console, setting("FAKE_CONSOLE", ""), strlen(setting("FAKE_CONSOLE", "")));
	fill_cell(0, "root", 7u << 16, 3, BH_CELL_RUNNING);
	fill_cell(1, "linux", HANDLE, 0xc, number("FAKE_STATE", BH_CELL_RUNNING));
	area->cells[1].reason.kind = number("FAKE_REASON", area->cells[1].reason.kind);
	area->cells[1].console = (uint32_t)((char *)&area->console - (char *)area);
}

int open(const char *path, int flags, ...)
{
	int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	va_list list;
	unsigned int mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, unsigned int) : 0;
	va_end(list);
	if (strcmp(path, setting("BULKHEAD_DEVICE", "")))
		return real(path, flags, mode);
	device = memfd_create("bulkhead", MFD_CLOEXEC);
	if (ftruncate(device, sizeof(*area)))
		return -1;
	area = mmap(NULL, sizeof(*area), PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	fill();
	return device;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int uname(struct utsname *name)
{
	const char *machine = getenv("FAKE_MACHINE");
	int result = ((int (*)(struct utsname *))dlsym(RTLD_NEXT, "uname"))(name);

	if (!result)
		snprintf(name->machine, sizeof(name->machine), "%s", machine ? machine : "aarch64");
	return result;
}

static int fail(struct bh_error *error, unsigned int code, unsigned int object, int errnum)
{
	error->code = (uint16_t)code;
	error->object = (uint16_t)object;
	errno = errnum;
	return -1;
}

static bool asked_to_fail(unsigned int request, struct bh_error *error)
{
	unsigned int which, code, object, index;
	unsigned long long low, high;

	if (sscanf(setting("FAKE_FAIL", ""), "%u %u %u %u %llx %llx", &which, &code, &object, &index, &low,
		   &high) != 6 ||
	    which != request)
		return false;
	*error = (struct bh_error){
		.code = (uint16_t)code, .object = (uint16_t)object, .index = index, .low = low, .high = high
	};
	errno = code == BH_E_TIMEOUT ? ETIMEDOUT : EINVAL;
	return true;
}

static int enable(struct bh_ioc_enable *enable)
{
	const struct bh_config_system *system = (const void *)(uintptr_t)enable->config;

	note("enable %s size %u flags %u inject '%s' %d %u\n", system->board, enable->config_size,
	     enable->header.flags, enable->inject_step, enable->inject_cpu, enable->inject_kind);
	enable->preflight = number("FAKE_PREFLIGHT", 0);
	enable->preflight_value[4] = 0x7f000000;
	enable->preflight_value[9] = 2;
	strcpy(enable->found, setting("FAKE_FOUND", ""));
	strcpy(enable->step, setting("FAKE_STEP", ""));
	return enable->preflight ? fail(&enable->error, BH_E_HARDWARE, BH_OBJ_PLATFORM, EIO) : 0;
}

static int status(struct bh_ioc_status *status)
{
	status->info_size = sizeof(*area);
	if (!number("FAKE_ENABLED", 1))
		return 0;
	status->status = BH_STATUS_ENABLED;
	status->abi = BH_ABI_MAJOR << 16 | BH_ABI_MINOR;
	status->generation = 7;
	status->cpu_count = 4;
	status->online = 2;
	status->cell_count = 2;
	strcpy(status->board, "qemu-aarch64");
	status->hv_base = 0x7f000000;
	status->hv_size = 0x1000000;
	status->pages_free = 1000;
	status->pages_total = 2000;
	status->ram_pool_free = 240u << 20;
	status->ram_pool_total = 496u << 20;
	return 0;
}

static int control(struct bh_ioc_cell_control *control)
{
	static const uint32_t after[] = {
		[BH_OP_LOAD] = BH_CELL_LOADING,	     [BH_OP_START] = BH_CELL_RUNNING,
		[BH_OP_STOP] = BH_CELL_STOPPED,	     [BH_OP_KILL] = BH_CELL_STOPPED,
		[BH_OP_SUSPEND] = BH_CELL_SUSPENDED, [BH_OP_RESUME] = BH_CELL_RUNNING,
		[BH_OP_DESTROY] = BH_CELL_NONE,
	};

	note("control op %u handle %x timeout %u\n", control->op, control->handle, control->timeout_ms);
	if (control->handle != HANDLE)
		return fail(&control->error, BH_E_NO_CELL, BH_OBJ_CELL, ENOENT);
	area->cells[1].state = after[control->op];
	if (control->op == BH_OP_START && number("FAKE_FAILS_AGAIN", 0))
		area->cells[1].state = BH_CELL_FAILED;
	area->cells[1].events++;
	if (control->op == BH_OP_STOP)
		area->cells[1].reason.kind = BH_REASON_ANSWERED;
	return 0;
}

static int cell_info(struct bh_ioc_cell_info *info)
{
	uint32_t id = info->handle ? info->handle & 0xffff : info->id;

	if (!number("FAKE_ENABLED", 1))
		return fail(&info->error, BH_E_DISABLED, 0, ENOENT);
	if (id > 1 || !area->cells[id].state)
		return fail(&info->error, BH_E_NO_CELL, BH_OBJ_CELL, ENOENT);
	info->info = area->cells[id];
	info->handle = info->info.handle;
	info->cpu_state[2] = info->cpu_state[3] = BH_CPU_RUNNING;
	return 0;
}

static int region(struct bh_ioc_cell_region *region)
{
	if (region->index > 1)
		return fail(&region->error, BH_E_RANGE, BH_OBJ_MEMORY, EINVAL);
	region->gpa = region->index ? 0x40000000 : 0x09040000;
	region->hpa = region->index ? 0x60000000 : 0x09040000;
	region->size = region->index ? 256u << 20 : 4096;
	region->flags = region->index ? BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE :
					BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE;
	return 0;
}

static int cell_write(struct bh_ioc_cell_write *write)
{
	const unsigned char *data = (const unsigned char *)(uintptr_t)write->data;
	uint64_t sum = 0;

	for (uint64_t i = 0; i < write->size; i++)
		sum += data[i];
	note("write 0x%" PRIx64 " size %" PRIu64 " sum %" PRIu64 "\n", write->gpa, write->size, sum);
	return 0;
}

static int console_write(struct bh_ioc_console_write *write)
{
	static uint64_t total;

	write->count = write->count > 7 ? 7 : write->count; /* a guest may be slow */
	put(&area->console, (const char *)(uintptr_t)write->data, write->count);
	total += write->count;
	if (getenv("FAKE_STOP_AFTER") && total >= number("FAKE_STOP_AFTER", 0)) {
		area->cells[1].state = BH_CELL_STOPPED;
		area->cells[1].reason.kind = BH_REASON_POWER_OFF;
	}
	return 0;
}

static int answer(unsigned int request, void *argument)
{
	switch (request) {
	case 0:
		return enable(argument);
	case 1:
		note("disable\n");
		return 0;
	case 2:
		return status(argument);
	case 3:
		((struct bh_ioc_cell_create *)argument)->handle = HANDLE;
		note("create size %u\n", ((struct bh_ioc_cell_create *)argument)->config_size);
		return 0;
	case 4:
		return control(argument);
	case 5:
		return cell_info(argument);
	case 6:
		return region(argument);
	case 7:
		return cell_write(argument);
	case 8:
		return console_write(argument);
	}
	errno = ENOTTY;
	return -1;
}

static const struct {
	size_t size, error;
} requests[] = {
	{ sizeof(struct bh_ioc_enable), offsetof(struct bh_ioc_enable, error) },
	{ sizeof(struct bh_ioc_disable), offsetof(struct bh_ioc_disable, error) },
	{ sizeof(struct bh_ioc_status), 0 },
	{ sizeof(struct bh_ioc_cell_create), offsetof(struct bh_ioc_cell_create, error) },
	{ sizeof(struct bh_ioc_cell_control), offsetof(struct bh_ioc_cell_control, error) },
	{ sizeof(struct bh_ioc_cell_info), offsetof(struct bh_ioc_cell_info, error) },
	{ sizeof(struct bh_ioc_cell_region), offsetof(struct bh_ioc_cell_region, error) },
	{ sizeof(struct bh_ioc_cell_write), offsetof(struct bh_ioc_cell_write, error) },
	{ sizeof(struct bh_ioc_console_write), offsetof(struct bh_ioc_console_write, error) },
};

int ioctl(int fd, unsigned long request, ...)
{
	unsigned int which = _IOC_NR(request);
	va_list list;
	char *argument;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	if (fd != device || _IOC_TYPE(request) != BH_IOC_TYPE ||
	    which >= sizeof(requests) / sizeof(requests[0]))
		return ((int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl"))(fd, request, argument);
	/* The real driver refuses such a call without a record. */
	if (((struct bh_ioc_header *)argument)->size != requests[which].size) {
		errno = EINVAL;
		return -1;
	}
	if (requests[which].error &&
	    asked_to_fail(which, (struct bh_error *)(argument + requests[which].error)))
		return -1;
	return answer(which, argument);
}
