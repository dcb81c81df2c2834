import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Abi, type Hex } from 'viem';
import { z } from 'zod';

const Output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  contracts: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: z.object({ object: z.string() }) }) }),
    ),
  ),
});

interface CompiledContract {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

/** Compiles `contracts/test-rollup.sol`; the compiler takes seconds to load, so its answer is kept per source. */
export function compileTestRollup(): CompiledContract {
  const source = readFileSync(new URL('contracts/test-rollup.sol', import.meta.url), 'utf8');
  const digest = createHash('sha256').update(source).digest('hex');
  const folder = join(tmpdir(), 'coppice-test-contracts');
  const path = join(folder, `${digest}.json`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    // Test files run at once: each writes its own and the last one stays.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(compile(source)));
    renameSync(`${path}.${process.pid}`, path);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as CompiledContract;
}

function compile(source: string): CompiledContract {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };
  const input = {
    language: 'Solidity',
    sources: { 'test-rollup.sol': { content: source } },
    settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const { errors = [], contracts } = Output.parse(JSON.parse(solc.compile(JSON.stringify(input))));
  const problem = errors.find(({ severity }) => severity === 'error');
  if (problem !== undefined) throw new Error(problem.formattedMessage);
  const contract = contracts['test-rollup.sol']?.['TestRollup'];
  if (contract === undefined) throw new Error('the compiler gave no TestRollup');
  return { abi: contract.abi as Abi, bytecode: `0x${contract.evm.bytecode.object}` };
}
