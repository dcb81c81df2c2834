import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';

import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import type { CanarySettings } from '../../shared/config/groups/canary-settings.ts';
import { engineOptionsOf, leaseSecondsOf } from '../../shared/engine/engine-options.ts';
import { Secret } from '../../shared/config/secret.ts';
import { dollarsOf } from '../../shared/cost/aws-prices.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { defaultCrsPath } from '../../shared/crs/crs-path.ts';
import { prepareDevelopmentCrs } from '../crs/prepare-crs.ts';
import { type DevnetAws, startAwsForFleet } from '../local-fleet/aws-for-fleet.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../local-l1/devnet-accounts.ts';
import type { FleetProcess } from '../processes/fleet-process.ts';
import { fleetEngineOptions, startAgent } from '../local-fleet/fleet.ts';
import type { AgentFleetOptions } from '../local-fleet/fleet-member.ts';
import { POLL_MS, polledEngine } from './polled-engine.ts';

const STOP_SECONDS = 8;
/** Memory of an agent for each of its threads, where its price is not given. */
const GB_PER_THREAD = 4;
const MOST_AGENTS = 64;

/** What proves a canary: agents started for it, or an existing fleet. */
export interface CanaryFleet {
  readonly engine: Engine;
  /** Those that were started for the canary. */
  readonly agents: readonly FleetProcess[];
  /** How often the canary compares the jobs that it waits for with the ledger, in milliseconds. */
  readonly reconcileMs: number;
  stop(): Promise<void>;
}

/** @param onProgress receives a line for each step that takes time, and for what proves */
export async function openCanaryFleet(
  settings: CanarySettings,
  crs: CrsKind,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<CanaryFleet> {
  if (!settings.withoutAgents) return await startCanaryFleet(settings, crs, onProgress, signal);
  const opened = await openEngine(engineOptionsOf(settings));
  onProgress('proving with the agents of the fleet that were started with --agent-families canary');
  const stop = (): Promise<void> => opened.close();
  if (settings.engine === 'aws') return { engine: polledEngine(opened), agents: [], reconcileMs: POLL_MS, stop };
  return { engine: opened, agents: [], reconcileMs: reconcileMsOf(settings), stop };
}

async function startCanaryFleet(
  settings: CanarySettings,
  crs: CrsKind,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<CanaryFleet> {
  const crsPath = path.resolve(settings.crsDirectory ?? defaultCrsPath(crs));
  if (crs === 'development') await prepareDevelopmentCrs(crsPath, onProgress);
  if (settings.engine === 'aws')
    onProgress('starting an AWS emulator, with the queues, the bucket and the table of a fleet');
  const dataDirectory = path.resolve(settings.dataDirectory);
  const aws = settings.engine === 'aws' ? await startAws(dataDirectory, signal) : undefined;
  const [count, threads] = [agentCount(settings), threadsOfAgent(settings)];
  const fleet: AgentFleetOptions = {
    dataDirectory,
    ...(aws && { aws }),
    variables: {
      COPPICE_AGENT_FAMILIES: 'canary',
      COPPICE_CRS: crs,
      CRS_PATH: crsPath,
      HARDWARE_CONCURRENCY: String(threads),
      COPPICE_LEASE_SECONDS: String(leaseSecondsOf(settings)),
    },
  };
  const engine = await openEngine(fleetEngineOptions(fleet), { removesExpired: true });
  onProgress(
    `starting ${count} ${count === 1 ? 'agent' : 'agents'} of ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  );
  const agents = Array.from({ length: count }, (_, index) => startAgent(fleet, `agent-${index + 1}`));
  return {
    engine,
    agents,
    reconcileMs: reconcileMsOf(settings),
    async stop() {
      await Promise.all(agents.map((agent) => agent.stop(STOP_SECONDS)));
      await engine.close();
      await aws?.stop();
    },
  };
}

function reconcileMsOf({ reconcileSeconds }: CanarySettings): number {
  return reconcileSeconds * 1000;
}

async function startAws(dataDirectory: string, signal: AbortSignal): Promise<DevnetAws> {
  return await startAwsForFleet({
    dataDirectory,
    publisherKey: new Secret(anvilPrivateKey(ACCOUNT_INDEX.proverPublisher)),
    publisherAddress: anvilAccount(ACCOUNT_INDEX.proverPublisher).address,
    signal,
  });
}

/** What an hour of one agent costs; `undefined` for a fleet whose price is not given. */
export function dollarsPerAgentHour(settings: CanarySettings): number | undefined {
  if (settings.agentDollarsPerHour !== undefined || settings.withoutAgents) return settings.agentDollarsPerHour;
  const threads = threadsOfAgent(settings);
  return dollarsOf({ fargateVcpuHours: threads, fargateGibHours: GB_PER_THREAD * threads });
}

/** Several provers of one thread do more in an hour than one of several: `npm run bench:agent`. */
function agentCount({ agents }: CanarySettings): number {
  const roomFor = Math.floor(totalmem() / 2 ** 30 / GB_PER_THREAD);
  return agents ?? Math.max(1, Math.min(MOST_AGENTS, availableParallelism(), roomFor));
}

function threadsOfAgent(settings: CanarySettings): number {
  return Math.max(1, Math.floor(availableParallelism() / agentCount(settings)));
}
