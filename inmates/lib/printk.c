// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* printk(): lines of several CPUs are not mixed. */
#include <inmate.h>

/* Do not use printk() in an interrupt handler of a CPU that may be printing. */
static char lock;

struct conversion {
	bool zero_padded, is_long;
	unsigned int width;
};

static void put_padding(char c, unsigned int length, unsigned int width)
{
	while (length++ < width)
		uart_putc(c);
}

static void put_text(const char *text, unsigned int width)
{
	put_padding(' ', (unsigned int)strlen(text), width);
	while (*text)
		uart_putc(*text++);
}

static void put_number(uint64_t value, unsigned int base, bool negative, struct conversion how)
{
	char digits[24];
	unsigned int count = 0;

	do
		digits[count++] = "0123456789abcdef"[value % base];
	while (value /= base);
	if (negative)
		digits[count++] = '-';
	put_padding(how.zero_padded ? '0' : ' ', count, how.width);
	while (count)
		uart_putc(digits[--count]);
}

/* Flags, width and size of a conversion. Return: behind them. */
static const char *parse(const char *format, struct conversion *how)
{
	*how = (struct conversion){ .zero_padded = *format == '0' };
	while (*format >= '0' && *format <= '9')
		how->width = how->width * 10 + (unsigned int)(*format++ - '0');
	while (*format == 'l' || *format == 'z') {
		how->is_long = true;
		format++;
	}
	return format;
}

static void convert(char type, struct conversion how, va_list *arguments)
{
	int64_t number;

	switch (type) {
	case 'd':
		number = how.is_long ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
		put_number(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10, number < 0, how);
		break;
	case 'u':
	case 'x':
		put_number(how.is_long ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned int),
			   type == 'u' ? 10 : 16, false, how);
		break;
	case 'p':
		put_number((uint64_t)(uintptr_t)va_arg(*arguments, void *), 16, false, how);
		break;
	case 's':
		put_text(va_arg(*arguments, const char *), how.width);
		break;
	case 'c':
		uart_putc((char)va_arg(*arguments, int));
		break;
	default:
		uart_putc(type);
	}
}

void printk(const char *format, ...)
{
	struct conversion how;
	va_list arguments;

	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		cpu_relax();
	va_start(arguments, format);
	for (; *format; format++) {
		if (*format != '%') {
			uart_putc(*format);
			continue;
		}
		format = parse(format + 1, &how);
		if (!*format)
			break;
		convert(*format, how, &arguments);
	}
	va_end(arguments);
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}
