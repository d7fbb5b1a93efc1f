// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/portio.h>

#include <arch/upcall.h>
#include <asm/exits.h>
#include <asm/pci.h>
#include <asm/percpu.h>
#include <asm/ports.h>
#include <asm/types.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/image.h>
#include <core/violation.h>
#include <lib/bitmap.h>
#include <lib/config.h>
#include <lib/string.h>

#define PORTS 0x10000u

#define PORT_KEYBOARD 0x64u
#define KEYBOARD_RESET 0xf0u /* pulses lines; the lowest bit, if clear, means that of the reset */
#define PORT_FAST 0x92u
#define FAST_RESET 1u
#define PORT_RESET 0xcf9u
#define RESET_NOW 4u

#define PM1_SLEEP 0x2000u

static const struct bh_config_x86 *board(void)
{
	return &image_config()->x86;
}

/* What root wrote to PM1 control with SLP_EN. */
static struct {
	uint16_t port;
	uint16_t value;
} sleep;

/* The bitmap ----------------------------------------------------------------------------------------- */

static void put_range(uint64_t *bitmap, uint32_t first, uint32_t count, int exits)
{
	for (uint32_t i = 0; i < count && first + i < PORTS; i++)
		bit_put(bitmap, first + i, exits);
}

/* Those of the board are 0 where it has none. */
static void put_power(uint64_t *bitmap)
{
	const struct bh_config_ports ports[] = {
		{ .first = PORT_KEYBOARD, .count = 1 },
		{ .first = PORT_FAST, .count = 1 },
		{ .first = PCI_PORT_ADDRESS, .count = PCI_PORTS }, /* with that of the reset in it */
		{ .first = board()->pm1a_control, .count = 2 },
		{ .first = board()->pm1b_control, .count = 2 },
		{ .first = board()->reset_port, .count = 1 },
	};

	for (unsigned int i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i].first)
			put_range(bitmap, ports[i].first, ports[i].count, 1);
	}
}

/* Those of the machine's power are never a guest's, whatever its file says. */
void portio_fill_bitmap(const struct bh_config_cell *config, uint64_t *bitmap, size_t size)
{
	const struct bh_config_ports *ports = config ? CONFIG_ARRAY(struct bh_config_ports, config, x86.ports) : NULL;

	memset(bitmap, 0xff, size);
	if (!config)
		memset(bitmap, 0, PORTS / 8);
	for (uint32_t i = 0; config && i < config->x86.ports.count; i++)
		put_range(bitmap, ports[i].first, ports[i].count, 0);
	put_power(bitmap);
}

/* The machine's ports -------------------------------------------------------------------------------- */

void portio_machine_off(void)
{
	if (sleep.port)
		ports_out16(sleep.port, sleep.value);
}

void portio_machine_reset(void)
{
	if (board()->reset_port)
		ports_out8(board()->reset_port, board()->reset_value);
	ports_out8(PORT_RESET, 2);
	ports_out8(PORT_RESET, 6);
	ports_out8(PORT_KEYBOARD, 0xfe);
}

/* Exits ---------------------------------------------------------------------------------------------- */

/* The byte that an access writes to @port, -1: none. */
static int byte_for(const struct mmio_access *access, uint32_t port)
{
	if (!access->is_write || port < access->address || port - access->address >= access->size)
		return -1;
	return (int)(access->value >> (port - access->address) * 8 & 0xff);
}

/* The same for a register that lies in the middle of PCI's address register, where 32 bits are no access to it. */
static int byte_at(const struct mmio_access *access, uint32_t port)
{
	return access->address == port ? byte_for(access, port) : -1;
}

/* Does it reset a PC? */
static int is_reset(const struct mmio_access *access)
{
	const int keyboard = byte_for(access, PORT_KEYBOARD), fast = byte_for(access, PORT_FAST);
	const int chipset = byte_at(access, PORT_RESET);

	return (keyboard >= 0 && (keyboard & 0xf1) == KEYBOARD_RESET) || (fast >= 0 && fast & FAST_RESET) ||
	       (chipset >= 0 && chipset & RESET_NOW);
}

static int is_board_reset(const struct mmio_access *access)
{
	const int byte = board()->reset_port ? byte_at(access, board()->reset_port) : -1;

	return byte >= 0 && byte == board()->reset_value;
}

static int is_sleep(const struct mmio_access *access)
{
	const uint16_t ports[] = { board()->pm1a_control, board()->pm1b_control };

	for (unsigned int i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i] && access->is_write && access->address == ports[i] && access->size >= 2 &&
		    access->value & PM1_SLEEP) {
			sleep.port = ports[i];
			sleep.value = (uint16_t)access->value;
			return 1;
		}
	}
	return 0;
}

static void root_access(struct mmio_access *access)
{
	if (is_sleep(access)) {
		access->effect = MMIO_SYSTEM_OFF;
	} else if (is_reset(access) || is_board_reset(access)) {
		access->effect = MMIO_SYSTEM_RESET;
	} else if (pci_port(access)) {
		return;
	} else if (access->is_write) {
		ports_out((uint16_t)access->address, access->size, (uint32_t)access->value);
	} else {
		access->value = ports_in((uint16_t)access->address, access->size);
	}
}

/* Where a guest has no device, reads give ones and writes go nowhere, as on an empty bus. */
static void guest_access(struct mmio_access *access)
{
	if (upcall_port(access) == MMIO_HANDLED)
		return;
	if (percpu()->cell->has_pci && pci_port(access)) {
		mmio_cut(access);
		return;
	}
	if (is_reset(access))
		access->effect = MMIO_SYSTEM_RESET;
	else if (!access->is_write)
		access->value = ~0ull;
	mmio_cut(access);
}

/* INB and INW leave the rest of RAX, INL clears its high half. */
static void put_result(struct frame *frame, const struct mmio_access *access)
{
	uint64_t *rax = &frame->reg[REG_RAX];

	if (access->size == 4)
		*rax = (uint32_t)access->value;
	else
		*rax = (*rax & ~((1ull << access->size * 8) - 1)) | access->value;
}

/* The instruction is over before its effect: there may be another context afterwards. */
static void finish(const struct port_access *port, const struct mmio_access *access)
{
	virt()->skip(port->next ? (unsigned int)(port->next - virt()->get(VCPU_RIP)) : 0);
	switch (access->effect) {
	case MMIO_SYSTEM_OFF:
		upcall_system_off();
		break;
	case MMIO_SYSTEM_RESET:
		upcall_system_reset();
		break;
	default:
		break;
	}
}

void portio_exit(struct frame *frame, const struct port_access *port)
{
	struct mmio_access access = { .address = port->port, .size = port->size, .is_write = !port->is_in };

	percpu_count(BH_STAT_MMIO);
	if (port->is_string || port->is_repeated) {
		violation_report(BH_REASON_MMIO_ACCESS, port->port, 0, !port->is_in, "string of an emulated I/O port");
		return;
	}
	if (access.is_write)
		access.value = frame->reg[REG_RAX];
	mmio_cut(&access);
	if (percpu()->cell->is_root)
		root_access(&access);
	else
		guest_access(&access);
	mmio_cut(&access);
	if (!access.is_write)
		put_result(frame, &access);
	finish(port, &access);
}
