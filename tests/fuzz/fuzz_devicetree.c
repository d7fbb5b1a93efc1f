// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device trees: an input is a .dtb, with which a board file that takes all it can from the tree and a cell file that
 * names nodes of it are resolved; also the guest's tree that is generated from both.
 */
#include "files.h"

static const char board_text[] = "board: fuzz\n"
				 "compatible: ['linux,dummy-virt', 'acme,board']\n"
				 "devicetree: live\n"
				 "hypervisor: { memory: { at: 0x7f00_0000, size: 16M } }\n"
				 "pool: { at: 0x6000_0000, size: 496M }\n"
				 "root: { cpus: all, memory: rest, devices: rest }\n"
				 "event-interrupt: spi 200\n";

static const char cell_text[] = "cell: guest\n"
				"cpus: [1]\n"
				"memory:\n"
				"  - { name: ram, guest: 0x4000_0000, size: 4M }\n"
				"boot: { protocol: flat, image: image.bin }\n"
				"devices:\n"
				"  - passthrough: /pl011@9040000\n"
				"  - passthrough: /soc/serial@100000\n"
				"  - passthrough: serial1\n"
				"  - uart: { type: pl011, at: 0x900_0000, spi: 1 }\n";

/* The same without nodes: it gets as far as the generated tree. */
static const char plain_text[] =
	"cell: plain\n"
	"cpus: [1]\n"
	"memory:\n"
	"  - { name: ram, guest: 0x4000_0000, size: 64M }\n"
	"boot: { protocol: linux, kernel: image.bin, cmdline: quiet, devicetree: generate }\n"
	"devices:\n"
	"  - uart: { type: pl011, at: 0x900_0000, spi: 1 }\n";

static struct memory_file board_file, cell_file, plain_file, tree;
static char images[] = "/tmp/bulkhead-fuzz-XXXXXX";

/* What a kernel's image must say to be placed: its magic, and how much memory it takes. */
static void make_image(void)
{
	static uint8_t image[4096] = { [18] = 0x10, [56] = 'A', 'R', 'M', 'd' };
	char path[64];
	FILE *out;

	fuzz_check(mkdtemp(images) != NULL, "mkdtemp");
	snprintf(path, sizeof(path), "%s/image.bin", images);
	out = fopen(path, "wb");
	fuzz_check(out && fwrite(image, sizeof(image), 1, out) == 1 && !fclose(out), "%s", path);
}

static void remove_image(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/image.bin", images);
	unlink(path);
	rmdir(images);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	file_make(&board_file);
	file_make(&cell_file);
	file_make(&plain_file);
	file_make(&tree);
	file_write(&board_file, board_text, sizeof(board_text) - 1);
	file_write(&cell_file, cell_text, sizeof(cell_text) - 1);
	file_write(&plain_file, plain_text, sizeof(plain_text) - 1);
	make_image();
	atexit(remove_image);
	return 0;
}

static void load_cell(const char *path, const struct cfg_board *board, const struct cfg_options *options)
{
	struct cfg_messages messages = { 0 };
	struct cfg_cell *cell = cfg_cell_load(path, board, options, &messages);
	const struct cfg_boot_plan *plan;

	fuzz_check(cell || messages.error_count, "a cell file is refused, but nothing is said");
	if (cell) {
		plan = cfg_cell_plan(cell, &messages);
		fuzz_check(plan || messages.error_count, "there is no plan, but nothing is said");
		fuzz_planted(plan && plan->dtb);
	}
	cfg_cell_free(cell);
	print_messages(&messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct cfg_options options = { .devicetree = tree.path, .images = images };
	struct cfg_messages messages = { 0 };
	struct cfg_board *board;

	file_write(&tree, data, size);
	board = cfg_board_load(board_file.path, &options, &messages);
	fuzz_check(board || messages.error_count, "a board is refused, but nothing is said");
	if (board) {
		load_cell(cell_file.path, board, &options);
		load_cell(plain_file.path, board, &options);
	}
	cfg_board_free(board);
	print_messages(&messages);
	return 0;
}

/* ---- mutation that keeps the header right most of the time ---- */

static void put_be32(uint8_t *at, size_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - i * 8));
}

/* One cell of a property or a token of the structure. */
static void change_cell(uint8_t *data, size_t size, unsigned int seed)
{
	static const uint32_t values[] = { 0, 1, 2, 3, 4, 9, 0xffffffff, 0x7fffffff, 0x80000000, 0x10000 };
	size_t at = (seed >> 4) % (size / 4) * 4;

	if (seed & 1)
		put_be32(data + at, values[(seed >> 1) % 10]);
	else
		data[at + seed % 4] = (uint8_t)(seed >> 20);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	static const uint8_t magic[] = { 0xd0, 0x0d, 0xfe, 0xed };

	if (size < 48 || seed % 4 == 0)
		size = LLVMFuzzerMutate(data, size, most);
	else
		change_cell(data + 40, size - 40, seed >> 2);
	if (size < 48 || seed % 16 == 1)
		return size;
	memcpy(data, magic, sizeof(magic));
	put_be32(data + 4, size);
	return size;
}
