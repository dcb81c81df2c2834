import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { readCommandLine } from '../../../containers/cli/command-line/read-command-line.ts';
import { START_COMMAND } from '../../../containers/cli/start/start-command.ts';
import packageManifest from '../../../package.json' with { type: 'json' };
import { readBrokerSettings } from '../../../shared/config/groups/broker-settings.ts';
import { GATEWAY_GROUP, readGatewaySettings } from '../../../shared/config/groups/gateway-settings.ts';
import { KNOWN_SETTINGS } from '../../../shared/config/groups/known-settings.ts';
import { PROCESS_SETTINGS } from '../../../shared/config/groups/process-settings.ts';
import { readDockerfile, ROOT } from './dockerfile.ts';

const Service = z.strictObject({
  image: z.string(),
  profiles: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  depends_on: z.array(z.string()).default([]),
  pid: z.string().optional(),
  volumes: z.array(z.string()).default([]),
  restart: z.string().optional(),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  stop_grace_period: z.string().optional(),
  logging: z.unknown().optional(),
});
type Service = z.infer<typeof Service>;
const ComposeFile = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()).default({}),
});

/** The broker in Aztec's published set-up, as far as Coppice's takes its place. */
const PUBLISHED_BROKER = {
  entrypoint:
    'node --no-warnings /usr/src/yarn-project/aztec/dest/bin/index.js start --prover-broker --network mainnet',
  environment: ['DATA_DIRECTORY', 'ETHEREUM_HOSTS', 'P2P_IP', 'LOG_LEVEL'],
  containerPort: 8080,
  volume: '/var/lib/data',
};
/** What an operator's `.env` says. */
const ENV_FILE: Readonly<Record<string, string>> = {
  AZTEC_VERSION: '6.0.0',
  BROKER_ADDRESS: '10.8.0.1',
  ETHEREUM_HOSTS: 'http://10.8.0.9:8545',
  L1_CONSENSUS_HOST_URLS: 'http://10.8.0.9:5052',
  P2P_IP: '192.0.2.1',
  PROVER_BROKER_HOST: 'http://10.8.0.1:8080',
  PROVER_ID: `0x${'1'.repeat(40)}`,
  PROVER_PUBLISHER_PRIVATE_KEY: `0x${'2'.repeat(64)}`,
};

const image = readDockerfile('broker');
const aztecVariables = readFileSync(join(ROOT, 'node_modules/@aztec/foundation/src/config/env_var.ts'), 'utf8');
const handbook = readFileSync(join(ROOT, 'docs/own-machines.md'), 'utf8');

function textOf(file: string): string {
  return readFileSync(join(ROOT, 'containers/compose', file), 'utf8');
}

/** As Compose reads a file: variables of `.env` are replaced in its texts. */
function readCompose(file: string): z.infer<typeof ComposeFile> {
  const replace = (value: unknown): unknown => (typeof value === 'string' ? withVariables(value) : value);
  const json = JSON.stringify(parse(textOf(file), { merge: true }), (_key, value: unknown) => replace(value));
  return ComposeFile.parse(JSON.parse(json));
}

function withVariables(text: string): string {
  return text.replaceAll(/\$\{(\w+)(?:(:[-?])([^}]*))?\}/g, (all, name: string, operator?: string, rest?: string) => {
    const value = ENV_FILE[name] ?? (operator === ':-' ? rest : undefined);
    if (value === undefined) throw new Error(`without a value in .env: ${all}`);
    return value;
  });
}

function serviceIn(file: string, name: string): Service {
  const service = readCompose(file).services[name];
  if (service === undefined) throw new Error(`${file} has no ${name}`);
  return service;
}

describe.each([
  ['swap-broker.yaml', 'prover-broker'],
  ['cluster.yaml', 'prover-broker'],
  ['cluster.yaml', 'agent-gateway'],
])('in containers/compose/%s the %s', (file, name) => {
  const broker = serviceIn(file, name);
  const mounted = [...broker.volumes.map((volume) => volume.split(':')[1]), ...broker.tmpfs];

  it('is the image of this version', () => {
    expect(broker.image).toBe(`coppice-broker:${packageManifest.version}`);
    expect(image.text).toContain('org.opencontainers.image.title="coppice-broker"');
  });

  it('has a read-only root, with a writable place for each volume of the image', () => {
    expect(broker.read_only).toBe(true);
    expect(broker.cap_drop).toEqual(['ALL']);
    const volumes = JSON.parse(/^VOLUME (.*)$/m.exec(image.text)?.[1] ?? '[]') as string[];
    const published = file === 'swap-broker.yaml' ? [PUBLISHED_BROKER.volume] : [];
    expect([...mounted, ...published]).toEqual(expect.arrayContaining(volumes));
  });

  it('has longer to stop than the broker takes', () => {
    const drainSeconds = Number(PROCESS_SETTINGS.settings.drainSeconds.defaultText);
    expect(parseInt(broker.stop_grace_period ?? '0', 10)).toBeGreaterThan(drainSeconds + 5);
  });

  it('starts with these settings', () => {
    const command = broker.command ?? PUBLISHED_BROKER.entrypoint.split(' ').slice(3);
    const line = readCommandLine(command.slice(1), START_COMMAND, { environment: broker.environment });
    expect(line.problems).toEqual([]);
    expect(line.notices).toEqual([]);
    expect([...line.switches]).toEqual([name]);
    const read = name === 'prover-broker' ? readBrokerSettings : readGatewaySettings;
    const { settings, problems } = read(line.environment);
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ aztecVersion: '6.0.0' });
  });
});

describe("Coppice's broker in Aztec's set-up", () => {
  const { environment, ...broker } = serviceIn('swap-broker.yaml', 'prover-broker');

  it('is all that the swap changes, which leaves entry point, ports and volumes as they are', () => {
    expect(Object.keys(readCompose('swap-broker.yaml').services)).toEqual(['prover-broker']);
    expect(broker).toMatchObject({ ports: [], volumes: [], profiles: [] });
    expect(broker.entrypoint ?? broker.command ?? broker.restart).toBeUndefined();
    expect(Object.keys(environment)).toEqual(['AZTEC_VERSION']);
  });

  it('has a program where the entry point is, its volume and its port', () => {
    expect(image.text).toContain(`ln --symbolic /coppice/cli.mjs ${PUBLISHED_BROKER.entrypoint.split(' ')[2]} `);
    expect(image.text).toContain(`DATA_DIRECTORY=${PUBLISHED_BROKER.volume} `);
    expect(image.text).toContain(`EXPOSE ${PUBLISHED_BROKER.containerPort}\n`);
  });

  it('knows every variable that the set-up gives it', () => {
    const known = KNOWN_SETTINGS.flatMap(({ variable, variableAliases = [] }) => [variable, ...variableAliases]);
    expect(known).toEqual(expect.arrayContaining(PUBLISHED_BROKER.environment));
  });
});

describe('containers/compose/cluster.yaml', () => {
  const { services, volumes } = readCompose('cluster.yaml');

  it('has the services of each profile', () => {
    expect(Object.entries(services).map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['prover-broker', ['broker']],
      ['prover-node', ['node']],
      ['prover-agent', ['agent']],
      ['agent-gateway', ['gateway']],
      ['gateway-agent', ['gateway']],
    ]);
    expect(Object.keys(volumes)).toEqual(['broker-data', 'node-data']);
  });

  it.each(['prover-node', 'prover-agent', 'gateway-agent'])(
    "gives %s only variables of Aztec's, by their names",
    (name) => {
      const { environment } = services[name]!;
      for (const variable of Object.keys(environment)) {
        expect.soft(aztecVariables, variable).toContain(`'${variable}'`);
      }
    },
  );

  it("runs Aztec's images of one version, and the broker for the same one", () => {
    expect(services['prover-node']?.image).toBe('azteclabs/aztec:6.0.0');
    expect(services['prover-agent']?.image).toBe('azteclabs/aztec-prover-agent:6.0.0');
    expect(services['gateway-agent']?.image).toBe(services['prover-agent']?.image);
    expect(services['prover-broker']?.environment['AZTEC_VERSION']).toBe('6.0.0');
    expect(services['agent-gateway']?.environment['AZTEC_VERSION']).toBe('6.0.0');
  });

  it('lets the gateway and its agent find each other, on ports that the broker leaves free', () => {
    const [gateway, agent] = [services['agent-gateway']!.environment, services['gateway-agent']!.environment];
    expect(agent['PROVER_BROKER_HOST']).toBe(`http://127.0.0.1:${gateway['COPPICE_GATEWAY_PORT']}`);
    expect(gateway['COPPICE_GATEWAY_AGENT_URL']).toBe(`http://127.0.0.1:${agent['AZTEC_PORT']}`);
    expect(gateway['COPPICE_GATEWAY_PORT']).toBe(GATEWAY_GROUP.settings.gatewayPort.defaultText);
    expect(agent['PROVER_AGENT_COUNT']).toBe('1');
    // What depends is stopped first.
    expect(services['agent-gateway']?.depends_on).toEqual(['gateway-agent']);
    expect([gateway['COPPICE_GATEWAY_PORT'], agent['AZTEC_PORT']]).not.toContain(
      String(PUBLISHED_BROKER.containerPort),
    );
  });

  it('publishes the broker on the private address only, and no API of the node', () => {
    expect(services['prover-broker']?.ports).toEqual(['10.8.0.1:8080:8080']);
    expect(services['prover-node']?.ports).toEqual(['40400:40400', '40400:40400/udp']);
    expect(services['prover-agent']?.ports).toEqual([]);
  });

  it('keeps every container running', () => {
    for (const { restart, security_opt } of Object.values(services)) {
      expect(restart).toBe('unless-stopped');
      expect(security_opt).toEqual(['no-new-privileges:true']);
    }
  });
});

describe.each(['swap-broker.yaml', 'cluster.yaml'])('the variables of containers/compose/%s', (file) => {
  it('are explained in docs/own-machines.md', () => {
    const names = new Set([...textOf(file).matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) expect.soft(handbook, name).toContain(name);
  });
});
