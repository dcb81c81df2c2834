import { CIRCUIT_CATALOGUE, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { readCrs } from '../../../shared/crs/read-crs.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import { findBb } from './bb-process.ts';
import type { CanaryFamilyOptions } from './canary-family-options.ts';
import { checkCpu, checkMemory } from './machine-checks.ts';

/**
 * Checks everything that proofs of these circuits need of this machine.
 * @returns a line for each problem, with what to do about it
 */
export async function findCanaryProblems(
  { crs, crsPath, memoryMib }: CanaryFamilyOptions,
  agentCircuits: readonly NativeCircuit[],
): Promise<string[]> {
  const circuits = agentCircuits.filter((circuit) => CIRCUIT_CATALOGUE[circuit].family === 'canary');
  if (circuits.length === 0) return [];
  const problems = [
    checkPlatform(),
    await checkCpu(),
    checkMemory(circuits, memoryMib),
    await checkCrs(crs, crsPath, circuits),
  ];
  return problems.filter((problem) => problem !== undefined);
}

function checkPlatform(): string | undefined {
  if (findBb() !== undefined) return undefined;
  return `bb.js has no bb for ${process.platform} on ${process.arch}: prove the canary on Linux or macOS, on x86-64 or arm64`;
}

async function checkCrs(
  wanted: CanaryFamilyOptions['crs'],
  crsPath: string,
  circuits: readonly NativeCircuit[],
): Promise<string | undefined> {
  try {
    const found = await readCrs(crsPath);
    // bb fetches and checks the ceremony's CRS itself.
    if (found === undefined && wanted === 'ceremony') return undefined;
    if (found === undefined) return `missing development CRS in ${crsPath}: run coppice crs --development`;
    if (found.kind !== wanted) {
      return `${crsPath} holds the ${found.kind} CRS, but the agent is to prove under the ${wanted} one: set CRS_PATH to the folder of that one`;
    }
    const neededPoints = Math.max(...circuits.map((circuit) => 2 ** CIRCUIT_CATALOGUE[circuit].log2Gates)) + 1;
    if (found.kind === 'development' && found.points < neededPoints) {
      return `the development CRS in ${crsPath} has ${found.points} points, but ${neededPoints} are needed: run coppice crs --development`;
    }
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
