import type { Environment, ParsedSettings } from '../../../shared/config/parse-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import type { EngineOptions } from '../../../shared/engine/open-engine.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { explainError } from '../../processes/explain-error.ts';
import type { Line } from '../../terminal/line.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { type JsonOutput, toDocument } from '../json/json-output.ts';
import type { Command } from './command.ts';
import { BRIEF_FLEET_GROUPS, describePlace, FLEET_GROUPS, openEngineOf, readFleetSettings } from './open-engine-of.ts';

/** Settings of one command, besides where the fleet is. */
export interface CommandOptions<Options> {
  readonly groups: readonly SettingGroup[];
  parse(environment: Environment): ParsedSettings<Options>;
}

export const NO_OPTIONS: CommandOptions<object> = { groups: [], parse: () => ({ problems: [], settings: {} }) };

export interface FleetCommandInput<Argument, Options> {
  /** Where the fleet is, for people. */
  readonly place: string;
  readonly engineOptions: EngineOptions;
  readonly argument: Argument;
  readonly options: Options;
  readonly switches: ReadonlySet<string>;
}

/** A command that works on the engine of a fleet, and needs no running process of it. */
export interface EngineCommand<Argument, Options> extends Omit<Command<Argument>, 'groups' | 'briefGroups' | 'run'> {
  readonly options: CommandOptions<Options>;
  /** @returns the exit code */
  readonly execute: (engine: Engine, input: FleetCommandInput<Argument, Options>) => Promise<number>;
}

/** One that reads or changes something, and prints the result. */
export interface FleetCommand<Argument, Options, Result> extends Omit<
  EngineCommand<Argument, Options>,
  'execute' | 'output'
> {
  readonly output: JsonOutput;
  readonly execute: (engine: Engine, input: FleetCommandInput<Argument, Options>) => Promise<Result>;
  /** The result for people. */
  readonly render: (result: Result, switches: ReadonlySet<string>) => readonly Line[];
  /** The result as `output` describes it, but for the times: they are moments in milliseconds. @default the result itself */
  readonly toJson?: (result: Result) => object;
}

/** Adds what all of them share: find the fleet, open its engine, close it. */
export function engineCommand<Argument, Options extends object>({
  options,
  execute,
  ...command
}: EngineCommand<Argument, Options>): Command<Argument> {
  return {
    ...command,
    groups: [...options.groups, ...FLEET_GROUPS],
    briefGroups: [...options.groups, ...BRIEF_FLEET_GROUPS],
    run: async ({ environment, argument, switches, problems }) => {
      const fleet = await readFleetSettings(environment);
      const parsed = options.parse(environment);
      const all = [...problems, ...parsed.problems, ...fleet.problems];
      if (all.length > 0 || argument === undefined || parsed.settings === undefined || fleet.settings === undefined) {
        throw new InvalidSettingsError(all);
      }
      let engine: Engine | undefined;
      try {
        engine = await openEngineOf(fleet.settings, environment);
        return await execute(engine, {
          place: describePlace(engineOptionsOf(fleet.settings)),
          engineOptions: engineOptionsOf(fleet.settings),
          argument: argument.value,
          options: parsed.settings,
          switches,
        });
      } catch (error) {
        const explanation = explainError(error, engineOptionsOf(fleet.settings));
        throw explanation === undefined ? error : new Error(explanation, { cause: error });
      } finally {
        await engine?.close();
      }
    },
  };
}

/** The same, and prints the result. */
export function fleetCommand<Argument, Options extends object, Result extends object>({
  execute,
  render,
  toJson = (result) => result,
  ...command
}: FleetCommand<Argument, Options, Result>): Command<Argument> {
  return engineCommand({
    ...command,
    execute: async (engine, input) => {
      const result = await execute(engine, input);
      if (input.switches.has('json')) printJson(toDocument(command.output, toJson(result)));
      else printLines(render(result, input.switches));
      return EXIT_CODES.done;
    },
  });
}
