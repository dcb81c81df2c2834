import { tmpdir } from 'node:os';

import { AGENT_GROUP } from '../../../../shared/config/groups/agent-settings.ts';
import { orUnknown } from '../../../../shared/checks/finding.ts';
import { assertSameVersions } from '../../../../shared/broker-api/component-versions.ts';
import { BrokerOutOfReachError, ComponentVersionError } from '../../../../shared/broker-api/errors.ts';
import { readStatus } from '../../../../shared/broker-api/read-status.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { installedNetworkVersion } from '../../../../shared/proving-job/network-version.ts';
import { errorText } from '../../../../shared/telemetry/error-text.ts';
import { resolveAgentOptions } from '../../../agent/agent-options.ts';
import { AgentUnfitError } from '../../../agent/errors.ts';
import { findAztecProblems } from '../../../agent/families/aztec-checks.ts';
import { AztecFamilyOptions } from '../../../agent/families/aztec-family-options.ts';
import { findCanaryProblems } from '../../../agent/families/canary-checks.ts';
import { CanaryFamilyOptions } from '../../../agent/families/canary-family-options.ts';
import { toAgentOptions } from '../to-agent-options.ts';
import type { AgentRole } from '../read-role.ts';
import { checkFolder } from './check-folder.ts';
import { checkPort } from './check-port.ts';
import { missing, ready, type RoleFinding } from './role-finding.ts';

/** Checks what agents need around their prover: room, a port, and the broker if they have one. */
export async function checkAgent({ settings }: AgentRole): Promise<readonly RoleFinding[]> {
  const { brokerUrl, bbWorkingDirectory, agentPort: port } = settings;
  const checked = await Promise.all([
    orUnknown("the prover's folder", () => checkFolder("the prover's folder", bbWorkingDirectory ?? tmpdir())),
    brokerUrl === undefined ? [] : orUnknown('broker', () => checkBrokerOf(brokerUrl)),
    checkPort({ of: "the agent's status", port, setting: AGENT_GROUP.settings.agentPort }),
  ]);
  return checked.flat();
}

/** Makes the checks that the prover process makes first, without loading its prover. */
export async function checkProver(role: AgentRole): Promise<readonly RoleFinding[]> {
  const networkVersion = installedNetworkVersion();
  try {
    const options = toAgentOptions(role, networkVersion, AgentId.parse('doctor'));
    const { families, circuits, pools } = resolveAgentOptions(options);
    const problems = await Promise.all(
      families.map(({ name, options: family }) =>
        name === 'canary'
          ? findCanaryProblems(CanaryFamilyOptions.parse(family), circuits)
          : findAztecProblems(AztecFamilyOptions.parse(family), circuits),
      ),
    );
    const found = problems.flat().map((problem) => missing('machine', 'prover', problem));
    const detail = `can prove ${circuits.length} circuits of Aztec ${networkVersion}, of the pools ${pools.join(', ')}`;
    return found.length > 0 ? found : [ready('prover', detail)];
  } catch (error) {
    if (!(error instanceof AgentUnfitError)) throw error;
    return [missing('machine', 'prover', error.message)];
  }
}

/** An agent waits for a broker that is out of reach. */
async function checkBrokerOf(url: string): Promise<readonly RoleFinding[]> {
  try {
    const { versions } = await readStatus(url, AbortSignal.timeout(10_000));
    // Versions with the same keys prove the same jobs; the agent compares them.
    if (versions.l2CircuitsVkTreeRoot === undefined) {
      assertSameVersions(url, { packageVersion: installedNetworkVersion() }, versions);
    }
    return [ready('broker', 'responds')];
  } catch (error) {
    if (error instanceof BrokerOutOfReachError) return [missing('awaited', 'broker', errorText(error))];
    if (error instanceof ComponentVersionError) return [missing('machine', 'broker', errorText(error))];
    throw error;
  }
}
