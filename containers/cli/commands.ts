import type { Command } from './command-line/command.ts';
import { completionCommand } from './describe/completion-command.ts';
import { schemaCommand } from './describe/schema-command.ts';
import { VERSION_COMMAND } from './describe/version-command.ts';
import { DRILL_COMMAND } from './drill/drill-command.ts';
import { CONSOLE_COMMAND } from './inspect/console-command.ts';
import { COST_COMMAND } from './inspect/cost-command.ts';
import { EPOCHS_COMMAND } from './inspect/epochs-command.ts';
import { JOBS_COMMAND } from './inspect/jobs-command.ts';
import { STATUS_COMMAND } from './inspect/status-command.ts';
import { TREE_COMMAND } from './inspect/tree-command.ts';
import { WAIT_COMMAND } from './inspect/wait-command.ts';
import { WATCH_COMMAND } from './inspect/watch-command.ts';
import { WHY_COMMAND } from './inspect/why-command.ts';
import { CANARY_COMMAND } from './local/canary-command.ts';
import { CRS_COMMAND } from './local/crs-command.ts';
import { DEVNET_COMMAND } from './local/devnet-command.ts';
import { REDRIVE_COMMAND } from './repair/redrive-command.ts';
import { RETRY_COMMAND } from './repair/retry-command.ts';
import { DOCTOR_COMMAND } from './start/doctor-command.ts';
import { START_COMMAND } from './start/start-command.ts';

/** The commands that do something; the others describe them. */
const WORKING_COMMANDS: readonly Command[] = [
  START_COMMAND,
  DOCTOR_COMMAND,
  STATUS_COMMAND,
  WATCH_COMMAND,
  CONSOLE_COMMAND,
  EPOCHS_COMMAND,
  TREE_COMMAND,
  JOBS_COMMAND,
  WHY_COMMAND,
  WAIT_COMMAND,
  COST_COMMAND,
  RETRY_COMMAND,
  REDRIVE_COMMAND,
  DRILL_COMMAND,
  CRS_COMMAND,
  DEVNET_COMMAND,
  CANARY_COMMAND,
  VERSION_COMMAND,
];

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...WORKING_COMMANDS,
  schemaCommand(WORKING_COMMANDS),
  completionCommand(() => COMMANDS),
];
