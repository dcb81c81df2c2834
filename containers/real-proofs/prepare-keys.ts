import { availableParallelism } from 'node:os';

import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { availableMemoryMib, machineMemoryMib } from '../agent/memory/machine-memory.ts';
import { EMPTY_EPOCH_CIRCUITS } from '../aztec-keys/circuit-artifacts.ts';
import { writeDevelopmentBb } from '../aztec-keys/development-bb.ts';
import { developmentKeysFolder } from '../aztec-keys/development-key.ts';
import { AZTEC_POINTS, prepareDevelopmentCrs } from '../crs/prepare-crs.ts';
import type { ProgramSurroundings } from '../local-l1/load-anvil.ts';
import type { LocalRun } from '../local-fleet/local-run.ts';
import { formatDuration } from '../terminal/format-duration.ts';
import type { KeysProgress } from './keys/keys-messages.ts';
import { loadKeys } from './programs.ts';
import type { DevelopmentProver } from './prover-variables.ts';

/** What `bb` needs for itself beside the machine's other programs. */
const SPARE_MIB = 1024;

/**
 * Makes the development CRS and the keys of the epoch's circuits under it, unless they are there.
 */
export async function prepareKeys(
  crsPath: string,
  run: LocalRun,
  surroundings: ProgramSurroundings,
): Promise<DevelopmentProver> {
  const { output, signal } = run;
  output.say('INSECURE: proofs, keys and verifier are under the development CRS; anybody can forge its proofs');
  await prepareDevelopmentCrs(crsPath, (line) => output.say(line), AZTEC_POINTS);
  signal.throwIfAborted();
  const folder = developmentKeysFolder(crsPath, installedNetworkVersion());
  const keys = loadKeys(surroundings, (progress) => output.say(describe(progress)));
  run.onStop(() => keys.stop());
  // The launcher has set it.
  const bbPath = process.env['BB_BINARY_PATH'] ?? '';
  await keys.configure({
    folder,
    crsPath,
    bbPath,
    circuits: EMPTY_EPOCH_CIRCUITS,
    memoryMib: Math.max(SPARE_MIB, (availableMemoryMib() ?? machineMemoryMib()) - SPARE_MIB),
  });
  await keys.stop();
  const developmentBb = await writeDevelopmentBb(bbPath, folder);
  output.say(`keys of ${EMPTY_EPOCH_CIRCUITS.length} circuits are in ${folder}`);
  return { folder, developmentBb };
}

function describe(progress: KeysProgress): string {
  const { circuit } = progress;
  if (progress.kind === 'begin') {
    const mode = progress.memoryMode === 'low' ? ", in bb's low-memory mode: there is too little for the other" : '';
    return `making the key of ${circuit}, once, on ${availableParallelism()} cores${mode}`;
  }
  const { seconds, peakMemoryMib } = progress;
  return `key of ${circuit}: ${formatDuration(seconds * 1000)}, ${peakMemoryMib} MiB at most`;
}
