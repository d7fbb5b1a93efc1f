// SPDX-License-Identifier: GPL-2.0-or-later
/* bulkhead config compile | check | dump */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_WRONG 3
#define EXIT_USAGE 2

static const char usage[] =
	"usage: bulkhead config check [OPTIONS] BOARD.yaml [VM.yaml...]\n"
	"       bulkhead config compile [OPTIONS] BOARD.yaml|VM.yaml -o FILE\n"
	"       bulkhead config dump FILE\n"
	"       bulkhead config keys|schema board|cell\n"
	"       bulkhead config reference [--man]\n"
	"and, each with a --help of its own: bulkhead config create | diff | show\n"
	"\n"
	"check     all files by themselves and against each other; every error with file, line and mend\n"
	"compile   the blob that driver and hypervisor take; a cell needs --board\n"
	"dump      a blob as the file that compiles to it\n"
	"keys      what can stand in a file; schema: the same as JSON Schema, for editors\n"
	"reference the same with the rules that are checked\n"
	"\n"
	"  -b, --board FILE       board file, or a system blob, that a cell is for\n"
	"  -t, --devicetree FILE  a .dtb in place of the one of the board file\n"
	"  -i, --images DIR       where relative image paths are looked up first\n"
	"  -f, --format FORM      text, json, gcc or sarif\n"
	"  -o, --output FILE      blob\n"
	"      --dtb FILE         compile of a cell: also write its device tree\n"
	"      --boot-data DIR    compile of a cell: also write what is made for its guest, by address\n"
	"\n"
	"Exit code: 0 right, 2 wrong usage, 3 something is wrong in the files.\n";

struct command {
	struct cfg_options options;
	enum cfg_format format;
	const char *board;
	const char *output;
	const char *dtb;
	const char *boot_data;
	int man;
	char **files;
	int file_count;
	struct cfg_messages messages;
};

static int wrong_usage(const char *what)
{
	fprintf(stderr, "bulkhead config: %s; see 'bulkhead config --help'\n", what);
	return EXIT_USAGE;
}

/* Messages of a command that succeeds are warnings: both go where the user asked for them. */
static int finish(struct command *command, int is_report)
{
	const int code = command->messages.error_count ? EXIT_WRONG : 0;
	const int is_document = command->format == CFG_JSON || command->format == CFG_SARIF;
	FILE *out = is_report && is_document ? stdout : stderr;

	if (command->messages.count || is_document)
		cfg_messages_print(&command->messages, out, command->format);
	cfg_messages_free(&command->messages);
	return code;
}

/* ---- check ---- */

static void check_cells(struct command *command, struct cfg_board *board, char **files, size_t count)
{
	struct cfg_cell **cells = calloc(count + 1, sizeof(struct cfg_cell *));
	size_t loaded = 0;

	for (size_t i = 0; cells && i < count; i++) {
		const size_t before = command->messages.error_count;

		cells[loaded] = cell_load_any(files[i], board, &command->options, &command->messages);
		if (cells[loaded] && command->messages.error_count == before)
			cell_make_plan(cells[loaded], CFG_WARNING, &command->messages);
		loaded += cells[loaded] != NULL;
	}
	if (cells)
		cross_check(board, cells, loaded, &command->messages);
	while (loaded)
		cfg_cell_free(cells[--loaded]);
	free(cells);
}

/* The cells of the command line, and those that the board file lists. */
static void check_all(struct command *command, struct cfg_board *board)
{
	const struct node *guests = node_get(board->root, "guests");
	const size_t listed = node_count(guests), given = (size_t)command->file_count - 1;
	char **files = calloc(listed + given + 1, sizeof(char *));

	for (size_t i = 0; files && i < listed; i++)
		files[i] = path_beside(&board->arena, board->file, node_text(node_item(guests, i), ""));
	for (size_t i = 0; files && i < given; i++)
		files[listed + i] = command->files[1 + i];
	if (files)
		check_cells(command, board, files, listed + given);
	free(files);
}

static size_t count_warnings(const struct command *command)
{
	size_t count = 0;

	for (size_t i = 0; i < command->messages.count; i++)
		count += command->messages.list[i].severity == CFG_WARNING;
	return count;
}

static int command_check(struct command *command)
{
	struct cfg_board *board;

	if (command->file_count < 1)
		return wrong_usage("check needs a board file");
	board = cfg_board_load(command->files[0], &command->options, &command->messages);
	if (board)
		check_all(command, board);
	if (!command->messages.error_count && command->format == CFG_TEXT)
		printf("%d file%s right, %zu warning%s\n", command->file_count,
		       command->file_count == 1 ? "" : "s", count_warnings(command),
		       count_warnings(command) == 1 ? "" : "s");
	cfg_board_free(board);
	return finish(command, 1);
}

/* ---- compile ---- */

static void write_file(struct command *command, const char *path, const void *data, size_t size)
{
	const struct place place = { path, 0, 0 };
	FILE *file = strcmp(path, "-") ? fopen(path, "wb") : stdout;

	if (!file || fwrite(data, 1, size, file) != size || (file == stdout ? fflush(file) : fclose(file)))
		error_add(&command->messages, RULE_FILE_WRITE, place, NULL, "cannot be written: %s",
			  strerror(errno));
}

/* Tables, zero page...: what comes from no file of the user's, or from a part of one. */
static void write_boot_data(struct command *command, const struct cfg_boot_plan *plan)
{
	char path[4096];

	for (size_t i = 0; i < plan->load_count; i++) {
		const struct cfg_load *load = &plan->loads[i];

		snprintf(path, sizeof(path), "%s/%llx", command->boot_data, (unsigned long long)load->gpa);
		if (load->data)
			write_file(command, path, load->data, (size_t)load->size);
	}
}

static void compile_cell(struct command *command, struct cfg_board *board)
{
	struct cfg_cell *cell =
		cfg_cell_load(command->files[0], board, &command->options, &command->messages);
	const struct cfg_boot_plan *plan;
	size_t size;

	if (!cell)
		return;
	plan = cell_make_plan(cell, CFG_WARNING, &command->messages);
	if (plan) {
		const void *blob = cfg_cell_blob(cell, &size);

		write_file(command, command->output, blob, size);
	}
	if (plan && command->boot_data)
		write_boot_data(command, plan);
	if (plan && command->dtb && plan->dtb)
		write_file(command, command->dtb, plan->dtb, plan->dtb_size);
	else if (plan && command->dtb)
		error_add(&command->messages, RULE_GUEST_TREE, ((struct place){ command->files[0], 0, 0 }),
			  "write 'devicetree: generate' below 'boot'",
			  "no device tree is generated for this cell");
	cfg_cell_free(cell);
}

static int command_compile(struct command *command)
{
	struct cfg_board *board;
	const void *blob;
	size_t size;

	if (command->file_count != 1 || !command->output)
		return wrong_usage("compile needs one file and -o FILE");
	board = cfg_board_load(command->board ? command->board : command->files[0], &command->options,
			       &command->messages);
	if (board && command->board) {
		compile_cell(command, board);
	} else if (board) {
		blob = cfg_board_blob(board, &size);
		write_file(command, command->output, blob, size);
	}
	cfg_board_free(board);
	return finish(command, 0);
}

/* ---- dump ---- */

static int command_dump(struct command *command)
{
	size_t size;
	void *blob;
	int code;

	if (command->file_count != 1)
		return wrong_usage("dump needs one file");
	blob = file_read(command->files[0], 1u << 20, &size);
	if (!blob) {
		error_add(&command->messages, RULE_FILE_READ, ((struct place){ command->files[0], 0, 0 }),
			  NULL, "cannot be read: %s", strerror(errno));
		return finish(command, 0);
	}
	code = dump_blob(stdout, blob, size);
	free(blob);
	return code ? EXIT_WRONG : 0;
}

/* ---- the language itself ---- */

static int print_language(struct command *command, void (*print)(FILE *out, enum bh_config_kind kind))
{
	const char *what = command->file_count == 1 ? command->files[0] : "";

	if (strcmp(what, "board") && strcmp(what, "cell"))
		return wrong_usage("of what? 'board' or 'cell'");
	print(stdout, strcmp(what, "board") ? BH_CONFIG_CELL : BH_CONFIG_SYSTEM);
	return 0;
}

static int command_keys(struct command *command)
{
	return print_language(command, schema_print);
}

static int command_schema(struct command *command)
{
	return print_language(command, schema_print_json);
}

static int command_reference(struct command *command)
{
	if (command->man)
		reference_print_man(stdout);
	else
		reference_print(stdout);
	return 0;
}

/* ---- options ---- */

#define OPTION_DTB 256
#define OPTION_MAN 257
#define OPTION_BOOT_DATA 258

static int parse_format(const char *name, enum cfg_format *format)
{
	static const char *const names[] = {
		[CFG_TEXT] = "text", [CFG_JSON] = "json", [CFG_GCC] = "gcc", [CFG_SARIF] = "sarif"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i])) {
			*format = (enum cfg_format)i;
			return 0;
		}
	}
	return -1;
}

static int parse_options(struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "board", required_argument, NULL, 'b' },
		{ "devicetree", required_argument, NULL, 't' },
		{ "images", required_argument, NULL, 'i' },
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "dtb", required_argument, NULL, OPTION_DTB },
		{ "boot-data", required_argument, NULL, OPTION_BOOT_DATA },
		{ "json", no_argument, NULL, 'j' },
		{ "man", no_argument, NULL, OPTION_MAN },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	optind = 0; /* the caller may have used getopt before */
	while ((option = getopt_long(argc, argv, "b:t:i:f:o:h", options, NULL)) != -1) {
		switch (option) {
		case 'b':
			command->board = optarg;
			break;
		case 't':
			command->options.devicetree = optarg;
			break;
		case 'i':
			command->options.images = optarg;
			break;
		case 'f':
			if (parse_format(optarg, &command->format))
				return wrong_usage("--format is text, json, gcc or sarif");
			break;
		case 'j':
			command->format = CFG_JSON;
			break;
		case 'o':
			command->output = optarg;
			break;
		case OPTION_DTB:
			command->dtb = optarg;
			break;
		case OPTION_BOOT_DATA:
			command->boot_data = optarg;
			break;
		case OPTION_MAN:
			command->man = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			return -1;
		default:
			return wrong_usage("wrong option");
		}
	}
	command->files = argv + optind;
	command->file_count = argc - optind;
	return 0;
}

int cfg_command(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct command *command);
	} commands[] = { { "check", command_check },   { "compile", command_compile },
			 { "dump", command_dump },     { "keys", command_keys },
			 { "schema", command_schema }, { "reference", command_reference } };
	struct command command = { .format = CFG_TEXT };
	int code;

	if (argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))) {
		fputs(usage, stdout);
		return 0;
	}
	for (size_t i = 0; argc >= 2 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		code = parse_options(&command, argc - 1, argv + 1);
		return code ? code < 0 ? 0 : code : commands[i].run(&command);
	}
	return wrong_usage(argc < 2 ? "say what to do" : "unknown command");
}
