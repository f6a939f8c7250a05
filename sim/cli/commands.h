/* commands.h: the commands; main.c has their table. */
#ifndef SIM_CLI_COMMANDS_H
#define SIM_CLI_COMMANDS_H

#include "sim/cli/options.h"

extern const struct command command_run, command_gate, command_check, command_replay, command_real,
    command_report, command_analyze, command_contract, command_list;

#endif
