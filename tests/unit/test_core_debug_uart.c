// SPDX-License-Identifier: GPL-2.0-or-later
/* The debug UART: which registers of which kind are touched, and that nobody waits for ever. */
/* SOURCES: hypervisor/core/debug_uart.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <bulkhead/config.h>
#include <core/debug_uart.h>
#include <core/image.h>

static struct bh_config_system board;
static uint8_t registers[0x1000];
static uint64_t mapped;

const struct bh_config_system *image_config(void)
{
	return &board;
}

volatile void *arch_map_device(hpa_t base, uint64_t size)
{
	mapped = base.value;
	return size <= sizeof(registers) ? registers : NULL;
}

static void use(uint32_t type, uint64_t size)
{
	debug_uart_close();
	memset(registers, 0, sizeof(registers));
	mapped = 0;
	board.debug_uart = (struct bh_config_range){ .base = 0x9000000, .size = size };
	board.debug_uart_type = type;
	assert_int_equal(debug_uart_open(), 0);
}

static void test_pl011(void **state)
{
	use(BH_DEV_UART_PL011, 0x1000);
	assert_int_equal(mapped, 0x9000000);
	debug_uart_putc('a');
	assert_int_equal(registers[0], 'a');
	registers[0x18] = 0x20; /* its queue is full, and stays so */
	debug_uart_putc('b');
	assert_int_equal(registers[0], 'a');
}

static void test_16550(void **state)
{
	use(BH_DEV_UART_16550, 0x1000);
	debug_uart_putc('a');
	assert_int_equal(registers[0], 0);
	registers[5] = 0x60;
	registers[1] = 0xee;
	debug_uart_putc('b');
	assert_int_equal(registers[0], 'b');
	assert_int_equal(registers[1], 0xee); /* a byte and no more */
}

static void test_there_is_none(void **state)
{
	use(BH_DEV_UART_PL011, 0);
	debug_uart_putc('a');
	use(BH_DEV_UART_PL011, 0x18); /* too small for its registers */
	debug_uart_putc('a');
	use(BH_DEV_HPET, 0x1000);
	debug_uart_putc('a');
	use(~0u, 0x1000);
	debug_uart_putc('a');
	assert_int_equal(mapped, 0);
	use(BH_DEV_UART_PL011, sizeof(registers) + 1); /* it cannot be mapped */
	debug_uart_putc('a');
	assert_int_equal(registers[0], 0);
}

static void test_closed(void **state)
{
	use(BH_DEV_UART_PL011, 0x1000);
	debug_uart_close();
	debug_uart_putc('a');
	assert_int_equal(registers[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pl011),
		cmocka_unit_test(test_16550),
		cmocka_unit_test(test_there_is_none),
		cmocka_unit_test(test_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
