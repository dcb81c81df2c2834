import { execFile } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { CIRCUIT_CATALOGUE, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { readCrs } from '../../../shared/crs/read-crs.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { AztecFamilyOptions } from './aztec-family-options.ts';
import { checkCpu, checkMemory } from './machine-checks.ts';

const run = promisify(execFile);

/** Aztec's `bb` says this when it was built without the virtual machine's prover. */
const NO_AVM = 'AVM is not supported';

/**
 * Checks everything that proofs of these circuits need of this machine.
 * @returns a line for each problem, with what to do about it; simulated proofs need only the right packages
 */
export async function findAztecProblems(
  options: AztecFamilyOptions,
  agentCircuits: readonly NativeCircuit[],
): Promise<string[]> {
  const circuits = agentCircuits.filter((circuit) => CIRCUIT_CATALOGUE[circuit].family === 'aztec');
  const problems = [checkPackages(options.networkVersion)];
  if (options.realProofs) {
    problems.push(
      await checkCpu(),
      checkMemory(circuits, options.memoryMib),
      await checkBb(options, circuits),
      await checkAcvm(options),
      await checkCrs(options.crsPath ?? path.join(homedir(), '.bb-crs'), options.developmentKeys),
    );
  } else if (options.acvmBinaryPath !== undefined) {
    problems.push(await checkAcvm(options));
  }
  return problems.filter((problem) => problem !== undefined);
}

function checkPackages(networkVersion: string): string | undefined {
  const installed = installedNetworkVersion();
  if (installed === networkVersion) return undefined;
  return `the installed @aztec packages are of version ${installed}, but the agent is to prove for ${networkVersion}: install the packages of that version, or start an agent of ${installed}`;
}

async function checkBb(
  { bbBinaryPath, networkVersion, bbWorkingDirectory }: AztecFamilyOptions,
  circuits: readonly NativeCircuit[],
): Promise<string | undefined> {
  if (bbBinaryPath === undefined) return "real proofs need Aztec's bb: set BB_BINARY_PATH to it";
  if (bbWorkingDirectory === undefined) return 'real proofs need a folder to work in: set BB_WORKING_DIRECTORY';
  let version: string;
  try {
    version = (await run(bbBinaryPath, ['--version'], { timeout: 30_000 })).stdout.trim();
  } catch (error) {
    return `bb at ${bbBinaryPath} does not run (${firstLine(error)}): set BB_BINARY_PATH to the bb of Aztec ${networkVersion}`;
  }
  if (version !== networkVersion) {
    return `bb at ${bbBinaryPath} is of version ${version}: set BB_BINARY_PATH to the bb of Aztec ${networkVersion}`;
  }
  if (circuits.includes('PUBLIC_VM') && !(await hasAvm(bbBinaryPath))) {
    return `bb at ${bbBinaryPath} cannot prove PUBLIC_VM: set BB_BINARY_PATH to bb-avm of Aztec's image, or leave out the pool ${CIRCUIT_CATALOGUE.PUBLIC_VM.pool}`;
  }
  return undefined;
}

/** Without inputs both fail, but a `bb` with the virtual machine's prover fails for another reason than one without it. */
async function hasAvm(bbBinaryPath: string): Promise<boolean> {
  try {
    await run(bbBinaryPath, ['avm_prove', '--avm-inputs', '/dev/null', '-o', '/dev/null'], { timeout: 60_000 });
    return true;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return !`${stdout ?? ''}${stderr ?? ''}`.includes(NO_AVM);
  }
}

async function checkAcvm({ acvmBinaryPath, acvmWorkingDirectory }: AztecFamilyOptions): Promise<string | undefined> {
  if (acvmBinaryPath === undefined) return "real proofs need Aztec's acvm for witnesses: set ACVM_BINARY_PATH to it";
  if (acvmWorkingDirectory === undefined) return 'acvm needs a folder to work in: set ACVM_WORKING_DIRECTORY';
  try {
    await access(acvmBinaryPath, constants.X_OK);
    return undefined;
  } catch {
    return `no executable acvm at ${acvmBinaryPath}: set ACVM_BINARY_PATH to the acvm of Aztec's image`;
  }
}

async function checkCrs(crsPath: string, developmentKeys: string | undefined): Promise<string | undefined> {
  try {
    await mkdir(crsPath, { recursive: true });
    await access(crsPath, constants.W_OK);
  } catch (error) {
    // An image contains it, in a read-only folder.
    if (await isReadable(path.join(crsPath, 'bn254_g1.dat'))) return undefined;
    return `bb cannot keep its reference string in ${crsPath} (${firstLine(error)}): set CRS_PATH to a folder it may write`;
  }
  const crs = await readCrs(crsPath).catch(() => undefined);
  if (developmentKeys !== undefined && crs?.kind !== 'development') {
    return `the keys in ${developmentKeys} are under the development CRS, and ${crsPath} does not hold it: set CRS_PATH to its folder`;
  }
  if (developmentKeys !== undefined || crs?.kind !== 'development') return undefined;
  return `${crsPath} holds the development CRS, under which Aztec's keys do not hold: set CRS_PATH to another folder`;
}

async function isReadable(file: string): Promise<boolean> {
  return await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  return errorText(error).split('\n', 1)[0] ?? '';
}
