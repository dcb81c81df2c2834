import { flushCompileCache } from 'node:module';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

import { CIRCUIT_CATALOGUE, type CircuitName, isNative } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type OpenFamily, ProofFailedError, type ProverFamily } from '../families/prover-family.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import { ProverRequest, type ProverResponse } from './prover-messages.ts';

// The prover process: a child of the agent, which may kill it at any moment. Its counterpart is prover-process.ts.

const families = new Map<string, ProverFamily>();

new Worker(new URL('./parent-watchdog.ts', import.meta.url), { workerData: { parentPid: process.ppid } });
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
// A signal to a whole service reaches this process too; only the agent knows whether the proof can still be finished.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
process.on('message', (message) => void handle(ProverRequest.parse(message)));

async function handle(request: ProverRequest): Promise<void> {
  switch (request.kind) {
    case 'open':
      return open(request);
    case 'prove':
      return prove(request);
    case 'prepare':
      return familyOf(request.circuit).prepare?.(request.circuit, request.inputs);
    case 'check-proof':
      return checkProof(request);
  }
}

async function open({ families: references, circuits, check }: ProverRequest & { kind: 'open' }): Promise<void> {
  const problems: string[] = [];
  for (const { name, module, options } of references) {
    try {
      const { openFamily } = (await import(module)) as { openFamily: OpenFamily };
      const family = await openFamily(options);
      families.set(name, family);
      if (check) problems.push(...(await family.findProblems(circuits)));
    } catch (error) {
      problems.push(`the prover family ${name} does not load: ${messageOf(error)}`);
    }
  }
  respond(problems.length === 0 ? { kind: 'ready' } : { kind: 'unfit', problems });
  // Node would write it at an exit, and a prover is killed.
  flushCompileCache();
}

async function prove({ requestId, circuit, inputs }: ProverRequest & { kind: 'prove' }): Promise<void> {
  const startedAtMs = performance.now();
  try {
    const proof = await familyOf(circuit).prove(circuit, inputs);
    respond({ kind: 'proven', requestId, proof, provingMs: performance.now() - startedAtMs });
  } catch (error) {
    const cause = error instanceof ProofFailedError ? error.attemptCause : 'failure';
    respond({ kind: 'failed', requestId, cause, message: messageOf(error) });
  }
}

async function checkProof({ requestId, circuit, proof }: ProverRequest & { kind: 'check-proof' }): Promise<void> {
  try {
    await familyOf(circuit).checkProof(circuit, proof);
    respond({ kind: 'checked', requestId });
  } catch (error) {
    respond({ kind: 'checked', requestId, problem: messageOf(error) });
  }
}

function familyOf(circuit: CircuitName): ProverFamily {
  if (!isNative(circuit)) throw new Error(`this prover does not know the circuit ${circuit}`);
  const { family: name } = CIRCUIT_CATALOGUE[circuit];
  const family = families.get(name);
  if (family === undefined) throw new Error(`this prover does not know the family ${name}`);
  return family;
}

function respond(message: ProverResponse): void {
  process.send?.(message);
}

/** A prover's message may be pages long; the ledger keeps its beginning. */
const MAX_MESSAGE_CHARACTERS = 2000;

function messageOf(error: unknown): string {
  return errorText(error).slice(0, MAX_MESSAGE_CHARACTERS);
}
