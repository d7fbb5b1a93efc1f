// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attack - rows of a hostile root, from user space: /dev/mem, the driver's ioctls and mappings
 *
 * A cell 'victim' runs (files/hostile-victim.yaml), a cell 'fill' does not yet (files/fill.yaml). Prints a line a row:
 *	row root.hypervisor-read control ok result refused signal 7
 */
#define _GNU_SOURCE
#include <bulkhead/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the board has what: configs/board/, files/. A word of the interrupt controller that is not 0. */
#if defined(__riscv)
#define HYPERVISOR 0xfe000000ul
#define POOL 0xc0000000ul
#define RAM 0x80000000ul
#define CONTROLLER_CONTROL 0x0c000028ul /* priority of root's UART */
#define REFUSED SIGSEGV /* what the kernel makes of an access fault */
#elif defined(__x86_64__)
#define HYPERVISOR 0x7e000000ul
#define POOL 0x40000000ul
#define RAM 0ul
#define REFUSED SIGSEGV /* what the kernel makes of a general protection fault */
#define MEM_FLAGS O_RDWR /* one memory type for all who map it */
#else
#define HYPERVISOR 0xbf000000ul
#define POOL 0x60000000ul
#define RAM 0x40000000ul
#define CONTROLLER_CONTROL 0x08000004ul
#define REFUSED SIGBUS /* what the kernel makes of an external abort */
#endif
#ifndef MEM_FLAGS
#define MEM_FLAGS (O_RDWR | O_SYNC)
#endif
#define HYPERVISOR_SIZE 0x1000000ul
#define FILL POOL
#define VICTIM (POOL + 0x1000000)
#define OWN (POOL + 0x2000000)
#define PAGE 4096ul
#define RANDOM_CALLS 10000u

static int mem, device;
static sigjmp_buf back;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	caught = number;
	siglongjmp(back, 1);
}

static volatile void *map(uint64_t address, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, mem, (off_t)address);

	if (p == MAP_FAILED) {
		fprintf(stderr, "attack: cannot map 0x%llx: %m\n", (unsigned long long)address);
		exit(2);
	}
	return p;
}

/* Return: 0, or the signal that the access raised. */
static int touch(volatile void *at, int size, int is_write, uint64_t *value)
{
	caught = 0;
	if (sigsetjmp(back, 1))
		return caught;
	if (is_write && size == 8)
		*(volatile uint64_t *)at = *value;
	else if (is_write && size == 4)
		*(volatile uint32_t *)at = (uint32_t)*value;
	else if (is_write)
		*(volatile uint8_t *)at = (uint8_t)*value;
	else
		*value = size == 8 ? *(volatile uint64_t *)at :
			 size == 4 ? *(volatile uint32_t *)at :
				     *(volatile uint8_t *)at;
	return 0;
}

static int touch_at(uint64_t address, int size, int is_write, uint64_t *value)
{
	volatile char *p = map(address & ~(PAGE - 1), PAGE);
	int result = touch(p + address % PAGE, size, is_write, value);

	munmap((void *)p, PAGE);
	return result;
}

static uint32_t find(const char *name, uint64_t *heartbeat)
{
	for (uint32_t id = 1; id < BH_MAX_CELLS; id++) {
		struct bh_ioc_cell_info cell = { .header.size = sizeof(cell), .id = id };

		if (ioctl(device, BH_IOC_CELL_INFO, &cell) || strcmp(cell.info.name, name))
			continue;
		*heartbeat = cell.info.heartbeat;
		return cell.handle;
	}
	return 0;
}

/* The victim looks at its memory and its interrupts every millisecond, and beats while they are well. */
static int victim_is_well(void)
{
	uint64_t before = 0, now = 0;

	usleep(5000);
	find("victim", &before);
	for (unsigned int i = 0; i < 100; i++) {
		usleep(5000);
		if (find("victim", &now) && now != before)
			return 1;
	}
	return 0;
}

static void row(const char *name, int control, int refused, const char *format, ...)
{
	int well = victim_is_well();
	va_list arguments;

	printf("row root.%s control %s result %s ", name, control ? "ok" : "bad",
	       !well   ? "harmful" :
	       refused ? "refused" :
			 "accepted");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

/* Memory. */

static int own_memory_works(void)
{
	uint64_t value, found;

	if (touch_at(OWN, 8, 0, &value))
		return 0;
	found = value;
	return !touch_at(OWN, 8, 1, &value) && !touch_at(OWN, 8, 0, &found) && found == value;
}

static void memory_row(const char *name, uint64_t address, int size, int is_write)
{
	uint64_t value = 0x5a5a5a5a5a5a5a5a;
	int control = own_memory_works(), got = touch_at(address, size, is_write, &value);

	row(name, control, got == REFUSED, "0x%llx: signal %d", (unsigned long long)address, got);
}

/* All of the hypervisor's memory: only the info area may be read, and nothing written. */
static void hypervisor_pages(void)
{
	volatile char *p = map(HYPERVISOR, HYPERVISOR_SIZE);
	unsigned long readable = 0, written = 0, info = 0, size = 0;

	for (uint64_t at = 0; at < HYPERVISOR_SIZE; at += PAGE) {
		uint64_t value = 0;

		if (touch(p + at, 8, 0, &value))
			continue;
		readable++;
		if (value == BH_INFO_MAGIC && !size) {
			info = at;
			size = (*(volatile uint32_t *)(p + at + 12) + PAGE - 1) / PAGE;
		}
	}
	row("hypervisor-every-page", own_memory_works(), readable == size && size,
	    "%lu pages can be read, the info area has %lu", readable, size);
	for (uint64_t at = 0; at < HYPERVISOR_SIZE; at += PAGE) {
		uint64_t value = 0;

		if (!touch(p + at, 8, 0, &value))
			written += !touch(p + at, 8, 1, &value);
	}
	row("info-area-write", size != 0, !written, "info area at +0x%lx, %lu pages written", info, written);
	munmap((void *)p, HYPERVISOR_SIZE);
}

static void stale_mapping(void)
{
	volatile char *p = map(FILL, 2 * PAGE);
	uint64_t value = 0;
	int before = touch(p, 8, 0, &value), running, writing, after;

	if (system("bulkhead cell boot /etc/bulkhead/test/fill.yaml >/dev/null 2>&1")) {
		row("stale-mapping", 0, 0, "the cell does not start");
		return;
	}
	running = touch(p, 8, 0, &value);
	writing = touch(p, 8, 1, &value);
	if (system("bulkhead cell destroy fill >/dev/null 2>&1"))
		before = -1;
	after = touch(p, 8, 0, &value);
	row("stale-mapping-read", !before && !after, running == REFUSED, "signal %d", running);
	row("stale-mapping-write", !before && !after, writing == REFUSED, "signal %d", writing);
	row("stale-mapping-zeros", !before, !after && !value, "signal %d, reads 0x%llx", after,
	    (unsigned long long)value);
	munmap((void *)p, 2 * PAGE);
}

#ifdef CONTROLLER_CONTROL
/* Interrupt controller: what the cell owns reads as zero and ignores writes. */

static int controller_works(void)
{
	uint64_t value = 0;

	return !touch_at(CONTROLLER_CONTROL, 4, 0, &value) && value;
}

static void field_row(const char *name, uint64_t address, int size, uint64_t value, uint64_t mask)
{
	uint64_t found = value;
	int first = touch_at(address, size, 1, &value), second = touch_at(address, size, 0, &found);

	row(name, controller_works(), first || second || !(found & mask), "signal %d, reads 0x%llx", first | second,
	    (unsigned long long)found);
}

/* Reading harms nobody, wherever in the window: what is not there reads as zero or ends with a signal. */
static void every_word(const char *name, uint64_t base, uint64_t size)
{
	volatile char *p = map(base, size);
	unsigned long answered = 0;
	uint64_t value;

	for (uint64_t at = 0; at < size; at += 4)
		answered += !touch(p + at, 4, 0, &value);
	row(name, controller_works(), controller_works(), "%lu words answered", answered);
	munmap((void *)p, size);
}
#endif

/* Instructions that user space does not have. */
static int has_signal_at(void (*instruction)(void))
{
	caught = 0;
	if (sigsetjmp(back, 1))
		return caught;
	instruction();
	return 0;
}

static int driver_works(void);

#if defined(__riscv)
#include "attack_riscv64.h"
#elif defined(__x86_64__)
#include "attack_x86_64.h"
#else
#include "attack_aarch64.h"
#endif

/* The driver. */

static int driver_works(void)
{
	struct bh_ioc_status status = { .header.size = sizeof(status) };

	return !ioctl(device, BH_IOC_STATUS, &status) && status.status & BH_STATUS_ENABLED;
}

#define SEED 88172645463325252ull

static uint64_t random64(void)
{
	static uint64_t state = SEED;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int control(uint32_t handle, uint32_t op, uint32_t flags, uint16_t *code)
{
	struct bh_ioc_cell_control call = { .header = { sizeof(call), flags }, .handle = handle, .op = op };
	int result = ioctl(device, BH_IOC_CELL_CONTROL, &call) ? errno : 0;

	*code = call.error.code;
	return result;
}

static void control_row(const char *name, uint32_t handle, uint32_t op, uint32_t flags)
{
	uint16_t code = 0;
	int result = control(handle, op, flags, &code);

	row(name, driver_works(), result != 0, "errno %d, error %u", result, code);
}

static void write_row(const char *name, uint32_t handle, uint64_t gpa, uint64_t data, uint64_t size)
{
	struct bh_ioc_cell_write call = {
		.header.size = sizeof(call), .handle = handle, .gpa = gpa, .data = data, .size = size
	};
	int result = ioctl(device, BH_IOC_CELL_WRITE, &call) ? errno : 0;

	row(name, driver_works(), result != 0, "errno %d, error %u", result, call.error.code);
}

static void console_row(const char *name, uint32_t handle, uint64_t data, uint32_t count)
{
	struct bh_ioc_console_write call = {
		.header.size = sizeof(call), .handle = handle, .data = data, .count = count
	};
	int result = ioctl(device, BH_IOC_CONSOLE_WRITE, &call) ? errno : 0;

	row(name, driver_works(), result != 0, "errno %d, error %u", result, call.error.code);
}

static void garbage_blobs(void)
{
	static uint64_t blob[512];
	unsigned int accepted = 0;

	for (unsigned int i = 0; i < 300; i++) {
		struct bh_ioc_cell_create call = { .header.size = sizeof(call), .config = (uintptr_t)blob };

		for (unsigned int word = 0; word < 512; word++)
			blob[word] = random64();
		call.config_size = i & 1 ? sizeof(blob) : (uint32_t)random64();
		accepted += !ioctl(device, BH_IOC_CELL_CREATE, &call);
	}
	row("ioctl-garbage-blobs", driver_works(), !accepted, "%u accepted", accepted);
}

static void unknown_numbers(void)
{
	static char room[65536];
	unsigned int accepted = 0;

	for (unsigned int number = 9; number < 256; number++) {
		memset(room, (int)random64(), sizeof(room));
		accepted += ioctl(device, _IOC(_IOC_READ | _IOC_WRITE, BH_IOC_TYPE, number, 64), room) != -1;
	}
	row("ioctl-unknown-numbers", driver_works(), !accepted, "%u accepted", accepted);
}

/* Every call of the driver with random contents; no random number is a handle that exists. */
static void random_calls(void)
{
	static const unsigned long calls[] = {
		BH_IOC_ENABLE,	    BH_IOC_DISABLE,	 BH_IOC_STATUS,
		BH_IOC_CELL_CREATE, BH_IOC_CELL_CONTROL, BH_IOC_CELL_INFO,
		BH_IOC_CELL_REGION, BH_IOC_CELL_WRITE,	 BH_IOC_CONSOLE_WRITE,
	};
	static uint64_t room[512];
	unsigned int accepted = 0;

	for (unsigned int i = 0; i < RANDOM_CALLS; i++) {
		unsigned long call = calls[random64() % (sizeof(calls) / sizeof(calls[0]))];
		struct bh_ioc_header *header = (struct bh_ioc_header *)room;

		for (unsigned int word = 0; word < 64; word++)
			room[word] = random64();
		if (i & 1)
			*header = (struct bh_ioc_header){ _IOC_SIZE(call), 0 };
		accepted += !ioctl(device, call, room) && call != BH_IOC_STATUS;
	}
	row("ioctl-random", driver_works(), !accepted, "%u of %u accepted, seed %llu", accepted, RANDOM_CALLS,
	    SEED);
}

static void enable_again(void)
{
	struct bh_ioc_enable call = { .header.size = sizeof(call), .inject_cpu = -1 };
	int result = ioctl(device, BH_IOC_ENABLE, &call) ? errno : 0;

	row("ioctl-enable-again", driver_works(), result != 0, "errno %d, error %u", result, call.error.code);
}

static void disable_with_cells(void)
{
	struct bh_ioc_disable call = { .header.size = sizeof(call) };
	int result = ioctl(device, BH_IOC_DISABLE, &call) ? errno : 0;

	row("ioctl-disable-with-cells", driver_works(), result != 0, "errno %d, error %u", result,
	    call.error.code);
}

static void map_to_write(void)
{
	void *readable = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, device, BH_MMAP_INFO);
	void *writable = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device, BH_MMAP_INFO);
	int changed = readable == MAP_FAILED ? -1 : mprotect(readable, PAGE, PROT_READ | PROT_WRITE);

	row("mmap-info-writable", readable != MAP_FAILED, writable == MAP_FAILED, "%m");
	row("mprotect-info-writable", readable != MAP_FAILED, changed != 0, "%m");
}

/* As a user that may open the device (somebody handed it over), but not change anything. */
static void unprivileged(uint32_t handle)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		uint16_t code;

		if (setgid(65534) || setuid(65534))
			_exit(2);
		_exit(control(handle, BH_OP_KILL, 0, &code) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	row("ioctl-unprivileged", driver_works(), WIFEXITED(status) && !WEXITSTATUS(status), "status 0x%x",
	    (unsigned int)status);
}

static void driver_rows(void)
{
	uint64_t heartbeat;
	uint32_t victim = find("victim", &heartbeat);
	struct bh_ioc_cell_info root = { .header.size = sizeof(root), .id = 0 };
	static char text[64];

	if (ioctl(device, BH_IOC_CELL_INFO, &root))
		root.handle = 0;
	control_row("ioctl-root-destroy", root.handle, BH_OP_DESTROY, 0);
	control_row("ioctl-root-kill", root.handle, BH_OP_KILL, 0);
	control_row("ioctl-root-suspend", root.handle, BH_OP_SUSPEND, 0);
	control_row("ioctl-root-load", root.handle, BH_OP_LOAD, 0);
	control_row("ioctl-stale-handle", victim + (1u << 16), BH_OP_KILL, 0);
	control_row("ioctl-unknown-cell", 0x7fff, BH_OP_KILL, 0);
	control_row("ioctl-unknown-operation", victim, 99, 0);
	control_row("ioctl-unknown-flags", victim, BH_OP_KILL, 1u << 31);
	control_row("ioctl-start-running", victim, BH_OP_START, 0);
	control_row("ioctl-load-running", victim, BH_OP_LOAD, 0);
	write_row("ioctl-write-running", victim, RAM, (uintptr_t)text, sizeof(text));
	write_row("ioctl-write-wraps", victim, ~0ull - 15, (uintptr_t)text, sizeof(text));
	write_row("ioctl-write-elsewhere", victim, HYPERVISOR, (uintptr_t)text, sizeof(text));
	console_row("ioctl-console-wild-pointer", victim, 0xffff000000000000ull, 16);
	console_row("ioctl-console-too-long", victim, (uintptr_t)text, ~0u);
	garbage_blobs();
	random_calls();
	call_rows();
	unknown_numbers();
	enable_again();
	disable_with_cells();
	map_to_write();
	unprivileged(victim);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	mem = open("/dev/mem", MEM_FLAGS);
	device = open("/dev/bulkhead", O_RDWR);
	if (mem < 0 || device < 0) {
		fprintf(stderr, "attack: cannot open /dev/mem and /dev/bulkhead: %m\n");
		return 2;
	}
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	memory_row("hypervisor-read", HYPERVISOR, 8, 0);
	memory_row("hypervisor-write", HYPERVISOR, 8, 1);
	memory_row("hypervisor-byte-write", HYPERVISOR + 0x5001, 1, 1);
	memory_row("guest-read", VICTIM, 8, 0);
	memory_row("guest-write", VICTIM + 0x100000, 8, 1);
	memory_row("guest-last-word", VICTIM + 0x1ffff8, 8, 0);
	hypervisor_pages();
	stale_mapping();
	interrupt_rows();
	driver_rows();
	return 0;
}
