import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AGENT_GROUPS } from '../../../shared/config/groups/agent-settings.ts';
import { settingsIn } from '../../../shared/config/groups/known-settings.ts';
import { NODE_GROUPS } from '../../../shared/config/groups/node-settings.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { runCoppice, type CoppiceResult } from '../../fixtures/run-coppice.ts';
import { SEEDED_EPOCH, seedFleet } from '../../fixtures/seed-fleet.ts';

describe('the command coppice', () => {
  let workingDirectory: string;
  beforeEach(() => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-cli-'));
  });
  afterEach(() => rmSync(workingDirectory, { recursive: true }));

  function coppice(commandLine: string, environment: Record<string, string> = {}): Promise<CoppiceResult> {
    return runCoppice(commandLine === '' ? [] : commandLine.split(' '), { workingDirectory, environment });
  }

  it('lists its commands and exit codes', async () => {
    const { code, stdout } = await coppice('--help');
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "coppice 0.1.0: proves Aztec epochs on a fleet of agents

      coppice <command> [flags]

      Commands
        start       start the prover node, the broker, agents, a gateway, or several of them
        doctor      check everything that coppice start needs, before it starts
        status      what the fleet is doing: epochs, submissions, agents, queues, incidents
        watch       show live what the fleet proves, and when each epoch will be done
        console     serve a web page about the fleet: epochs, merge trees, agents, scaling, cost, incidents
        epochs      how the newest epochs went: dates, durations, margins, cost, reward, misses
        tree        the merge tree of an epoch: what is proven, by whom, how long it took
        jobs        the jobs of an epoch: their states, agents, lost attempts and reasons
        why         explain what an epoch waits for; or the number of agents and the state of each root
        wait        wait until an epoch is proven on L1, or its root is proven
        cost        what an epoch cost, or epochs over time: agents by pool, AWS by service, gas on L1
        retry       give a rejected job, or all rejected jobs of an epoch, another attempt
        redrive     send dead letters back to the queues that they came from
        drill       bring one fault about on a running fleet, and report what it cost
        crs         fetch the reference string that proofs are made with
        devnet      prove an epoch of a local Aztec network to a local L1
        canary      test a fleet with real proofs: a small recursion tree, verified on L1
        version     print the versions of Coppice, and of Aztec that it proves and serves
        schema      print the JSON Schema of what a command prints with --json
        completion  print a script that makes bash, zsh or fish complete commands, flags and values

      coppice <command> --help explains a command, --help-all with every flag, its variable and default.
      coppice --version prints the versions of Coppice and Aztec.

      Exit codes
        0    done, or stopped on request
        1    something failed, and the message says what; trying again may help
        2    invalid command line or settings; every problem is listed
        3    this machine, its data or its programs cannot do the work; trying again does not help
        4    what was waited for has not happened in time
        130  stopped by Ctrl-C before it was done
      "
    `);
  });

  it('prints the same without a command, and exits as misused', async () => {
    const [help, nothing] = await Promise.all([coppice('help'), coppice('')]);
    expect(nothing).toEqual({ ...help, code: 2 });
  });

  it('prints its version, and those of Aztec that it proves and serves', async () => {
    const [flag, command] = await Promise.all(['--version', 'version'].map((line) => coppice(line)));
    expect(flag?.code).toBe(0);
    expect(flag?.stdout).toMatch(
      /^coppice +\d+\.\d+\.\d+\nAztec +4\.1\.2 +proven by Coppice's own node and agents\nAztec +4, 5 and 6 +proven by Aztec's own /,
    );
    expect(command).toEqual(flag);
  });

  it('refuses an unknown command, and suggests the closest', async () => {
    expect(await coppice('statsu')).toEqual({
      code: 2,
      stdout: '',
      stderr: "coppice: unknown command 'statsu'; did you mean status?\n",
    });
    expect((await coppice('xyzzy')).stderr).toContain(
      'the commands are start, doctor, status, watch, console, epochs, tree, jobs, why, wait, cost, retry, redrive, drill, crs, devnet, canary, version, schema, completion',
    );
  });

  it('lists every flag of a command with its variable and default', async () => {
    const { code, stdout } = await coppice('start --help-all');
    expect(code).toBe(0);
    const entries = stdout.split(/^ {2}(?=--)/m).map((entry) => entry.replaceAll(/\s+/g, ' '));
    for (const { flag, kind, variable, presence, ...setting } of settingsIn([...NODE_GROUPS, ...AGENT_GROUPS])) {
      const names = `--${flag} ${kind.placeholder} ${variable} `.replace('  ', ' ');
      const entry = entries.find((text) => text.startsWith(names));
      const expected = setting.defaultNote ?? setting.defaultText;
      const defaultPart = expected === undefined ? 'Optional.' : `Default: ${expected}.`.replaceAll(/\s+/g, ' ');
      expect(entry, names).toContain(presence === 'required' ? 'Required.' : defaultPart);
    }
    expect(stdout).toContain('Also --proverNode.publisherPrivateKey, PROVER_PUBLISHER_PRIVATE_KEY, L1_PRIVATE_KEY.');
  });

  it('explains a start on two screens, and says where the rest is', async () => {
    const { code, stdout } = await coppice('start --help');
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(120);
    expect(stdout).toContain('\nExamples\n  coppice start --prover-node --prover-agent --network testnet');
    expect(stdout).toMatch(/\n\d+ more settings: coppice start --help-all\n/);
    expect(stdout).toContain('\n  130  stopped by Ctrl-C');
  });

  it('lists every problem of a start at once, and starts nothing', async () => {
    const { code, stdout, stderr } = await coppice(
      'start --prover-nod --prover-agent --l1-rpc-url=https://x --lease-seconds 8GB --agents 0 more',
      { PROVER_AGENT_PROOF_TYPES: 'PARITY_BASE,PARTY_ROOT', COPPICE_ENGIN: 'aws', L1_PRIVATE_KEY: '0xhunter2' },
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "coppice: 6 problems with the command line or the settings:
        unknown flag --prover-nod; did you mean --prover-node?
        unknown flag --l1-rpc-url; did you mean --l1-rpc-urls?
        unexpected argument 'more' (flags start with --)
        unknown variable COPPICE_ENGIN; did you mean COPPICE_ENGINE?
        --proverAgent.proverAgentProofTypes (PROVER_AGENT_PROOF_TYPES) must be a comma-separated list, each item PUBLIC_VM, PUBLIC_CHONK_VERIFIER, PRIVATE_TX_BASE_ROLLUP, PUBLIC_TX_BASE_ROLLUP, TX_MERGE_ROLLUP, BLOCK_ROOT_FIRST_ROLLUP, BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP, BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP, BLOCK_ROOT_ROLLUP, BLOCK_ROOT_SINGLE_TX_ROLLUP, BLOCK_MERGE_ROLLUP, CHECKPOINT_ROOT_ROLLUP, CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP, CHECKPOINT_PADDING_ROLLUP, CHECKPOINT_MERGE_ROLLUP, ROOT_ROLLUP, PARITY_BASE or PARITY_ROOT, none twice; got 'PARTY_ROOT'; did you mean PARITY_ROOT?
        --lease-seconds (COPPICE_LEASE_SECONDS) must be a whole number from 3 to 43200; got '8GB'
      coppice <command> --help-all lists every flag, with its variable and default
      "
    `);
    expect(readdirSync(workingDirectory)).toEqual([]);
  });

  it('reads .env in the working directory, unless another file or none is named', async () => {
    writeFileSync(path.join(workingDirectory, '.env'), 'export COPPICE_LEASE_SECONDS="1" # too short\n');
    mkdirSync(path.join(workingDirectory, 'conf'));
    writeFileSync(path.join(workingDirectory, 'conf/prover.env'), 'COPPICE_LEASE_SECONDS=2\n');
    const wrong = async (commandLine: string, environment?: Record<string, string>): Promise<string | undefined> =>
      /COPPICE_LEASE_SECONDS\) must be .*; got '(.*)'/.exec((await coppice(commandLine, environment)).stderr)?.[1];

    expect(await wrong('start --prover-agent --agents 0')).toBe('1');
    expect(await wrong('start --prover-agent --agents 0 --env-file conf/prover.env')).toBe('2');
    expect(await wrong('start --prover-agent --agents 0', { COPPICE_ENV_FILE: 'none' })).toBeUndefined();
    expect(await wrong('start --prover-agent --agents 0', { COPPICE_LEASE_SECONDS: '0' })).toBe('0');
    expect(await wrong('start --prover-agent --agents 0 --lease-seconds=-1')).toBe('-1');
    expect((await coppice('start --prover-agent', { COPPICE_ENV_FILE: 'missing.env' })).stderr).toContain(
      `--env-file (COPPICE_ENV_FILE): file not found: ${path.join(workingDirectory, 'missing.env')}`,
    );
    expect((await coppice('start --prover-agent --env-file missing.env')).stderr).toContain(
      `--env-file (COPPICE_ENV_FILE): file not found: ${path.join(workingDirectory, 'missing.env')}`,
    );
  });

  it('takes the defaults of a network, and prefers explicit settings', async () => {
    const list = path.join(workingDirectory, 'networks.json');
    writeFileSync(
      list,
      JSON.stringify({
        testnet: { bootnodes: ['enr:1'], snapshots: [], registryAddress: '0x12', l1ChainId: 11155111 },
      }),
    );
    const command = `start --prover-node --network alpha-testnet --network-config-location ${list} --l1-rpc-urls http://127.0.0.1:1`;
    const { code, stderr } = await coppice(command);
    expect(code).toBe(2);
    // The chain comes with the packages; the registry comes from the list, which is wrong here.
    expect(stderr).toMatchInlineSnapshot(`
      "coppice: 2 problems with the command line or the settings:
        --registry-address (REGISTRY_CONTRACT_ADDRESS) must be an Ethereum address: 0x and 40 hexadecimal digits; got '0x12'
        no account to submit proofs with: give --proverNode.proverPublisherPrivateKeys (PROVER_PUBLISHER_PRIVATE_KEYS) or --proverNode.keyStoreDirectory (KEY_STORE_DIRECTORY)
      coppice <command> --help-all lists every flag, with its variable and default
      "
    `);
    expect((await coppice(`${command} --registry-address 0x34`)).stderr).toContain("got '0x34'");
  });

  it('explains which settings of Aztec have no effect', async () => {
    const { stderr } = await coppice('start --archiver --proverBroker.proverBrokerBatchSize 7');
    expect(stderr).toMatchInlineSnapshot(`
      "coppice: --proverBroker.proverBrokerBatchSize (PROVER_BROKER_BATCH_SIZE) has no effect: the engine holds the jobs (see --engine), also those of --prover-broker
      coppice: --archiver starts nothing: the prover node has its own archiver
      coppice: 1 problem with the command line or the settings:
        nothing to start: give --prover-node, --prover-broker, --prover-agent, --agent-gateway, or several of them
      coppice <command> --help-all lists every flag, with its variable and default
      "
    `);
  });

  it('reports that there is no fleet, and creates none', async () => {
    const { code, stderr } = await coppice('status --data-directory nowhere');
    expect(code).toBe(1);
    expect(stderr).toBe(
      `coppice: no fleet in ${path.join(workingDirectory, 'nowhere/coppice')} yet: give its --data-directory or its --network\n`,
    );
    expect(readdirSync(workingDirectory)).toEqual([]);
  });

  it('finds the fleet beside a data directory that is one folder too deep', async () => {
    const dataDirectory = path.join(workingDirectory, 'data');
    await openEmbeddedEngine({ dataDirectory: path.join(dataDirectory, 'coppice'), leaseSeconds: 120 }).close();
    const { code, stderr } = await coppice('status --data-directory data/coppice');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `yet: there is one in ${path.join(dataDirectory, 'coppice')}: give --data-directory ${dataDirectory}\n`,
    );
  });

  it('says which AWS endpoint does not respond, and what to do', async () => {
    const { code, stderr } = await coppice(
      'status --engine aws --aws-region eu-west-1 --aws-endpoint-url http://127.0.0.1:9',
      {
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
    );
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'coppice: AWS at http://127.0.0.1:9 refused the connection: check that the service is up and listens there, or ' +
        'correct --aws-endpoint-url (AWS_ENDPOINT_URL) (ECONNREFUSED)\n',
    });
  });

  it('shows the state of a fleet and the tree of an epoch, as text or as JSON', async () => {
    const engine = openEmbeddedEngine({
      dataDirectory: path.join(workingDirectory, 'data/coppice'),
      leaseSeconds: 120,
    });
    await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined });
    await engine.close();

    const [status, statusJson, levels, jobs, treeJson, unknown, none] = await Promise.all(
      ['status', 'status --json', 'tree 7', 'tree 7 --full', 'tree 7 --json', 'tree 8', 'tree'].map((commandLine) =>
        coppice(commandLine),
      ),
    );
    expect(status?.stdout).toContain('7  proving  checkpoints 12 to 12  3 of 6 jobs proven, 1 running, 1 waiting');
    expect(JSON.parse(statusJson?.stdout ?? '')).toMatchObject({ epochs: [{ epoch: 7, progress: { expected: 6 } }] });
    expect(levels?.stdout).toMatch(/PARITY_ROOT +1 +1/);
    expect(jobs?.stdout).toMatch(/PARITY_ROOT +proven +by agent-1 +in 1\.5 s/);
    expect(JSON.parse(treeJson?.stdout ?? '')).toMatchObject({
      epoch: { epoch: 7 },
      jobs: Array(5).fill({ epoch: 7 }),
    });
    expect(unknown).toEqual({
      code: 1,
      stdout: '',
      stderr: 'coppice: epoch 8 is not in the ledger: the newest is 7\n',
    });
    expect(none?.code).toBe(2);
    expect(none?.stderr).toContain('missing EPOCH, a whole number: coppice tree EPOCH\n');
  });

  it('says what an epoch waits for, lists epochs, and waits for one, with an exit code that says how that ended', async () => {
    const engine = openEmbeddedEngine({
      dataDirectory: path.join(workingDirectory, 'data/coppice'),
      leaseSeconds: 120,
    });
    await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined });
    const [why, whyJson, decisions, epochs, late] = await Promise.all(
      ['why 7', 'why 7 --json', 'why', 'epochs --limit 1', 'wait 7 --timeout 0'].map((line) => coppice(line)),
    );
    expect(why?.stdout).toContain('Epoch 7: proving, checkpoints 12 to 12, 3 of 6 jobs proven');
    expect(JSON.parse(whyJson?.stdout ?? '')).toMatchObject({
      epoch: { epoch: 7 },
      prediction: { chanceInTime: 1 },
      chain: [{ circuit: 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP', state: 'running' }, { circuit: 'ROOT_ROLLUP' }],
    });
    expect(decisions?.stdout).toContain('no scaling decisions yet');
    expect(epochs?.stdout).toMatch(/\n7 +proving +\d{4}-/);
    expect(late?.code).toBe(4);
    expect(late?.stdout).toContain('epoch 7 is still proving');

    const { rangeId } = (await engine.epochs.find(SEEDED_EPOCH))!;
    await engine.epochs.advance(SEEDED_EPOCH, rangeId, 'proven');
    await engine.close();
    expect(await coppice('wait 7')).toMatchObject({ code: 0, stdout: 'Epoch 7 is proven on L1.\n' });
  });

  it('lists jobs, retries them, and sends dead letters back', async () => {
    const engine = openEmbeddedEngine({
      dataDirectory: path.join(workingDirectory, 'data/coppice'),
      leaseSeconds: 120,
    });
    await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined });
    const padding = (await engine.jobs.jobsOfEpoch(SEEDED_EPOCH)).find(({ state }) => state === 'queued')!;
    await engine.jobs.reject(padding.id, 'nobody can prove it');
    await engine.queue.park((await engine.queue.claim(['small', 'medium'], { waitSeconds: 0 }))!, 'no prover');

    expect((await coppice('jobs --state rejected,leased --circuit CHECKPOINT_PADDING_ROLLUP')).stdout).toMatch(
      /^Epoch 7: proving, 1 of 5 jobs, 1 rejected\n\nrejected +CHECKPOINT_PADDING_ROLLUP .* nobody can prove it\n$/,
    );
    expect(await coppice('jobs --circuit PARTY_BASE')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown circuit 'PARTY_BASE'; did you mean PARITY_BASE?") as string,
    });
    const json = await coppice('jobs 7 --json --state rejected');
    expect(JSON.parse(json.stdout)).toMatchObject({ epoch: { epoch: 7 }, jobs: [{ id: padding.id }] });

    expect(await coppice('retry 7:ROOT_ROLLUP')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'coppice: job 7:ROOT_ROLLUP is not in the ledger: coppice jobs 7 lists the jobs of the epoch\n',
    });
    expect(await coppice('retry 7:CHECKPOINT_PADDING_ROLLUP')).toMatchObject({ code: 0 });
    expect(await engine.jobs.find(padding.id)).toMatchObject({ state: 'queued' });
    expect(await coppice('retry 7')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'coppice: epoch 7 is proving, and none of its jobs is rejected\n',
    });

    expect((await coppice('redrive --dry-run')).stdout).toContain('1 dead letters: 1 ');
    expect(await engine.queue.deadLetters()).toHaveLength(1);
    expect((await coppice('redrive')).stdout).toContain('1 of 1 dead letters went back to their queues: 1 ');
    expect(await engine.queue.deadLetters()).toEqual([]);
    expect((await coppice('redrive')).stdout).toBe('There are no dead letters.\n');
    await engine.close();
  });

  it.each([
    ['jobs x', "EPOCH must be a whole number; got 'x'"],
    ['jobs 7 8', "unexpected argument '8'"],
    ['wait', 'missing EPOCH, a whole number: coppice wait EPOCH'],
    ['wait 7 --for ever', "--for (COPPICE_WAIT_FOR) must be proven or root; got 'ever'"],
    ['epochs --limit 0', '--limit (COPPICE_EPOCH_LIMIT) must be a whole number from 1 to 1000'],
    ['jobs --state done', '--state (COPPICE_JOBS_STATE) must be a comma-separated list, each item queued, leased'],
    ['retry', 'the number of an epoch: coppice retry JOB|EPOCH'],
    ['retry 7:', "the number of an epoch; got '7:'"],
    ['redrive 7', "unexpected argument '7' (flags start with --)"],
    ['status --engine aws --engine-directory x', '--engine (COPPICE_ENGINE) is aws'],
  ])('refuses: coppice %s', async (commandLine, problem) => {
    const { code, stderr } = await coppice(commandLine);
    expect(stderr).toContain(problem);
    expect(code).toBe(2);
    expect(stderr).toContain('1 problem with');
  });
});
