// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The debug console (SBI DBCN). Buffers are in the guest's memory: firmware never sees their address. What is
 * written is read through the window, and goes to the cell's own ring; root's goes to firmware, byte by byte.
 */
#include <asm/sbi.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/vcpu.h>
#include <core/pagetable.h>
#include <core/stage2.h>

#define WRITE_MOST 256u /* bytes of one call: the guest repeats it for the rest */

static int64_t putc_guest(uint8_t byte)
{
	struct hypercall call = { .number = BH_HC_CONSOLE_PUTC, .arg = { byte } };

	upcall_hypercall(&call);
	return call.result == BH_E_OK ? SBI_SUCCESS : SBI_FAILED;
}

int64_t sbi_putc(uint8_t byte)
{
	if (!percpu()->cell->is_root)
		return putc_guest(byte);
	return firmware_call(SBI_DBCN, SBI_DBCN_WRITE_BYTE, byte, 0, 0, 0, 0).error;
}

static int64_t getc_guest(void)
{
	struct hypercall call = { .number = BH_HC_CONSOLE_GETC };

	upcall_hypercall(&call);
	return call.result == BH_E_OK ? (int64_t)call.value[0] : -1;
}

int64_t sbi_getc(void)
{
	return percpu()->cell->is_root ? firmware_call_legacy(SBI_LEGACY_GETCHAR, 0) : getc_guest();
}

/* Context: upcall_map_hold() */
static int copy_from_guest(uint64_t address, uint8_t *to, uint64_t size)
{
	while (size) {
		uint64_t part = PAGE_SIZE - (address & (PAGE_SIZE - 1));

		part = part < size ? part : size;
		if (stage2_read(&percpu()->cell->stage2, address, to, part) != STAGE2_OK)
			return 0;
		address += part;
		to += part;
		size -= part;
	}
	return 1;
}

/* Nothing written: the guest, as the specification says, tries the rest again. */
static struct sbi_result write_bytes(uint64_t size, uint64_t address)
{
	uint8_t bytes[WRITE_MOST];
	uint64_t done;
	int can;

	size = size < WRITE_MOST ? size : WRITE_MOST;
	if (!upcall_map_hold())
		return (struct sbi_result){ SBI_SUCCESS, 0 };
	can = copy_from_guest(address, bytes, size);
	upcall_map_release();
	if (!can)
		return (struct sbi_result){ SBI_INVALID_PARAM, 0 };
	for (done = 0; done < size; done++) {
		if (sbi_putc(bytes[done]))
			return (struct sbi_result){ SBI_FAILED, done };
	}
	return (struct sbi_result){ SBI_SUCCESS, done };
}

/* Input comes byte by byte; a guest's is here only if it has no UART that takes it. Context: upcall_map_hold() */
static struct sbi_result read_byte(uint64_t address)
{
	uint8_t *to = stage2_open(&percpu()->cell->stage2, address, 1, PT_WRITE);
	int64_t byte;

	if (!to)
		return (struct sbi_result){ SBI_INVALID_PARAM, 0 };
	byte = sbi_getc();
	if (byte >= 0)
		*to = (uint8_t)byte;
	arch_window_close();
	return (struct sbi_result){ SBI_SUCCESS, byte >= 0 };
}

static struct sbi_result read_bytes(uint64_t size, uint64_t address)
{
	struct sbi_result result;

	if (!size || !upcall_map_hold())
		return (struct sbi_result){ SBI_SUCCESS, 0 };
	result = read_byte(address);
	upcall_map_release();
	return result;
}

/* arg[0] = bytes, arg[1] and arg[2] = address, low and high half of twice 64 bits */
struct sbi_result sbi_console(const struct sbi_call *call)
{
	if (call->function == SBI_DBCN_WRITE_BYTE)
		return (struct sbi_result){ sbi_putc((uint8_t)call->arg[0]), 0 };
	if (call->function > SBI_DBCN_WRITE_BYTE)
		return (struct sbi_result){ SBI_NOT_SUPPORTED, 0 };
	if (call->arg[2])
		return (struct sbi_result){ SBI_INVALID_PARAM, 0 };
	if (call->function == SBI_DBCN_WRITE)
		return write_bytes(call->arg[0], call->arg[1]);
	return read_bytes(call->arg[0], call->arg[1]);
}
