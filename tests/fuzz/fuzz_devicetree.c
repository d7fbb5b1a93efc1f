// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device trees: an input is a .dtb, with which a board file that takes all it can from the tree and a cell file that
 * names nodes of it are resolved; also the guest's tree that is generated from both. Then it is a guest's own tree,
 * which is corrected. All of it once for AArch64 and once for RISC-V.
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

/* The input is the guest's, too: its path stands between the two parts. */
static const char users_text[] = "cell: users\n"
				 "cpus: [1]\n"
				 "memory:\n"
				 "  - { name: ram, guest: 0x4000_0000, size: 64M }\n"
				 "boot: { protocol: linux, kernel: image.bin, cmdline: quiet, devicetree: ";
static const char users_rest[] = " }\n"
				 "devices:\n"
				 "  - uart: { type: pl011, at: 0x900_0000, spi: 1 }\n";

static const char riscv_board_text[] = "board: fuzz\n"
				       "architecture: riscv64\n"
				       "compatible: riscv-virtio\n"
				       "devicetree: live\n"
				       "hypervisor: { memory: { at: 0x7f00_0000, size: 16M } }\n"
				       "pool: { at: 0x6000_0000, size: 496M }\n"
				       "root: { cpus: all, memory: rest, devices: rest }\n";

static const char riscv_text[] = "cell: riscv\n"
				 "cpus: [1]\n"
				 "memory:\n"
				 "  - { name: ram, guest: 0x8000_0000, size: 64M }\n"
				 "boot: { protocol: linux, kernel: riscv.bin, cmdline: quiet, devicetree: ";
static const char riscv_rest[] = " }\n"
				 "devices:\n"
				 "  - uart: { type: 16550, at: 0x1000_0000, intid: 10 }\n"
				 "  - { passthrough: /soc/rtc@101000, dma: none }\n";

static struct memory_file board_file, riscv_board_file, cell_file, plain_file, users_file, riscv_file,
	riscv_users_file, tree;
static char images[] = "/tmp/bulkhead-fuzz-XXXXXX";

/* What a kernel's image must say to be placed: its magic, and how much memory it takes. */
static void make_image(const char *name, const char *magic)
{
	static uint8_t image[4096] = { [18] = 0x10 };
	char path[64];
	FILE *out;

	memcpy(image + 56, magic, 4);
	snprintf(path, sizeof(path), "%s/%s", images, name);
	out = fopen(path, "wb");
	fuzz_check(out && fwrite(image, sizeof(image), 1, out) == 1 && !fclose(out), "%s", path);
}

static void remove_images(void)
{
	static const char *const names[] = { "image.bin", "riscv.bin" };
	char path[64];

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", images, names[i]);
		unlink(path);
	}
	rmdir(images);
}

/* A file of two parts, with a word between them. */
static void make_file(struct memory_file *file, const char *before, const char *word, const char *after)
{
	char text[1024];

	file_make(file);
	file_write(file, text, (size_t)snprintf(text, sizeof(text), "%s%s%s", before, word, after));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	file_make(&tree);
	make_file(&board_file, board_text, "", "");
	make_file(&riscv_board_file, riscv_board_text, "", "");
	make_file(&cell_file, cell_text, "", "");
	make_file(&plain_file, plain_text, "", "");
	make_file(&users_file, users_text, tree.path, users_rest);
	make_file(&riscv_file, riscv_text, "generate", riscv_rest);
	make_file(&riscv_users_file, riscv_text, tree.path, riscv_rest);
	fuzz_check(mkdtemp(images) != NULL, "mkdtemp");
	make_image("image.bin", "ARMd");
	make_image("riscv.bin", "RSC\5");
	atexit(remove_images);
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

/* A board of the tree, and its cells. */
static void load_board(const char *path, const struct memory_file *const *cells, size_t count)
{
	const struct cfg_options options = { .devicetree = tree.path, .images = images };
	struct cfg_messages messages = { 0 };
	struct cfg_board *board = cfg_board_load(path, &options, &messages);

	fuzz_check(board || messages.error_count, "a board is refused, but nothing is said");
	for (size_t i = 0; board && i < count; i++)
		load_cell(cells[i]->path, board, &options);
	cfg_board_free(board);
	print_messages(&messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct memory_file *const cells[] = { &cell_file, &plain_file, &users_file };
	static const struct memory_file *const riscv_cells[] = { &riscv_file, &riscv_users_file };

	file_write(&tree, data, size);
	load_board(board_file.path, cells, 3);
	load_board(riscv_board_file.path, riscv_cells, 2);
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
