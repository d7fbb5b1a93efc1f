// SPDX-License-Identifier: GPL-2.0-or-later
/* A small printf: %s %c %d %u %x %p %%, with h, l, ll and z, '-', '0', a width, and a precision for %s. */
#include <core/log.h>

#define MAX_DIGITS 20 /* of a 64-bit number in base 10 */
#define MAX_WIDTH 64

/* Where the text goes; what does not fit is dropped. */
struct output {
	char *buffer;
	size_t size;
	size_t used;
};

/* One conversion between '%' and its letter. */
struct conversion {
	unsigned int width;
	unsigned int precision; /* bytes of a %s, at most */
	uint8_t left;
	uint8_t zero;
	uint8_t longs; /* 0: int, 1: long or size_t, 2: long long */
};

static void put(struct output *out, char c)
{
	if (out->used + 1 < out->size)
		out->buffer[out->used++] = c;
}

static void pad(struct output *out, char c, unsigned int have, unsigned int width)
{
	for (; have < width; have++)
		put(out, c);
}

static void put_field(struct output *out, const struct conversion *how, const char *text, unsigned int length)
{
	if (!how->left)
		pad(out, ' ', length, how->width);
	for (unsigned int i = 0; i < length; i++)
		put(out, text[i]);
	if (how->left)
		pad(out, ' ', length, how->width);
}

static void put_string(struct output *out, const struct conversion *how, const char *text)
{
	unsigned int length = 0;

	if (!text)
		text = "(null)";
	while (length < how->precision && text[length])
		length++;
	put_field(out, how, text, length);
}

static void put_number(struct output *out, const struct conversion *how, uint64_t value, unsigned int base,
		       int minus)
{
	char digits[MAX_WIDTH + 1];
	unsigned int at = sizeof(digits), zeros = how->zero && !how->left ? how->width : 1;

	if (minus && zeros > 1)
		zeros--;
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (sizeof(digits) - at < zeros)
		digits[--at] = '0';
	if (minus)
		digits[--at] = '-';
	put_field(out, how, &digits[at], (unsigned int)sizeof(digits) - at);
}

static unsigned int parse_number(const char **at)
{
	unsigned int value = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		if (value < MAX_WIDTH)
			value = value * 10 + (unsigned int)(**at - '0');
	}
	return value < MAX_WIDTH ? value : MAX_WIDTH - 1;
}

/* Return: the conversion's letter. */
static const char *parse(const char *at, struct conversion *how)
{
	*how = (struct conversion){ .precision = ~0u };
	for (; *at == '-' || *at == '0'; at++) {
		how->left |= *at == '-';
		how->zero |= *at == '0';
	}
	how->width = parse_number(&at);
	if (*at == '.') {
		at++;
		how->precision = parse_number(&at);
	}
	for (; *at == 'l' || *at == 'z' || *at == 'h'; at++)
		how->longs += *at != 'h';
	return at;
}

static uint64_t fetch_unsigned(const struct conversion *how, __builtin_va_list *arguments)
{
	if (how->longs > 1)
		return __builtin_va_arg(*arguments, unsigned long long);
	if (how->longs)
		return __builtin_va_arg(*arguments, unsigned long);
	return __builtin_va_arg(*arguments, unsigned int);
}

static int64_t fetch_signed(const struct conversion *how, __builtin_va_list *arguments)
{
	if (how->longs > 1)
		return __builtin_va_arg(*arguments, long long);
	if (how->longs)
		return __builtin_va_arg(*arguments, long);
	return __builtin_va_arg(*arguments, int);
}

static void put_signed(struct output *out, const struct conversion *how, int64_t value)
{
	put_number(out, how, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
}

static void convert(struct output *out, const struct conversion *how, char letter,
		    __builtin_va_list *arguments)
{
	char c;

	switch (letter) {
	case 's':
		put_string(out, how, __builtin_va_arg(*arguments, const char *));
		break;
	case 'c':
		c = (char)__builtin_va_arg(*arguments, int);
		put_field(out, how, &c, 1);
		break;
	case 'd':
		put_signed(out, how, fetch_signed(how, arguments));
		break;
	case 'u':
		put_number(out, how, fetch_unsigned(how, arguments), 10, 0);
		break;
	case 'x':
		put_number(out, how, fetch_unsigned(how, arguments), 16, 0);
		break;
	case 'p':
		put_string(out, how, "0x");
		put_number(out, how, (uintptr_t) __builtin_va_arg(*arguments, void *), 16, 0);
		break;
	case '%':
		put(out, '%');
		break;
	default: /* the compiler's format check lets nothing else through that we use */
		put(out, '?');
	}
}

int format_arguments(char *buffer, size_t size, const char *format, __builtin_va_list arguments)
{
	struct output out = { .buffer = buffer, .size = size };
	__builtin_va_list list;

	__builtin_va_copy(list, arguments);
	for (; *format; format++) {
		struct conversion how;

		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		format = parse(format + 1, &how);
		if (!*format)
			break;
		convert(&out, &how, *format, &list);
	}
	__builtin_va_end(list);
	if (size)
		buffer[out.used] = 0;
	return (int)out.used;
}

int format_text(char *buffer, size_t size, const char *format, ...)
{
	__builtin_va_list arguments;
	int length;

	__builtin_va_start(arguments, format);
	length = format_arguments(buffer, size, format, arguments);
	__builtin_va_end(arguments);
	return length;
}
