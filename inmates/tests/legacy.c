// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RISC-V: a guest from before SBI 0.2. It is linked for a fixed address behind the start of its RAM, knows no device,
 * and does everything by the calls 0 to 8 of SBI 0.1; only to have a second hart at all it asks HSM, once. At its end
 * it compares the debug console of SBI 2.0 with that.
 *
 * Prints a line for what is wrong, and ends with "legacy: N checks, N good", then "legacy: type", which it answers with
 * "legacy: heard LENGTH CRC32" for a line of input, and once more the same by DBCN, before it shuts down.
 */
#include <inmate.h>

#include <regs.h>

enum {
	SET_TIMER,
	PUTCHAR,
	GETCHAR,
	CLEAR_IPI,
	SEND_IPI,
	FENCE_I,
	SFENCE_VMA,
	SFENCE_VMA_ASID,
	SHUTDOWN
};

#define INVALID_PARAM (-3)
#define INVALID_ADDRESS (-5)
#define NEVER UINT64_MAX
#define ROUNDS 100u

/* Sv39: the first level maps 1 GiB by an entry. */
#define SATP_SV39 (8ull << 60)
#define SATP_ASID_SHIFT 44
#define ASID 1ull
#define GIGABYTE 0x40000000ull
#define ENTRIES 512u
#define WINDOW 0x100000000ull
#define VALID 1ull
#define LEAF 0xcfull /* V, R, W, X, A, D */

extern char inmate_entry[];
/* As the linker has it, where code finds it relative to itself. */
static char *const volatile linked_at = inmate_entry;

static unsigned int checks, good;

static int64_t legacy(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	register uint64_t a0 asm("a0") = a;
	register uint64_t a1 asm("a1") = b;
	register uint64_t a2 asm("a2") = c;
	register uint64_t a3 asm("a3") = d;
	register uint64_t a7 asm("a7") = number;

	asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a7) : "memory");
	return (int64_t)a0;
}

/* In place of the library's: this cell has no UART. */
static int64_t put(char c)
{
	return legacy(PUTCHAR, (uint64_t)c, 0, 0, 0);
}

static void print(const char *text)
{
	while (*text)
		put(*text++);
}

static void print_hex(uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4) {
		if (value >> shift || !shift)
			put("0123456789abcdef"[value >> shift & 15]);
	}
}

static void check(const char *what, uint64_t found, uint64_t wanted)
{
	checks++;
	if (found == wanted) {
		good++;
		return;
	}
	print("legacy: ");
	print(what);
	print(": ");
	print_hex(found);
	print(" instead of ");
	print_hex(wanted);
	print("\n");
}

static bool is_pending(unsigned int cause)
{
	return csr_read(sip) >> cause & 1;
}

/* Wait, but not for ever: slow is not lost. */
static bool reaches(const volatile unsigned int *value, unsigned int wanted)
{
	const uint64_t end = timer_ticks() + 20 * timer_frequency();

	while (__atomic_load_n(value, __ATOMIC_ACQUIRE) < wanted) {
		if ((int64_t)(timer_ticks() - end) > 0)
			return false;
	}
	return true;
}

/* Where we are. */

static void place(void)
{
	char *here = NULL;

	asm("lla %0, inmate_entry" : "=r"(here));
	check("runs where it is linked", (uint64_t)here, (uint64_t)linked_at);
	print("legacy: at ");
	print_hex((uint64_t)here);
	print("\n");
}

/* Console. */

static void console(void)
{
	check("putchar", (uint64_t)put('.'), 0);
	put('\n');
	check("getchar without input", (uint64_t)legacy(GETCHAR, 0, 0, 0, 0), UINT64_MAX);
}

/* Timer: level, until the next call. */

static volatile unsigned int ticks;
static volatile uint64_t last_tick;

static void on_tick(unsigned int irq)
{
	last_tick = timer_ticks();
	legacy(SET_TIMER, NEVER, 0, 0, 0);
	ticks++;
}

static void timer(void)
{
	uint64_t deadline = timer_ticks() + timer_from_us(20000);

	irqs_mask();
	check("set_timer, future", (uint64_t)legacy(SET_TIMER, deadline, 0, 0, 0), 0);
	check("is not pending before", is_pending(CAUSE_TIMER) && (int64_t)(timer_ticks() - deadline) < 0, 0);
	check("set_timer, past", (uint64_t)legacy(SET_TIMER, 0, 0, 0, 0), 0);
	delay_us(1000);
	check("is pending then", is_pending(CAUSE_TIMER), 1);
	legacy(SET_TIMER, NEVER, 0, 0, 0);
	check("set_timer clears it", is_pending(CAUSE_TIMER), 0);

	irq_set_handler(timer_irq(), on_tick);
	irq_enable(timer_irq());
	irqs_unmask();
	for (unsigned int i = 0; i < 10; i++) {
		deadline = timer_ticks() + timer_from_us(1000);
		legacy(SET_TIMER, deadline, 0, 0, 0);
		check("a timer interrupt", reaches(&ticks, i + 1), 1);
		check("not before its time", (int64_t)(last_tick - deadline) >= 0, 1);
	}
	delay_us(2000);
	check("timer interrupts in all", ticks, 10);
	irqs_mask();
}

/* IPIs. A mask is where a virtual address says. */

static uint64_t own_mask = 1, other_mask = 2, unknown_mask = 1 | 1 << 5;
static volatile unsigned int arrived; /* at the second hart */

static int64_t send(const uint64_t *mask)
{
	return legacy(SEND_IPI, (uint64_t)mask, 0, 0, 0);
}

static void to_itself(void)
{
	check("clear_ipi, none", (uint64_t)legacy(CLEAR_IPI, 0, 0, 0, 0), 0);
	check("send_ipi to itself", (uint64_t)send(&own_mask), 0);
	check("is pending", is_pending(CAUSE_SOFTWARE), 1);
	check("clear_ipi, one", legacy(CLEAR_IPI, 0, 0, 0, 0) > 0, 1);
	check("clear_ipi clears it", is_pending(CAUSE_SOFTWARE), 0);
	check("send_ipi, unknown hart", (uint64_t)send(&unknown_mask), (uint64_t)INVALID_PARAM);
	check("send_ipi, no memory", (uint64_t)send((const uint64_t *)8), (uint64_t)INVALID_ADDRESS);
	check("neither interrupts", is_pending(CAUSE_SOFTWARE), 0);
}

/* The second hart: counts IPIs, and does what the first one asks it for, with tables of its own. */

enum task { IDLE, PAGING, READ, CALL, MASK_BEHIND_TABLE, PAGING_ASID };

static volatile unsigned int online, asked, answered;
static volatile enum task task;
static volatile uint64_t answer;
static uint64_t top[ENTRIES] __attribute__((aligned(4096)));
static uint64_t middle[ENTRIES] __attribute__((aligned(4096)));
static uint64_t bottom[ENTRIES] __attribute__((aligned(4096)));
static uint64_t pages[2][ENTRIES] __attribute__((aligned(4096)));
static uint32_t code[4] __attribute__((aligned(64)));

static uint64_t entry_of(const void *table, uint64_t bits)
{
	return (uint64_t)table >> 12 << 10 | bits;
}

static void make_tables(void)
{
	const uint64_t ram = (uint64_t)linked_at / GIGABYTE;

	top[ram] = ram * GIGABYTE >> 12 << 10 | LEAF;
	top[WINDOW / GIGABYTE] = entry_of(middle, VALID);
	middle[0] = entry_of(bottom, VALID);
	bottom[0] = entry_of(pages[0], LEAF);
	pages[0][0] = 1; /* also a mask: the first hart */
	pages[1][0] = 0x600d;
}

static uint64_t do_task(void)
{
	switch (task) {
	case PAGING:
	case PAGING_ASID:
		csr_write(satp, SATP_SV39 | (task == PAGING_ASID ? ASID : 0) << SATP_ASID_SHIFT | (uint64_t)top >> 12);
		asm volatile("sfence.vma" : : : "memory");
		return 0;
	case READ:
		return *(volatile uint64_t *)WINDOW;
	case CALL:
		return ((uint64_t (*)(void))(uintptr_t)code)();
	case MASK_BEHIND_TABLE:
		return (uint64_t)legacy(SEND_IPI, WINDOW, 0, 0, 0);
	default:
		return 0;
	}
}

/* An exit is no place to be in while nothing happens: it would make this hart forget what it has of the tables. */
static void take_ipi(void)
{
	if (is_pending(CAUSE_SOFTWARE) && legacy(CLEAR_IPI, 0, 0, 0, 0) > 0)
		__atomic_add_fetch(&arrived, 1, __ATOMIC_RELEASE);
}

static void second(void)
{
	online = 1;
	for (unsigned int done = 0;; take_ipi()) {
		if (__atomic_load_n(&asked, __ATOMIC_ACQUIRE) == done)
			continue;
		answer = do_task();
		__atomic_store_n(&answered, ++done, __ATOMIC_RELEASE);
	}
}

static uint64_t ask(enum task what)
{
	task = what;
	__atomic_add_fetch(&asked, 1, __ATOMIC_RELEASE);
	if (reaches(&answered, asked))
		return answer;
	print("legacy: the second hart does not answer\n");
	return UINT64_MAX - 1;
}

/* What is sent to a hart that still starts is lost. */
static void to_another(void)
{
	check("it comes", reaches(&online, 1), 1);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		send(&other_mask);
		if (!reaches(&arrived, i + 1))
			break;
	}
	check("IPIs at the other hart", arrived, ROUNDS);
	check("none of them here", is_pending(CAUSE_SOFTWARE), 0);
	check("send_ipi to all", (uint64_t)send(NULL), 0);
	check("arrives there", reaches(&arrived, ROUNDS + 1), 1);
	check("and here", legacy(CLEAR_IPI, 0, 0, 0, 0) > 0, 1);
}

/* Remote fences: what one hart changed, the other one sees. */

/* addi a0, zero, @value; ret */
static void write_code(uint32_t value)
{
	code[0] = value << 20 | 10u << 7 | 0x13u;
	code[1] = 0x00008067u;
	asm volatile("fence rw, rw" : : : "memory");
}

static void fences_of_code(void)
{
	bool all = true;

	for (uint32_t value = 1; value <= ROUNDS; value++) {
		write_code(value);
		all &= legacy(FENCE_I, (uint64_t)&other_mask, 0, 0, 0) == 0;
		all &= ask(CALL) == value;
	}
	check("code after remote_fence_i", all, 1);
}

/* The window shows one page, then the other. Without a fence the hart may go on with what it read before. */
static void fences_of_tables(const char *what, uint64_t number, enum task paging)
{
	bool all = true, stale = false;

	bottom[0] = entry_of(pages[0], LEAF);
	ask(paging);
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		ask(READ);
		bottom[0] = entry_of(pages[i & 1], LEAF);
		asm volatile("fence rw, rw" : : : "memory");
		stale |= ask(READ) != pages[i & 1][0];
		all &= legacy(number, (uint64_t)&other_mask, i & 2 ? WINDOW : 0, i & 2 ? 4096 : NEVER, ASID) == 0;
		all &= ask(READ) == pages[i & 1][0];
	}
	check(what, all, 1);
	check("which is another one before it", stale, 1);
}

static void fences(void)
{
	make_tables();
	fences_of_code();
	fences_of_tables("a page after remote_sfence_vma", SFENCE_VMA, PAGING);
	fences_of_tables("a page after remote_sfence_vma_asid", SFENCE_VMA_ASID, PAGING_ASID);
	legacy(SFENCE_VMA, (uint64_t)&other_mask, 0, NEVER, 0);
	check("all harts", (uint64_t)legacy(SFENCE_VMA, 0, 0, NEVER, 0), 0);
	check("fence, unknown hart", (uint64_t)legacy(FENCE_I, (uint64_t)&unknown_mask, 0, 0, 0),
	      (uint64_t)INVALID_PARAM);
	check("a mask behind the other hart's tables", ask(MASK_BEHIND_TABLE), 0);
	check("comes here", legacy(CLEAR_IPI, 0, 0, 0, 0) > 0, 1);
}

static int64_t by_getchar(void)
{
	return legacy(GETCHAR, 0, 0, 0, 0);
}

/* The debug console. Buffers are physical addresses, which are ours. */

#define DBCN 0x4442434eull
enum { DBCN_WRITE, DBCN_READ, DBCN_WRITE_BYTE };
#define UNTOUCHED 0xa5u

struct console_result {
	int64_t error;
	uint64_t value;
};

static struct console_result debug_console(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t a0 asm("a0") = a;
	register uint64_t a1 asm("a1") = b;
	register uint64_t a2 asm("a2") = c;
	register uint64_t a6 asm("a6") = function;
	register uint64_t a7 asm("a7") = DBCN;

	asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct console_result){ (int64_t)a0, a1 };
}

/* Input goes to the start of the buffer, as many bytes as it says, and no further. */
static int64_t by_console_read(void)
{
	static volatile uint8_t buffer[16];
	struct console_result result;
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < sizeof(buffer); i++)
		buffer[i] = UNTOUCHED;
	result = debug_console(DBCN_READ, 1, (uint64_t)(uintptr_t)buffer, 0);
	for (unsigned int i = 0; i < sizeof(buffer); i++)
		wrong += i >= result.value && buffer[i] != UNTOUCHED;
	if (result.error || result.value > 1 || wrong) {
		print("legacy: console read: ");
		print_hex((uint64_t)result.error);
		print(" ");
		print_hex(result.value);
		print("\n");
	}
	return result.value == 1 ? buffer[0] : -1;
}

static void console_writes(void)
{
	static const char text[] = "legacy: DBCN writes this\n";
	uint64_t done = 0;

	check("console read without input", (uint64_t)by_console_read(), UINT64_MAX);
	check("console read of nothing", debug_console(DBCN_READ, 0, 0, 0).value, 0);
	check("console read to a high address",
	      (uint64_t)debug_console(DBCN_READ, 1, (uint64_t)(uintptr_t)text, 1).error, (uint64_t)INVALID_PARAM);
	check("console write of a byte", (uint64_t)debug_console(DBCN_WRITE_BYTE, '.', 0, 0).error, 0);
	put('\n');
	while (done < sizeof(text) - 1) {
		struct console_result result =
			debug_console(DBCN_WRITE, sizeof(text) - 1 - done, (uint64_t)(uintptr_t)text + done, 0);

		if (result.error)
			break;
		done += result.value;
	}
	check("console write", done, sizeof(text) - 1);
}

static void listen(const char *prompt, int64_t (*read)(void))
{
	uint32_t crc = 0;
	uint64_t length = 0;
	int64_t byte;

	print(prompt);
	for (;;) {
		byte = read();
		if (byte == '\n' || byte == '\r')
			break;
		if (byte < 0)
			continue;
		crc = crc32(crc, &(uint8_t){ (uint8_t)byte }, 1);
		length++;
	}
	print("legacy: heard ");
	print_hex(length);
	print(" ");
	print_hex(crc);
	print("\n");
}

void inmate_main(uint64_t boot_arg)
{
	irq_init();
	place();
	console();
	timer();
	to_itself();
	check("a second hart", (uint64_t)cpu_start(1, second), 0);
	to_another();
	fences();
	console_writes();
	print("legacy: ");
	print_hex(checks);
	print(" checks, ");
	print_hex(good);
	print(" good\n");
	listen("legacy: type\n", by_getchar);
	listen("legacy: once more\n", by_console_read);
	legacy(SHUTDOWN, 0, 0, 0, 0);
	print("legacy: it comes back from shutdown\n");
	for (;;)
		cpu_wait();
}
