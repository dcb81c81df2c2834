import fs from 'node:fs';
import path from 'node:path';

import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from '../../../shared/config/groups/engine-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { LedgerTableMissingError } from '../../../shared/engine/errors.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { addNetwork } from './add-network.ts';
import { adoptAwsVariables } from './adopt-aws-variables.ts';
import type { CommandLine } from './read-command-line.ts';

const { engine, awsPrefix, awsRegion, awsEndpoint, dataDirectory, engineDirectory, proofStore } =
  ENGINE_SETTINGS.settings;

/** What a command that looks at a fleet has to be told to find it. */
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

/** There is nothing to look at where the settings lead to. */
export class NoFleetError extends Error {
  override readonly name = 'NoFleetError';
  /** A folder, or the name of a table. */
  readonly place: string;

  constructor(place: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.place = place;
  }
}

/**
 * Opens the engine of a fleet to look at it, and makes none where there is none.
 * @param problems what is wrong beside the settings
 * @throws {InvalidSettingsError} with all that is wrong
 * @throws {NoFleetError}
 */
export async function openEngineOf(line: CommandLine, problems: readonly string[] = []): Promise<Engine> {
  const { environment } = await addNetwork(line.environment, { isForNode: false });
  const parsed = parseSettings([ENGINE_SETTINGS, ...FLEET_GROUPS], environment, findEngineConflicts);
  const allProblems = [...line.problems, ...problems, ...parsed.problems];
  if (parsed.settings === undefined || allProblems.length > 0) throw new InvalidSettingsError(allProblems);
  const options = engineOptionsOf(parsed.settings);
  if (options.engine === 'aws') {
    adoptAwsVariables(environment);
    return assertOnAws(await openEngine(options));
  }
  const { dataDirectory: directory } = options;
  if (!fs.existsSync(path.join(directory, 'coppice.sqlite'))) {
    throw new NoFleetError(
      directory,
      `no fleet has worked in ${directory} yet: name its --data-directory, or its --network`,
    );
  }
  return openEngine(options);
}

async function assertOnAws(fleet: Engine): Promise<Engine> {
  try {
    await fleet.epochs.latest(1);
    return fleet;
  } catch (error) {
    await fleet.close();
    if (!(error instanceof LedgerTableMissingError)) throw error;
    throw new NoFleetError(error.table, `no fleet is here: ${error.message}`, { cause: error });
  }
}
