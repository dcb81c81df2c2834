import { describe, expect, it } from 'vitest';

import { planRoles, type Plan } from '../../../../containers/cli/start/plan-roles.ts';

const KEY = `0x${'5e'.repeat(32)}`;
const NODE = {
  ETHEREUM_HOSTS: 'http://127.0.0.1:8545',
  L1_CHAIN_ID: '31337',
  REGISTRY_CONTRACT_ADDRESS: `0x${'ab'.repeat(20)}`,
  PROVER_PUBLISHER_PRIVATE_KEYS: KEY,
};

function plan(switches: readonly string[], environment: Record<string, string> = {}): Plan {
  return planRoles({ environment, switches: new Set(switches) });
}

describe('planRoles', () => {
  it('starts one process for one role', () => {
    expect(plan(['prover-node'], NODE).processes.map(({ name }) => name)).toEqual(['prover-node']);
    expect(plan(['prover-agent']).processes.map(({ name }) => name)).toEqual(['prover-agent']);
  });

  it('starts a process for each agent', () => {
    const { processes, problems } = plan(['prover-node', 'prover-agent'], { ...NODE, PROVER_AGENT_COUNT: '2' });
    expect(problems).toEqual([]);
    expect(processes.map(({ name }) => name)).toEqual(['prover-node', 'prover-agent-1', 'prover-agent-2']);
  });

  it('gives the key to the node and to no agent', () => {
    const { processes } = plan(['prover-node', 'prover-agent'], { ...NODE, PROVER_AGENT_COUNT: '2' });
    const [node, ...agents] = processes.map(({ environment }) => JSON.stringify(environment));
    expect(node).toContain(KEY);
    expect(agents.join()).not.toContain(KEY);
    expect(agents.join()).not.toContain('127.0.0.1:8545');
  });

  it('shares the machine between several agents with different names, unless settings say otherwise', () => {
    const { processes } = plan(['prover-agent'], { PROVER_AGENT_COUNT: '2', COPPICE_AGENT_ID: 'rack-7' });
    expect(processes.map(({ environment }) => environment['COPPICE_AGENT_ID'])).toEqual(['rack-7-1', 'rack-7-2']);
    const unnamed = plan(['prover-agent'], { PROVER_AGENT_COUNT: '2' }).processes;
    expect(unnamed.map(({ environment }) => environment['COPPICE_AGENT_ID'])).toEqual([undefined, undefined]);
    const [first, second] = processes.map(({ environment }) => environment);
    expect(Number(first?.['HARDWARE_CONCURRENCY'])).toBeGreaterThanOrEqual(1);
    expect(second?.['COPPICE_AGENT_MEMORY_MIB']).toBe(first?.['COPPICE_AGENT_MEMORY_MIB']);

    const explicit = plan(['prover-agent'], { PROVER_AGENT_COUNT: '2', HARDWARE_CONCURRENCY: '16' });
    expect(explicit.processes.map(({ environment }) => environment['HARDWARE_CONCURRENCY'])).toEqual(['16', '16']);
  });

  it('counts the ports of several agents up from the one that is given', () => {
    const portsOf = (environment: Record<string, string>): unknown[] =>
      plan(['prover-agent'], { PROVER_AGENT_COUNT: '2', ...environment }).processes.map(
        (started) => started.environment['COPPICE_AGENT_PORT'],
      );
    expect(portsOf({ COPPICE_AGENT_PORT: '8090' })).toEqual(['8090', '8091']);
    expect(portsOf({})).toEqual([undefined, undefined]);
  });

  it('makes its processes start no others, and read no file again', () => {
    const { processes } = plan(['prover-agent'], { PROVER_AGENT_COUNT: '2', ENABLE_PROVER_NODE: 'false' });
    for (const { environment } of processes) {
      expect(environment).toMatchObject({ PROVER_AGENT_COUNT: '1', COPPICE_ENV_FILE: 'none' });
      expect(environment).not.toHaveProperty('ENABLE_PROVER_NODE');
    }
  });

  it("takes Aztec's variable for the flag", () => {
    expect(plan([], { ...NODE, ENABLE_PROVER_NODE: '1' }).processes.map(({ name }) => name)).toEqual(['prover-node']);
  });

  it.each([
    [
      ['archiver'],
      {},
      'nothing to start: give --prover-node, --prover-broker, --prover-agent, --agent-gateway, or several of them',
    ],
    [
      ['prover-agent'],
      { PROVER_AGENT_COUNT: '0' },
      'is 0, so --prover-agent would start nothing: remove one of the two',
    ],
  ])('has nothing to start with %j and %j', (switches, environment, problem) => {
    expect(plan(switches, environment)).toMatchObject({ processes: [], problems: [expect.stringContaining(problem)] });
  });

  it('says that a broker is for agents, and the node puts its jobs into the engine', () => {
    const broker = { PROVER_BROKER_HOST: 'http://broker:8080' };
    expect(plan(['prover-agent'], broker)).toMatchObject({ problems: [], notices: [] });
    const { notices, processes } = plan(['prover-node', 'prover-agent'], { ...NODE, ...broker });
    expect(notices).toEqual([expect.stringMatching(/PROVER_BROKER_HOST.* has no effect on --prover-node/)]);
    const [node, agent] = processes.map(({ environment }) => environment);
    expect(node).not.toHaveProperty('PROVER_BROKER_HOST');
    expect(agent).toHaveProperty('PROVER_BROKER_HOST');
  });

  it("gives the gateway what it has in common with agents and the broker, and none of the node's settings", () => {
    const { processes, problems, roles } = plan(['agent-gateway'], {
      ...NODE,
      AZTEC_VERSION: '6.0.0',
      COPPICE_AGENT_POOLS: 'medium',
      COPPICE_GATEWAY_AGENT_URL: 'http://127.0.0.1:9090',
      PROVER_BROKER_JOB_TIMEOUT_MS: '60000',
      // The agent's own.
      PROVER_AGENT_COUNT: '1',
    });
    expect(problems).toEqual([]);
    expect(roles).toMatchObject([
      {
        settings: { aztecVersion: '6.0.0', pools: ['medium'], gatewayPort: 8081, agentUrl: 'http://127.0.0.1:9090' },
        engineOptions: { leaseSeconds: 60 },
      },
    ]);
    const [{ environment } = { environment: {} }] = processes;
    expect(JSON.stringify(environment)).not.toContain(KEY);
    expect(environment).not.toHaveProperty('PROVER_AGENT_COUNT');
  });

  it("takes a proof store of any kind for an agent of a broker, and no family but Aztec's", () => {
    const broker = { PROVER_BROKER_HOST: 'http://broker:8080', PROVER_PROOF_STORE: 's3://proofs' };
    expect(plan(['prover-agent'], broker).problems).toEqual([]);
    expect(plan(['prover-agent'], { ...broker, COPPICE_AGENT_FAMILIES: 'aztec,canary' }).problems).toEqual([
      expect.stringContaining("names a broker, which holds Aztec's jobs only"),
    ]);
  });

  it('reports a problem of both roles once', () => {
    const { problems } = plan(['prover-node', 'prover-agent'], { ...NODE, COPPICE_LEASE_SECONDS: '1' });
    expect(problems).toEqual([
      "--lease-seconds (COPPICE_LEASE_SECONDS) must be a whole number from 3 to 43200; got '1'",
    ]);
  });
});
