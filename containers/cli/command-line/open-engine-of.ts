import fs from 'node:fs';
import path from 'node:path';

import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import {
  ENGINE_SETTINGS,
  type EngineSettings,
  findEngineConflicts,
} from '../../../shared/config/groups/engine-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { type ParsedSettings, parseSettings } from '../../../shared/config/parse-settings.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';
import { lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { LedgerTableMissingError } from '../../../shared/engine/errors.ts';
import { type EngineOptions, openEngine } from '../../../shared/engine/open-engine.ts';
import type { FleetLine } from '../../../shared/proving-job/fleet-line.ts';
import { addNetwork } from './add-network.ts';
import { exportAwsVariables } from './export-aws-variables.ts';

const { engine, awsPrefix, awsRegion, awsEndpoint, dataDirectory, engineDirectory, proofStore } =
  ENGINE_SETTINGS.settings;

/** What a command that works on a fleet needs to find it. */
export const FLEET_GROUPS: readonly SettingGroup[] = [
  {
    title: 'Where the fleet is',
    settings: {
      engine,
      dataDirectory,
      network: L1_SETTINGS.settings.network,
      engineDirectory,
      awsPrefix,
      awsRegion,
      awsEndpoint,
      proofStore,
    },
  },
  ENV_FILE_GROUP,
];

/** The settings of these groups that most operators need. */
export const BRIEF_FLEET_GROUPS: readonly SettingGroup[] = [
  {
    title: 'Where the fleet is',
    settings: { engine, dataDirectory, network: L1_SETTINGS.settings.network, awsPrefix, awsRegion },
  },
];

/** The settings lead to no fleet. */
export class NoFleetError extends Error {
  override readonly name = 'NoFleetError';
  /** A folder, or the name of a table. */
  readonly place: string;

  constructor(place: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.place = place;
  }
}

/** Reads where the fleet is, the network's defaults included. */
export async function readFleetSettings(
  environment: Readonly<Record<string, string>>,
): Promise<ParsedSettings<EngineSettings>> {
  const withNetwork = await addNetwork(environment, []);
  return parseSettings([ENGINE_SETTINGS, ...FLEET_GROUPS], withNetwork.environment, findEngineConflicts);
}

/**
 * Opens the engine of an existing fleet, and never creates one.
 * @param environment where AWS's own variables are taken from
 * @throws {NoFleetError}
 */
export async function openEngineOf(
  settings: EngineSettings,
  environment: Readonly<Record<string, string>>,
): Promise<Engine> {
  const options = engineOptionsOf(settings);
  if (options.engine === 'aws') {
    exportAwsVariables(environment);
    const fleet = await assertOnAws(await openEngine(options));
    const lines = options.lines === undefined ? await linesOf(fleet) : undefined;
    if (lines === undefined) return fleet;
    await fleet.close();
    return openEngine({ ...options, lines });
  }
  const { dataDirectory: directory } = options;
  if (!fs.existsSync(path.join(directory, 'coppice.sqlite'))) {
    const parent = path.dirname(directory);
    const advice = fs.existsSync(path.join(parent, 'coppice.sqlite'))
      ? `there is one in ${parent}: give --data-directory ${path.dirname(parent)}`
      : 'give its --data-directory or its --network';
    throw new NoFleetError(directory, `no fleet in ${directory} yet: ${advice}`);
  }
  return openEngine(options);
}

/** The fleet's version lines, as its scaler notes them; `undefined` where it has the native line alone. */
async function linesOf({ notes }: Engine): Promise<readonly FleetLine[] | undefined> {
  const { value } = await lineStandingsNote(notes).find();
  return value?.lines.map(({ name, version }) => ({ name, version }));
}

/** Where a fleet is, for people: `embedded, /var/lib/coppice` or `aws, prefix coppice in eu-west-1`. */
export function describePlace(options: EngineOptions): string {
  if (options.engine === 'embedded') return `embedded, ${options.dataDirectory}`;
  const region = options.connection.region ?? process.env['AWS_REGION'];
  return `aws, prefix ${options.prefix}${region === undefined ? '' : ` in ${region}`}`;
}

async function assertOnAws(fleet: Engine): Promise<Engine> {
  try {
    await fleet.epochs.latest(1);
    return fleet;
  } catch (error) {
    await fleet.close();
    if (!(error instanceof LedgerTableMissingError)) throw error;
    throw new NoFleetError(error.table, `no fleet found: ${error.message}`, { cause: error });
  }
}
