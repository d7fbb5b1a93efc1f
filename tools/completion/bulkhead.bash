# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2207
# Made by 'bulkhead help --completion bash' from tools/bulkhead/commands.c. Do not edit.

_bulkhead_offer() {
	COMPREPLY=($(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}"))
}

_bulkhead_files() {
	local word=${COMP_WORDS[COMP_CWORD]}
	if [[ $1 ]]; then
		COMPREPLY=($(compgen -f -X "!*.$1" -- "$word") $(compgen -d -S / -- "$word"))
	else
		COMPREPLY=($(compgen -f -- "$word"))
	fi
}

_bulkhead() {
	local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options=
	if ((COMP_CWORD == 1)); then
		_bulkhead_offer " enable disable status cell watch console log memory config hardware help"
		return
	fi
	if [[ $command == cell ]]; then
		if ((COMP_CWORD == 2)); then
			_bulkhead_offer " create load start boot stop kill suspend resume restart destroy wait list show stats"
			return
		fi
		command="cell ${COMP_WORDS[2]}"
	fi
	if [[ $command == memory ]]; then
		if ((COMP_CWORD == 2)); then
			_bulkhead_offer " carve list return"
			return
		fi
		command="memory ${COMP_WORDS[2]}"
	fi
	if [[ $command == config ]]; then
		if ((COMP_CWORD == 2)); then
			_bulkhead_offer " create diff show check compile dump keys schema reference"
			return
		fi
		command="config ${COMP_WORDS[2]}"
	fi
	if [[ $command == hardware ]]; then
		if ((COMP_CWORD == 2)); then
			_bulkhead_offer " check"
			return
		fi
		command="hardware ${COMP_WORDS[2]}"
	fi
	case $command in
	"enable")
		options=" --check-only --inject-fault --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"disable")
		options=" --destroy-cells --help --quiet"
		;;
	"status")
		options=" --json --help --quiet"
		;;
	"cell create")
		options=" --board --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"cell load")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files ''; return; }
		;;
	"cell start")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell boot")
		options=" --board --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"cell stop")
		options=" --timeout --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell kill")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell suspend")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell resume")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell restart")
		options=" --timeout --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell destroy")
		options=" --all --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell wait")
		options=" --for --timeout --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell list")
		options=" --json --names --help --quiet"
		;;
	"cell show")
		options=" --json --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"cell stats")
		options=" --json --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"watch")
		options=" --once --help --quiet"
		;;
	"console")
		options=" --follow --dump --new --send --until --timeout --escape --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "$(bulkhead cell list --names 2>/dev/null)"; return; }
		;;
	"log")
		options=" --follow --crash --json --help --quiet"
		;;
	"memory carve")
		options=" --timeout --help --quiet"
		;;
	"memory list")
		options=" --json --help --quiet"
		;;
	"memory return")
		options=" --help --quiet"
		;;
	"config create")
		options=" --output --name --memory --hypervisor --overlay --devicetree --sysroot --help --quiet"
		;;
	"config diff")
		options=" --devicetree --sysroot --json --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"config show")
		options=" --devicetree --images --html --json --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"config check")
		options=" --devicetree --images --format --json --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"config compile")
		options=" --output --board --dtb --boot-data --devicetree --images --format --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"config dump")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files ''; return; }
		;;
	"config keys")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "board cell"; return; }
		;;
	"config schema")
		options=" --help --quiet"
		[[ $word == -* ]] || { _bulkhead_offer "board cell"; return; }
		;;
	"config reference")
		options=" --man --help --quiet"
		;;
	"hardware check")
		options=" --devicetree --sysroot --json --help --quiet"
		[[ $word == -* ]] || { _bulkhead_files yaml; return; }
		;;
	"help")
		options=" --man --completion --help --quiet"
		;;
	esac
	_bulkhead_offer "$options"
}

complete -o filenames -F _bulkhead bulkhead
