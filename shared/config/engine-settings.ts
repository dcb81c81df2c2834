import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { DEFAULT_ATTEMPT_BUDGETS, type AttemptCause } from '../ledger/job-ledger.ts';
import { optional, withDefault, type Setting, type SettingGroup } from './setting.ts';
import { integer, kind, path } from './value-kinds.ts';

const engineName = kind(z.literal('embedded'), 'embedded (the engine aws is not part of this version)', '<name>');

/** Where proofs lie, as Aztec names it: a URL. Becomes a path. */
const proofStoreUrl = kind(
  z
    .string()
    .regex(/^file:\/\/\/[^?#]+$/)
    .refine((url) => URL.canParse(url))
    .transform((url) => fileURLToPath(url)),
  'file:// and an absolute path (s3:// and gs:// are not part of this version)',
  '<url>',
);

function attempts(cause: AttemptCause, description: string): Setting<number, 'defaulted'> {
  return withDefault(integer(1, 1000), String(DEFAULT_ATTEMPT_BUDGETS[cause]), {
    flag: `attempts-${cause}`,
    variable: `COPPICE_ATTEMPTS_${cause.toUpperCase().replaceAll('-', '_')}`,
    description,
  });
}

/** Where the queue, the ledger and the proofs live, and how long a job may be held. Every process of a fleet has the same. */
export const ENGINE_SETTINGS = {
  title: 'Engine: queue, ledger and proofs',
  settings: {
    engine: withDefault(engineName, 'embedded', {
      flag: 'engine',
      variable: 'COPPICE_ENGINE',
      description: 'embedded: SQLite and files, for the processes of one machine',
    }),
    dataDirectory: withDefault(path, 'data', {
      flag: 'data-directory',
      variable: 'DATA_DIRECTORY',
      description: "Folder of all that is kept: the chain's data, the ledger, the proofs",
    }),
    engineDirectory: optional(path, {
      flag: 'engine-directory',
      variable: 'COPPICE_ENGINE_DIRECTORY',
      description: 'Folder of the queue and the ledger',
      defaultNote: 'coppice in the data directory',
    }),
    proofStoreDirectory: optional(proofStoreUrl, {
      flag: 'proverNode.proofStore',
      flagAliases: ['proverAgent.proofStore'],
      variable: 'PROVER_PROOF_STORE',
      description: 'Where the inputs and proofs of jobs are kept',
      defaultNote: "proofs in the engine's directory",
    }),
    leaseSeconds: withDefault(integer(3, 43_200), '30', {
      flag: 'lease-seconds',
      variable: 'COPPICE_LEASE_SECONDS',
      description: 'How long a job is held without a heartbeat; agents send one each third of it',
    }),
    sweepSeconds: withDefault(integer(1, 3600), '15', {
      flag: 'sweep-seconds',
      variable: 'COPPICE_SWEEP_SECONDS',
      description: 'How often the node looks for jobs that no message leads to',
    }),
    reconcileSeconds: withDefault(integer(1, 3600), '5', {
      flag: 'reconcile-seconds',
      variable: 'COPPICE_RECONCILE_SECONDS',
      description: 'How often the node compares what it waits for with the ledger',
    }),
    attemptsLostAgent: attempts('lost-agent', 'Attempts a job may lose because its agent was lost'),
    attemptsOutOfMemory: attempts('out-of-memory', 'Attempts a job may lose because the memory did not suffice'),
    attemptsTimeOut: attempts('time-out', 'Attempts a job may lose because the prover took too long'),
    attemptsFailure: attempts('failure', 'Attempts a job may lose because the prover failed'),
    attemptsCorruptInputs: attempts('corrupt-inputs', 'Attempts a job may lose because its inputs could not be read'),
  },
} as const satisfies SettingGroup;
