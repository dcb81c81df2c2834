import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { Secret } from '../../shared/config/secret.ts';
import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import { defaultCrsPath } from '../../shared/crs/crs-path.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { readMeasurements } from '../agent/families/proof-measurements.ts';
import { measureSpeed } from '../agent/measure-speed.ts';
import { prepareForge } from '../devnet/l1/forge-toolchain.ts';
import { fleetEngineOptions, type FleetMakers, startFleet } from '../local-fleet/fleet.ts';
import type { FleetOptions } from '../local-fleet/fleet-member.ts';
import { type LocalRun, newDataDirectory, runLocally } from '../local-fleet/local-run.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../local-l1/devnet-accounts.ts';
import type { ProgramSurroundings } from '../local-l1/load-anvil.ts';
import { RUNTIME_VARIABLES } from '../processes/runtime-variables.ts';
import type { Output } from '../terminal/output.ts';
import { checkAlteredProof } from './check-altered-proof.ts';
import { openChain } from './open-chain.ts';
import { prepareKeys } from './prepare-keys.ts';
import { proverVariables } from './prover-variables.ts';
import { renderRealProofs } from './report/render-real-proofs.ts';
import { writeRealProofsPage } from './report/real-proofs-page.ts';
import { watchRealProofs } from './watch-real-proofs.ts';

export interface RunRealProofsOptions extends FleetMakers {
  readonly crs: CrsKind;
  /** @default where the CRS of that kind is kept */
  readonly crsDirectory?: string | undefined;
  /** Of a run that was cut off, or new. @default `data/real-proofs-<UTC time>` in the working directory */
  readonly dataDirectory?: string | undefined;
  readonly l1Port: number;
  /** Where it reports its progress. @default stdout, for people */
  readonly output?: Output | undefined;
}

/** Anvil's own chain id. */
const L1_CHAIN_ID = 31_337;

/** The caller's variables that the programs need too. */
const PASSED_ON = ['PATH', 'LANG', 'TZ', 'NO_COLOR', 'HARDWARE_CONCURRENCY', ...RUNTIME_VARIABLES];

/**
 * Proves an epoch of a local Aztec network with real proofs, to a rollup whose contract verifies them; continues an earlier run
 * in the same data directory.
 * @returns the exit code: 0 when the epoch is proven, 1 when something failed, 130 when the user stopped it before
 */
export async function runRealProofs(options: RunRealProofsOptions): Promise<number> {
  const dataDirectory = path.resolve(options.dataDirectory ?? newDataDirectory('real-proofs'));
  fs.mkdirSync(dataDirectory, { recursive: true });
  return await runLocally('devnet', (run) => proveEpoch({ ...options, dataDirectory }, run), options.output);
}

async function proveEpoch(
  options: RunRealProofsOptions & { readonly dataDirectory: string },
  run: LocalRun,
): Promise<void> {
  const { crs, dataDirectory } = options;
  const { output, signal } = run;
  const startedAtMs = Date.now();
  const crsPath = path.resolve(options.crsDirectory ?? defaultCrsPath(crs));
  output.say(`proving Aztec's own circuits for real, data in ${dataDirectory}`);
  run.setResumeHint(
    `To continue, run the same command with --data-directory ${dataDirectory}: proven jobs are not proven again.`,
  );
  const surroundings = surroundingsOf(dataDirectory, run);
  const development = crs === 'development' ? await prepareKeys(crsPath, run, surroundings) : undefined;
  const developmentKeys = development?.folder;
  const blobStoreUrl = pathToFileURL(path.join(dataDirectory, 'blobs')).href;
  fs.mkdirSync(path.join(dataDirectory, 'blobs'), { recursive: true });
  const { l1RpcUrl, chain, environmentFile, broken } = await openChain(
    { dataDirectory, crs, developmentKeys, blobStoreUrl, l1ChainId: L1_CHAIN_ID, l1Port: options.l1Port },
    surroundings,
    run,
  );

  const bbDirectory = path.join(dataDirectory, 'bb');
  const fleetOptions: FleetOptions = {
    dataDirectory,
    environmentFile,
    publisherKey: new Secret(anvilPrivateKey(ACCOUNT_INDEX.proverPublisher)),
    variables: proverVariables({
      agents: options.agents.kind,
      crsPath,
      workingDirectory: bbDirectory,
      development,
    }),
  };
  fs.mkdirSync(bbDirectory, { recursive: true });
  // While nothing else runs. Coppice's agents then find it measured, and Aztec's do not measure theirs.
  run.steps.begin('measuring how fast bb is here');
  const speed = { bbPath: process.env['BB_BINARY_PATH'] ?? '', crsPath, workingDirectory: bbDirectory };
  const machineSpeed = await measureSpeed({ ...speed, networkVersion: installedNetworkVersion() }, signal).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      output.say(`the speed of bb could not be measured: ${errorText(error)}`);
      return undefined;
    },
  );
  run.steps.end();
  const engine = await openEngine(fleetEngineOptions(fleetOptions));
  run.onStop(() => engine.close());
  const fleet = await startFleet(fleetOptions, options);
  run.onStop(() => fleet.stop());
  const ended = new AbortController();
  void Promise.race([broken, fleet.broken]).then((error) => ended.abort(error));

  const l1 = createL1Client({ rpcUrls: [l1RpcUrl], chainId: L1_CHAIN_ID });
  const { view, proof } = await watchRealProofs(
    {
      engine,
      l1,
      rollupAddress: chain.rollupAddress,
      publisher: anvilAccount(ACCOUNT_INDEX.proverPublisher).address,
      epoch: chain.epoch,
      checkpoint: chain.checkpoint,
      machineSpeed,
      output,
    },
    AbortSignal.any([signal, ended.signal]),
  );
  const refusals = await checkAlteredProof(l1, proof.transactionHash);
  const measurements = await readMeasurements(bbDirectory);
  const proven = {
    crs,
    makers: options,
    view,
    proof,
    chain,
    refusals,
    measurements,
    jobs: await engine.jobs.jobsOfEpoch(view.id),
    wallMs: Date.now() - startedAtMs,
  };
  run.markDone();
  output.freeze();
  output.print(renderRealProofs(proven));
  output.print([`kept in ${await writeRealProofsPage(proven)}`]);
}

function surroundingsOf(dataDirectory: string, run: LocalRun): ProgramSurroundings {
  // Not in the data directory: Aztec puts sockets there, whose paths have to be short.
  const temporaryDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-'));
  run.onStop(() => {
    fs.rmSync(temporaryDirectory, { recursive: true, force: true });
    return Promise.resolve();
  });
  const home = path.join(dataDirectory, 'home');
  fs.mkdirSync(home, { recursive: true });
  return {
    logDirectory: path.join(dataDirectory, 'logs'),
    environment: {
      LOG_LEVEL: 'info',
      ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      ...prepareForge(home),
      TMPDIR: temporaryDirectory,
    },
  };
}
