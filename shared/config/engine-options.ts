import path from 'node:path';

import type { EngineOptions } from '../engine/open-engine.ts';
import type { ENGINE_SETTINGS } from './engine-settings.ts';
import type { SettingsOf } from './setting.ts';

export type EngineSettings = SettingsOf<(typeof ENGINE_SETTINGS)['settings']>;

/** The engine that the settings ask for; the same for every process that has the same settings. */
export function engineOptionsOf(settings: EngineSettings): EngineOptions {
  return {
    engine: settings.engine,
    dataDirectory: path.resolve(settings.engineDirectory ?? path.join(settings.dataDirectory, 'coppice')),
    ...(settings.proofStoreDirectory === undefined ? {} : { proofsDirectory: settings.proofStoreDirectory }),
    leaseSeconds: settings.leaseSeconds,
    attemptBudgets: {
      'lost-agent': settings.attemptsLostAgent,
      'out-of-memory': settings.attemptsOutOfMemory,
      'time-out': settings.attemptsTimeOut,
      failure: settings.attemptsFailure,
      'corrupt-inputs': settings.attemptsCorruptInputs,
    },
  };
}
