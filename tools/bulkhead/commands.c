// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of commands. Help, manual page and shell completion are made from it, and only from it. */
#include "cli.h"

#include <stddef.h>

/* clang-format off */
#define END { NULL, 0, NULL, NULL }
#define JSON { "json", 0, NULL, "print JSON" }
/* clang-format on */

const struct cli_option cli_common[] = {
	{ "help", 'h', NULL, "show the help of this command" },
	{ "quiet", 'q', NULL, "show no progress" },
	END,
};

static const struct cli_option enable_options[] = {
	{ "check-only", 0, NULL, "only say what would hinder it, and try the initialization on one CPU" },
	{ "inject-fault", 0, "STEP[:CPU[:timeout]]",
	  "let this step of enabling fail, on that CPU (its place in the board file) or on any, as an error "
	  "or as a CPU that does not answer; for tests, needs a hypervisor with CONFIG_FAULT_INJECTION" },
	END,
};

static const struct cli_option disable_options[] = {
	{ "destroy-cells", 0, NULL, "destroy all guest cells first" },
	END,
};

static const struct cli_option json_options[] = { JSON, END };

static const struct cli_option create_options[] = {
	{ "board", 'b', "BOARD.yaml", "check against this board file, not the one that 'enable' was given" },
	END,
};

static const struct cli_option stop_options[] = {
	{ "timeout", 't', "TIME",
	  "time that the guest gets to answer, instead of 'stop-timeout' of its file" },
	END,
};

static const struct cli_option destroy_options[] = {
	{ "all", 'a', NULL, "destroy all guest cells" },
	END,
};

static const struct cli_option wait_options[] = {
	{ "for", 'f', "STATE[,STATE...]", "states to wait for (stopped,failed)" },
	{ "timeout", 't', "TIME", "give up after that time, with exit code 5" },
	END,
};

static const struct cli_option list_options[] = {
	JSON,
	{ "names", 0, NULL, "print only the names of the guest cells" },
	END,
};

static const struct cli_option watch_options[] = {
	{ "once", 0, NULL, "look at what has ended by now, and end" },
	END,
};

static const struct cli_option console_options[] = {
	{ "follow", 'f', NULL, "only print; send nothing; end when the cell is destroyed" },
	{ "dump", 'd', NULL, "print what is there, and end" },
	{ "new", 'n', NULL, "leave out what was printed before" },
	{ "send", 's', "TEXT", "send TEXT and the return key instead of what is typed" },
	{ "until", 'u', "TEXT", "end as soon as TEXT appears in the output" },
	{ "timeout", 't', "TIME", "give up after that time, with exit code 5 if --until was given" },
	{ "escape", 'e', "KEY",
	  "the key that ends the console: a letter for Ctrl and this letter, or 'none' (])" },
	END,
};

static const struct cli_option log_options[] = {
	{ "follow", 'f', NULL, "go on printing new lines" },
	{ "crash", 0, NULL, "print what the hypervisor died of" },
	JSON,
	END,
};

#define DEVICETREE                                                                        \
	{                                                                                 \
		"devicetree", 't', "FILE", "a .dtb in place of the one of the board file" \
	}

#define IMAGES                                                                         \
	{                                                                              \
		"images", 'i', "DIR", "where relative image paths are looked up first" \
	}

#define FORMAT                                                                          \
	{                                                                               \
		"format", 'f', "FORM", "form of the messages: text, json, gcc or sarif" \
	}

static const struct cli_option check_options[] = { DEVICETREE, IMAGES, FORMAT, JSON, END };

static const struct cli_option compile_options[] = {
	{ "output", 'o', "FILE", "where the blob goes" },
	{ "board", 'b', "FILE", "board file, or a system blob, that a cell is for" },
	{ "dtb", 0, "FILE", "of a cell: also write its device tree" },
	{ "boot-data", 0, "DIR", "of a cell: also write what is made for its guest, by address" },
	DEVICETREE,
	IMAGES,
	FORMAT,
	END,
};

static const struct cli_option reference_options[] = {
	{ "man", 0, NULL, "as the manual page bulkhead.yaml(5)" },
	END,
};

static const struct cli_option show_options[] = {
	DEVICETREE,
	IMAGES,
	{ "html", 0, "FILE", "write the map as one HTML file with drawings, for any browser" },
	JSON,
	END,
};

#define SYSROOT                                                                                         \
	{                                                                                               \
		"sysroot", 0, "DIR",                                                                    \
			"directory that holds /proc, /sys, /dev and /lib of the machine, in place of /" \
	}

static const struct cli_option config_create_options[] = {
	{ "output", 'o', "FILE", "write the board file there and not to standard output" },
	{ "name", 'n', "NAME", "name of the board, if not that of the machine" },
	{ "memory", 'm', "SIZE",
	  "how much RAM to propose where none is set aside yet (half of the largest bank)" },
	{ "hypervisor", 0, "SIZE", "how much of it is the hypervisor's own (16M)" },
	{ "overlay", 0, "FILE.dts", "also write a device tree overlay that sets the RAM aside" },
	{ "devicetree", 't', "FILE", "a .dtb in place of the running machine" },
	SYSROOT,
	END,
};

static const struct cli_option carve_options[] = {
	{ "timeout", 't', "TIME", "how long Linux may take to clear one block (10s)" },
	END,
};

static const struct cli_option machine_options[] = {
	{ "devicetree", 't', "FILE", "a .dtb in place of the running machine" },
	SYSROOT,
	JSON,
	END,
};

static const struct cli_option help_options[] = {
	{ "man", 0, NULL, "print the manual page" },
	{ "completion", 0, "SHELL", "print the completion for bash, zsh or fish" },
	END,
};

const struct cli_command cli_commands[] = {
	{ "enable", "BOARD.yaml", 1, 1, "yaml", "put the hypervisor under the running Linux",
	  "Checks everything first and names all hindrances at once, each with what mends it. When enabling "
	  "fails, "
	  "the hypervisor is taken away again and Linux goes on as before.",
	  enable_options, cmd_enable },
	{ "disable", "", 0, 0, "", "take the hypervisor away from under the running Linux",
	  "Refused while guest cells exist, unless --destroy-cells is given.", disable_options, cmd_disable },
	{ "status", "", 0, 0, "", "say whether the hypervisor is enabled, and what it has left",
	  "The exit code is 0 when the hypervisor is enabled and 4 when not.", json_options, cmd_status },
	{ "cell create", "VM.yaml", 1, 1, "yaml", "make a cell: take CPUs and memory from the root cell",
	  "The file is checked against the board that is enabled; the CPUs go offline in Linux. Nothing is "
	  "changed "
	  "when it fails.",
	  create_options, cmd_cell_create },
	{ "cell load", "NAME [FILE[@ADDRESS]...]", 1, -1, "file", "write the images into a cell's memory",
	  "Without files, those that the cell's own file names: kernel, initrd and device tree. With files, "
	  "each is "
	  "written to its guest-physical ADDRESS; without an address, to the start of the first loadable "
	  "region. "
	  "Possible in the states created, loading, stopped and failed.",
	  NULL, cmd_cell_load },
	{ "cell start", "NAME", 1, 1, "cell", "let a loaded cell run", "", NULL, cmd_cell_start },
	{ "cell boot", "VM.yaml", 1, 1, "yaml", "create, load and start in one",
	  "When loading or starting fails, the cell is destroyed again.", create_options, cmd_cell_boot },
	{ "cell stop", "NAME", 1, 1, "cell", "ask the guest to shut down, and stop it at the deadline",
	  "The request stands in the communication page. A guest that has not answered at the deadline, or "
	  "that has "
	  "no such page, is stopped by force.",
	  stop_options, cmd_cell_stop },
	{ "cell kill", "NAME", 1, 1, "cell", "stop a cell at once", "", NULL, cmd_cell_kill },
	{ "cell suspend", "NAME", 1, 1, "cell", "halt the CPUs of a running cell",
	  "Memory and state of the CPUs stay as they are until 'cell resume'.", NULL, cmd_cell_suspend },
	{ "cell resume", "NAME", 1, 1, "cell", "let a suspended cell go on", "", NULL, cmd_cell_resume },
	{ "cell restart", "NAME", 1, 1, "cell", "stop, load again and start",
	  "The images come from the file that the cell was created with.", stop_options, cmd_cell_restart },
	{ "cell destroy", "NAME | --all", 0, 1, "cell", "take a cell down and give back what it had",
	  "A running cell is stopped by force. Its memory is filled with zeros before Linux sees it again, "
	  "its CPUs "
	  "come back online.",
	  destroy_options, cmd_cell_destroy },
	{ "cell wait", "NAME", 1, 1, "cell", "wait until a cell is in a state", "", wait_options,
	  cmd_cell_wait },
	{ "cell list", "", 0, 0, "", "list the cells", "", list_options, cmd_cell_list },
	{ "cell show", "NAME", 1, 1, "cell", "show all of one cell: CPUs, memory, why it stopped", "",
	  json_options, cmd_cell_show },
	{ "cell stats", "[NAME]", 0, 1, "cell", "count what made the CPUs enter the hypervisor",
	  "One line for each event, one column for each CPU of the cell; without NAME, all CPUs.",
	  json_options, cmd_cell_stats },
	{ "watch", "", 0, 0, "", "start cells again as 'restart' of their files says",
	  "Runs until it is ended, best as the service bulkhead-watch. 'when: failed' is about cells that the "
	  "hypervisor or the watchdog stopped or that reported a crash, 'when: always' also about guests that switched "
	  "themselves off or asked for a reset. What the user stops stays stopped. After 'limit' restarts within its "
	  "time a cell is left as it is, until somebody starts it.",
	  watch_options, cmd_watch },
	{ "console", "NAME", 1, 1, "cell", "type into a cell's console and read from it",
	  "On a terminal, Ctrl-] leaves the console. When standard input is a file or a pipe, all of it is "
	  "sent, and "
	  "the command ends when the guest has been silent for a second after that. It ends also when the "
	  "cell "
	  "stops.\n\n"
	  "A script that wants an answer: bulkhead console linux --send 'uname -a' --until '# ' --timeout 10",
	  console_options, cmd_console },
	{ "log", "", 0, 0, "", "print the hypervisor's log",
	  "The log survives 'disable', until the driver is unloaded.", log_options, cmd_log },
	{ "memory carve", "SIZE", 1, 1, "",
	  "let the running Linux give RAM away for the hypervisor and its cells",
	  "For a machine that was started without 'mem=', 'memmap=' or a reserved-memory node. RAM goes in blocks of "
	  "one size (see 'memory list'), and in one piece, as near to its end as Linux lets it: it moves elsewhere "
	  "what is in a block, and keeps those of which it cannot. When there is no such piece, all stays as it was. "
	  "'config create' then makes a board file of it. It lasts until 'memory return' or the next boot. Kernels of "
	  "AArch64 give nothing away that they were started with.",
	  carve_options, cmd_memory_carve },
	{ "memory list", "", 0, 0, "", "say which RAM Linux has, and which it gave away", "", json_options,
	  cmd_memory_list },
	{ "memory return", "", 0, 0, "", "give Linux back the RAM that is offline",
	  "The hypervisor must not be enabled on it.", NULL, cmd_memory_return },
	{ "config create", "", 0, 0, "", "write a board file for this machine",
	  "What is written passes 'config check' and can be given to 'enable' as it is: memory for hypervisor and "
	  "cells is what the device tree reserves for us (a node whose name starts with 'bulkhead', no-map) or what "
	  "the kernel parameter 'mem=' leaves over, or what 'memory carve' took. Where there is no such memory, the "
	  "command says what to do and "
	  "fails; --overlay writes the source of a device tree overlay (dtc -@ -o x.dtbo x.dts).\n\n"
	  "With --devicetree only the tree is looked at, and a place in it is proposed.",
	  config_create_options, cmd_config_create },
	{ "config diff", "BOARD.yaml", 1, 1, "yaml",
	  "compare a board file, or a compiled one, with this machine",
	  "Machine, CPUs and their order, RAM, interrupt controller, and whether the memory of hypervisor and pool is "
	  "set aside. The exit code is 0 if all is the same, 1 if something differs, and 3 if the file is wrong or for "
	  "another machine.",
	  machine_options, cmd_config_diff },
	{ "config show", "BOARD.yaml [VM.yaml...]", 1, -1, "yaml",
	  "draw the partition map of a board and its cells",
	  "Memory, CPUs, interrupts and devices: who has what when all these cells run, and what is left over. In a "
	  "terminal the map has colours, unless NO_COLOR is set; elsewhere each owner has a letter. The files are "
	  "checked as by 'config check' first.",
	  show_options, cmd_config_show },
	{ "config check", "BOARD.yaml [VM.yaml...]", 1, -1, "yaml", "check board and cell files",
	  "All files by themselves and against each other, and those that the board file lists in 'guests'. "
	  "Everything that is wrong is said in one run, with file, line, column and what mends it. The exit code "
	  "is 3 if something is wrong.",
	  check_options, cmd_config },
	{ "config compile", "BOARD.yaml | VM.yaml", 1, 1, "yaml", "write the blob of a board or cell file",
	  "The blob is what driver and hypervisor take, and check again. The same files give the same bytes.",
	  compile_options, cmd_config },
	{ "config dump", "FILE", 1, 1, "file", "print a blob as the file that compiles to it",
	  "A blob that is wrong is not shown, but why it is refused; the exit code is then 3.", NULL,
	  cmd_config },
	{ "config keys", "board | cell", 1, 1, "", "list what can stand in a board or cell file", "", NULL,
	  cmd_config },
	{ "config schema", "board | cell", 1, 1, "", "print the JSON Schema of a board or cell file",
	  "For editors, which then complete keys and mark mistakes while one types.", NULL, cmd_config },
	{ "config reference", "", 0, 0, "", "print the reference of board and cell files and of all rules",
	  "", reference_options, cmd_config },
	{ "hardware check", "[BOARD.yaml]", 0, 1, "yaml", "say whether this machine can run the hypervisor",
	  "CPUs, virtualization, interrupt controller, IOMMU, reserved memory, firmware, kernel, driver: each line is "
	  "ok, warn or FAIL, with what mends it. No driver is needed. With a board file, a driver that is "
	  "loaded is asked, too. The exit code is 1 if a line says FAIL.",
	  machine_options, cmd_hardware_check },
	{ "help", "[COMMAND...]", 0, 2, "", "show the help of a command", "", help_options, cmd_help },
	{ NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL },
};
