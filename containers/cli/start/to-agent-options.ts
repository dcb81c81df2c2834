import { pathToFileURL } from 'node:url';

import type { AgentSettings } from '../../../shared/config/groups/agent-settings.ts';
import type { ProofStoreLocation } from '../../../shared/config/groups/engine-settings.ts';
import { canaryVersion } from '../../../shared/canary/circuit-artifact.ts';
import type { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { circuitsOf } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { AgentOptions } from '../../agent/agent-options.ts';
import { machineMemoryMib } from '../../agent/memory/machine-memory.ts';
import type { BrokerAgentOptions } from '../../agent/broker/broker-agent-options.ts';
import { OWN_ACVM } from '../../acvm/own-acvm.ts';
import { familyReference } from '../../agent/families/family-registry.ts';
import type { FamilyReference } from '../../agent/families/prover-family.ts';
import { defaultCrsPath } from '../../../shared/crs/crs-path.ts';
import type { AgentRole } from './read-role.ts';

/**
 * The options of an agent with these settings, whose jobs are in the engine.
 * @param agentId its name, whether or not the settings have one
 */
export function toAgentOptions(
  { settings, engineOptions }: Pick<AgentRole, 'settings' | 'engineOptions'>,
  networkVersion: string,
  agentId: AgentId,
): AgentOptions {
  return {
    ...toCommonOptions(settings, networkVersion, agentId),
    families: settings.families.map((family) =>
      family === 'aztec'
        ? aztecFamily(settings, networkVersion)
        : {
            ...familyReference('canary', toCanaryOptions(settings)),
            version: canaryVersion(settings.crs),
            prepares: true,
          },
    ),
    engineOptions,
    claimSeconds: claimSecondsOf(settings),
    ...(settings.isPrefetching ? {} : { prefetch: false }),
    ...(settings.realProofs && settings.families.includes('aztec')
      ? { proofMemoryMib: settings.agentMemoryMib ?? machineMemoryMib(), ...bbOf(settings, networkVersion) }
      : {}),
    isForDevelopmentChains: settings.developmentKeys !== undefined,
  };
}

/** Without these paths the agent does not start, and says so itself. */
function bbOf(settings: AgentSettings, networkVersion: string): Pick<AgentOptions, 'bb'> {
  const { bbBinaryPath: bbPath, bbWorkingDirectory: workingDirectory, crsDirectory } = settings;
  if (bbPath === undefined || workingDirectory === undefined) return {};
  const crsPath = crsDirectory ?? defaultCrsPath('ceremony');
  return { bb: { bbPath, crsPath, workingDirectory, networkVersion, threads: settings.hardwareConcurrency } };
}

/** The options of an agent whose jobs come from the broker at `brokerUrl`. */
export function toBrokerAgentOptions(
  settings: AgentSettings & { readonly brokerUrl: string },
  networkVersion: string,
  agentId: AgentId,
): BrokerAgentOptions {
  const { brokerUrl, pollIntervalMs, proofStore } = settings;
  return {
    ...toCommonOptions(settings, networkVersion, agentId),
    families: [aztecFamily(settings, networkVersion)],
    broker: { url: brokerUrl, pollMs: pollIntervalMs, proofStore: proofStore && proofStoreUrlOf(proofStore) },
  };
}

function toCommonOptions(
  settings: AgentSettings,
  networkVersion: string,
  agentId: AgentId,
): Omit<AgentOptions & BrokerAgentOptions, 'families' | 'engineOptions' | 'broker'> {
  return {
    agentId,
    pools: settings.pools,
    circuits: [...settings.proofTypes, ...circuitsOf('canary')],
    networkVersion,
    drainSeconds: settings.drainSeconds,
    timeoutMultiple: settings.proofTimeoutMultiple,
    timeoutFloorSeconds: settings.proofTimeoutFloorSeconds,
    ecsAgentUri: settings.ecsAgentUri,
    port: settings.agentPort,
    proverEnvironment:
      settings.hardwareConcurrency === undefined ? {} : { HARDWARE_CONCURRENCY: String(settings.hardwareConcurrency) },
  };
}

function aztecFamily(settings: AgentSettings, networkVersion: string): FamilyReference {
  return familyReference('aztec', toAztecOptions(settings, networkVersion));
}

function proofStoreUrlOf(location: ProofStoreLocation): string {
  return 'bucket' in location ? `s3://${location.bucket}` : pathToFileURL(location.directory).href;
}

/** A poll of SQS is never aborted, and an agent that is stopping has to wait for its last one. */
function claimSecondsOf({ engine, claimSeconds, drainSeconds }: AgentSettings): number {
  return engine === 'aws' ? Math.max(1, Math.min(claimSeconds, drainSeconds - 2)) : claimSeconds;
}

function toCanaryOptions(settings: AgentSettings): Parameters<typeof familyReference<'canary'>>[1] {
  const { crs, crsDirectory, hardwareConcurrency: threads, agentMemoryMib: memoryMib } = settings;
  return {
    crs,
    crsPath: crsDirectory ?? defaultCrsPath(crs),
    ...(threads !== undefined && { threads }),
    ...(memoryMib !== undefined && { memoryMib }),
  };
}

type AztecOptions = Parameters<typeof familyReference<'aztec'>>[1];

/** Real proofs whose witnesses Coppice's own acvm makes: `ACVM_BINARY_PATH` names no other. */
export function usesOwnAcvm({ families, realProofs, acvmBinaryPath }: AgentSettings): boolean {
  return families.includes('aztec') && realProofs && acvmBinaryPath === undefined;
}

function toAztecOptions(settings: AgentSettings, networkVersion: string): AztecOptions {
  const { bbWorkingDirectory, acvmWorkingDirectory } = settings;
  return {
    networkVersion,
    realProofs: settings.realProofs,
    proverTestDelayType: settings.proverTestDelayType,
    proverTestDelayMs: settings.proverTestDelayMs,
    proverTestDelayFactor: settings.proverTestDelayFactor,
    memoryMib: settings.agentMemoryMib,
    bbBinaryPath: settings.bbBinaryPath,
    bbWorkingDirectory,
    bbSkipCleanup: settings.bbSkipCleanup,
    acvmBinaryPath: usesOwnAcvm(settings) ? OWN_ACVM : settings.acvmBinaryPath,
    acvmWorkingDirectory: usesOwnAcvm(settings) ? (acvmWorkingDirectory ?? bbWorkingDirectory) : acvmWorkingDirectory,
    crsPath: settings.crsDirectory,
    developmentKeys: settings.developmentKeys,
  };
}
