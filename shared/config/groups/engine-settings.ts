import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { DEFAULT_ATTEMPT_BUDGETS, type AttemptCause } from '../../ledger/job-ledger.ts';
import type { FleetLine } from '../../proving-job/fleet-line.ts';
import type { IsGiven } from '../parse-settings.ts';
import { nameOf, optional, withDefault, type Setting, type SettingGroup, type SettingsOf } from '../setting.ts';
import { httpUrl } from '../url-kinds.ts';
import { integer, kind, listOf, oneOf, path } from '../value-kinds.ts';

export const ENGINES = ['embedded', 'aws'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Leases that fit the engine: on one machine a lost agent is noticed sooner, and a heartbeat costs nothing. */
export const DEFAULT_LEASE_SECONDS: Readonly<Record<EngineName, number>> = { embedded: 30, aws: 120 };

/** A bucket's name is the strictest, and `<prefix>-medium-normal-dead-letters` the longest of a fleet's names. */
const awsPrefix = kind(
  z
    .string()
    .regex(/^[a-z0-9](-?[a-z0-9])*$/)
    .max(50),
  'up to 50 lower-case letters, digits and single dashes between them',
  '<prefix>',
);

/** Names of lines as `infra/config/line-config.ts` has them. */
const fleetLine = kind(
  z
    .string()
    .regex(/^[a-z][a-z0-9]{0,11}=\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/)
    .transform((text): FleetLine => {
      const [name = '', version = ''] = text.split('=');
      return { name, version };
    }),
  'the name of a version line and its version of Aztec, such as v6=6.0.0',
  '<line>',
);

const awsRegion = kind(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d+$/), 'a region, such as eu-central-1', '<region>');

/** Where proofs are stored. */
export type ProofStoreLocation = { readonly directory: string } | { readonly bucket: string };

/** As Aztec names it: a URL. */
const proofStoreUrl = kind(
  z.union([
    z
      .string()
      .regex(/^file:\/\/\/[^?#]+$/)
      .refine((url) => URL.canParse(url))
      .transform((url): ProofStoreLocation => ({ directory: fileURLToPath(url) })),
    z
      .string()
      .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/?$/)
      .transform((url): ProofStoreLocation => ({ bucket: url.slice('s3://'.length).replace('/', '') })),
  ]),
  'file:// and an absolute path (engine embedded), or s3:// and a bucket without a path (engine aws; each fleet needs ' +
    'a bucket to itself)',
  '<url>',
);

function attempts(cause: AttemptCause, description: string): Setting<number, 'defaulted'> {
  return withDefault(integer(1, 1000), String(DEFAULT_ATTEMPT_BUDGETS[cause]), {
    flag: `attempts-${cause}`,
    variable: `COPPICE_ATTEMPTS_${cause.toUpperCase().replaceAll('-', '_')}`,
    description,
  });
}

/** Where the queue, the ledger and the proofs are, and how long a job may be held. All processes of a fleet need the same. */
export const ENGINE_SETTINGS = {
  title: 'Engine: queue, ledger and proofs',
  settings: {
    engine: withDefault(oneOf(ENGINES), 'embedded', {
      flag: 'engine',
      variable: 'COPPICE_ENGINE',
      description: 'embedded: SQLite and files, on one machine; aws: SQS, DynamoDB and S3',
    }),
    awsPrefix: withDefault(awsPrefix, 'coppice', {
      flag: 'aws-prefix',
      variable: 'COPPICE_AWS_PREFIX',
      description: "Prefix of the names of the fleet's queues, table and bucket (engine aws)",
    }),
    awsRegion: optional(awsRegion, {
      flag: 'aws-region',
      variable: 'AWS_REGION',
      description: 'Their AWS region; credentials come from the usual AWS sources',
      defaultNote: 'the region of the profile or task',
    }),
    awsEndpoint: optional(httpUrl, {
      flag: 'aws-endpoint-url',
      variable: 'AWS_ENDPOINT_URL',
      description: 'URL of an AWS emulator to use instead of AWS',
      defaultNote: 'AWS',
    }),
    lines: optional(listOf(fleetLine), {
      flag: 'lines',
      variable: 'COPPICE_LINES',
      description: "Version lines whose queues to use, as the fleet's configuration names them (engine aws)",
      defaultNote: "the native line, of Coppice's own node and agents",
    }),
    dataDirectory: withDefault(path, 'data', {
      flag: 'data-directory',
      variable: 'DATA_DIRECTORY',
      description: "Folder for the chain's data, the ledger and the proofs",
    }),
    engineDirectory: optional(path, {
      flag: 'engine-directory',
      variable: 'COPPICE_ENGINE_DIRECTORY',
      description: 'Folder for the queue and the ledger (engine embedded)',
      defaultNote: 'coppice in the data directory',
    }),
    proofStore: optional(proofStoreUrl, {
      flag: 'proverNode.proofStore',
      flagAliases: ['proverAgent.proofStore'],
      variable: 'PROVER_PROOF_STORE',
      description: 'Where to store the inputs and proofs of jobs',
      defaultNote: "proofs in the engine's directory; with the engine aws, the bucket <prefix>-proofs",
    }),
    leaseSeconds: optional(integer(3, 43_200), {
      flag: 'lease-seconds',
      variable: 'COPPICE_LEASE_SECONDS',
      description: 'How long an agent keeps a job without a heartbeat, in seconds; agents send three in that time',
      defaultNote: `${DEFAULT_LEASE_SECONDS.embedded}, and ${DEFAULT_LEASE_SECONDS.aws} with the engine aws`,
    }),
    sweepSeconds: withDefault(integer(1, 3600), '15', {
      flag: 'sweep-seconds',
      variable: 'COPPICE_SWEEP_SECONDS',
      description: 'How often the node searches for jobs that have lost their message, in seconds',
    }),
    reconcileSeconds: withDefault(integer(1, 3600), '5', {
      flag: 'reconcile-seconds',
      variable: 'COPPICE_RECONCILE_SECONDS',
      description: 'How often the node compares its outstanding jobs with the ledger, in seconds',
    }),
    attemptsLostAgent: attempts('lost-agent', 'Attempts at a job before it is rejected, when its agent is lost'),
    attemptsOutOfMemory: attempts(
      'out-of-memory',
      'Agents that a job may fail on before it is rejected, when memory runs out; twice as many attempts reject it, too',
    ),
    attemptsTimeOut: attempts('time-out', 'The same, when the prover times out'),
    attemptsFailure: attempts('failure', 'The same, when the prover fails'),
    attemptsCorruptInputs: attempts('corrupt-inputs', 'The same, when the inputs cannot be read'),
  },
} as const satisfies SettingGroup;

export type EngineSettings = SettingsOf<(typeof ENGINE_SETTINGS)['settings']>;

/** Finds conflicts between settings of the engine that are each valid. For the `check` of `parseSettings`. */
export function findEngineConflicts(
  { engine, lines, proofStore }: Partial<EngineSettings>,
  isGiven: IsGiven,
): readonly string[] {
  const { engine: engineSetting, proofStore: proofStoreSetting, engineDirectory } = ENGINE_SETTINGS.settings;
  const { lines: linesSetting } = ENGINE_SETTINGS.settings;
  const problems: string[] = [];
  if (engine === 'aws' && proofStore !== undefined && 'directory' in proofStore) {
    problems.push(
      `${nameOf(proofStoreSetting)} is a folder, and ${nameOf(engineSetting)} is aws: give s3:// and a bucket, or nothing`,
    );
  }
  if (engine === 'embedded' && proofStore !== undefined && 'bucket' in proofStore) {
    problems.push(
      `${nameOf(proofStoreSetting)} is a bucket, and ${nameOf(engineSetting)} is embedded: give file:// and a path, or the engine aws`,
    );
  }
  if (engine === 'embedded' && lines !== undefined) {
    problems.push(`${nameOf(linesSetting)} is for the engine aws, and ${nameOf(engineSetting)} is embedded`);
  }
  if (engine === 'aws' && isGiven(engineDirectory)) {
    problems.push(`${nameOf(engineDirectory)} is for the engine embedded, and ${nameOf(engineSetting)} is aws`);
  }
  return problems;
}
