import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { DRILL_GROUP, type DrillSettings } from '../../../shared/config/groups/drill-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { oneOf } from '../../../shared/config/value-kinds.ts';
import { Fault } from '../../../shared/drills/drill-record.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { InterruptedError, runInterruptibly } from '../../processes/interrupts.ts';
import { printJson, printLines, printNotices } from '../../terminal/print.ts';
import { optionalArgument } from '../command-line/argument.ts';
import type { Command } from '../command-line/command.ts';
import { engineCommand, type FleetCommandInput } from '../command-line/fleet-command.ts';
import { toDocument } from '../json/json-output.ts';
import { findAgentControl } from './agent-control.ts';
import { CONFIRMATION, confirmDrill } from './confirm-drill.ts';
import { DRILL_OUTPUT } from './drill-documents.ts';
import { planDrill } from './drill-plan.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { isNothing } from './losses.ts';
import { openAgentTasks } from './open-agent-tasks.ts';
import { renderFaults, renderPlan, renderReport } from './render-drill.ts';
import { type DrillReport, runDrill } from './run-drill.ts';

const FAULT = { ...oneOf(Fault.options), placeholder: 'FAULT' };

const ON_FLEET = engineCommand({
  name: 'drill',
  usage: 'FAULT',
  summary: 'bring one fault about on a running fleet, and report what it cost',
  explanation: [
    `FAULT is one of ${Fault.options.join(', ')}; --list says what each does. The command says what it will do, asks, hits one ` +
      'job or agent, waits until the fleet has recovered, and compares every job of the open epochs with what it was before. ' +
      'One drill runs at a time, and its fault ends by itself, or when the command is interrupted.',
    'It refuses a fleet on a live chain unless --live-chain names it, and an epoch whose predicted root is too near to its ' +
      'deadline. delay-settlement and fail-rpc need a fleet that was started with COPPICE_DRILLS=allowed, as does kill-agent ' +
      'for agents on ECS.',
    'Exit code 0: the fleet has recovered and nothing was lost. 1: something was lost, or nothing was done. 4: it has not ' +
      'recovered in time.',
  ],
  examples: [
    'coppice drill --list',
    'coppice drill kill-agent --dry-run',
    `coppice drill delay-settlement --seconds 20 --${CONFIRMATION} --json`,
  ],
  argument: optionalArgument(FAULT),
  switchTitle: 'Output and confirmation',
  switches: [
    { flag: 'list', description: 'List the faults, and do nothing' },
    { flag: 'dry-run', description: 'Say what would be done, and do nothing' },
    { flag: CONFIRMATION, description: 'Begin without asking' },
  ],
  exitCodes: ['timedOut', 'interrupted'],
  output: DRILL_OUTPUT,
  options: { groups: [DRILL_GROUP], parse: (environment) => parseSettings([DRILL_GROUP], environment) },
  execute: drill,
});

export const DRILL_COMMAND: Command<Fault | undefined> = {
  ...ON_FLEET,
  async run(line) {
    if (line.switches.has('list') && line.problems.length === 0) {
      if (line.switches.has('json')) printJson(toDocument(DRILL_OUTPUT, { kind: 'faults', faults: FAULT_KINDS }));
      else printLines(renderFaults());
      return EXIT_CODES.done;
    }
    if (line.argument?.value === undefined && line.problems.length === 0) {
      throw new InvalidSettingsError([`missing FAULT, ${FAULT.allowed}: coppice drill FAULT`]);
    }
    return ON_FLEET.run(line);
  },
};

async function drill(
  engine: Engine,
  { argument: fault, options, ...input }: FleetCommandInput<Fault | undefined, DrillSettings>,
): Promise<number> {
  if (fault === undefined) return EXIT_CODES.misused;
  const { switches, place } = input;
  const isJson = switches.has('json');
  const opened = await openAgentTasks(input.engineOptions);
  try {
    const plan = await planDrill(engine, {
      fault,
      seconds: options.drillSeconds,
      agentId: options.drillAgent,
      liveChain: options.drillLiveChain,
      minMarginSeconds: options.drillMinMarginSeconds,
      nowMs: Date.now,
      findControl: (agent) => findAgentControl(agent, { tasks: opened?.tasks }),
    });
    if (!isJson) printLines([...renderPlan(plan, place), []]);
    if (switches.has('dry-run')) {
      const agentId = plan.agent?.record.agentId;
      if (isJson) printJson(toDocument(DRILL_OUTPUT, { kind: 'plan', fault, seconds: plan.seconds, agentId }));
      return EXIT_CODES.done;
    }
    await confirmDrill(fault, { isConfirmed: switches.has(CONFIRMATION) });
    const report = await interruptibly((signal) =>
      runDrill(plan, {
        engine,
        id: randomUUID().slice(0, 8),
        by: `process ${process.pid} on ${hostname()}`,
        timeoutSeconds: options.drillTimeoutSeconds,
        signal,
        nowMs: Date.now,
      }),
    );
    if (report === undefined) return EXIT_CODES.interrupted;
    const { signs } = FAULT_KINDS[fault];
    if (isJson) printJson(toDocument(DRILL_OUTPUT, { kind: 'report', ...report, signs }));
    else printLines(renderReport(report));
    return exitCodeOf(report);
  } finally {
    opened?.close();
  }
}

export function exitCodeOf({ lost, recoveredAfterMs, failedRequests }: DrillReport): number {
  if (!isNothing(lost) || failedRequests === 0) return EXIT_CODES.failed;
  return recoveredAfterMs === undefined ? EXIT_CODES.timedOut : EXIT_CODES.done;
}

/** @returns `undefined` when the user has interrupted it */
async function interruptibly<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result | undefined> {
  try {
    return await runInterruptibly(work);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    printNotices([
      'interrupted: the drill and its fault have ended; an agent that it stopped or killed stays down until it is restarted',
    ]);
    return undefined;
  }
}
