import solc from 'solc';
import type { Abi, Hex } from 'viem';
import { z } from 'zod';

/** npm's solc has no types: it takes and returns standard JSON, as text. */
const compiler = solc as { compile(input: string): string };

const Output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        abi: z.array(z.unknown()),
        evm: z.object({
          bytecode: z.object({
            object: z.string(),
            linkReferences: z.record(
              z.string(),
              z.record(z.string(), z.array(z.object({ start: z.number(), length: z.number() }))),
            ),
          }),
        }),
      }),
    ),
  ),
});

/** A contract as solc returns it, without its libraries' addresses. */
export interface CompiledContract {
  readonly abi: Abi;
  /** Without `0x`. */
  readonly bytecode: string;
  /** Where the address of each library goes, in bytes from the beginning. */
  readonly libraries: ReadonlyMap<string, readonly { readonly start: number; readonly length: number }[]>;
}

/**
 * Compiles Solidity for the smallest code, since the verifier's size is near the limit of a contract.
 * @throws {Error} with solc's messages
 */
export function compileContracts(source: string): ReadonlyMap<string, CompiledContract> {
  const input = {
    language: 'Solidity',
    sources: { 'source.sol': { content: source } },
    settings: {
      optimizer: { enabled: true, runs: 1 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences'] } },
    },
  };
  const { errors, contracts } = Output.parse(JSON.parse(compiler.compile(JSON.stringify(input))));
  const failures = errors.filter(({ severity }) => severity === 'error');
  if (failures.length > 0) throw new Error(failures.map(({ formattedMessage }) => formattedMessage).join('\n'));
  return new Map(
    Object.entries(contracts['source.sol'] ?? {}).map(([name, { abi, evm }]) => [
      name,
      {
        abi: abi as Abi,
        bytecode: evm.bytecode.object,
        libraries: new Map(
          Object.values(evm.bytecode.linkReferences).flatMap((references) => Object.entries(references)),
        ),
      },
    ]),
  );
}

/** The bytecode with the libraries' addresses in it. @throws {Error} if one is missing */
export function linkContract({ bytecode, libraries }: CompiledContract, addresses: ReadonlyMap<string, Hex>): Hex {
  let linked = bytecode;
  for (const [name, places] of libraries) {
    const address = addresses.get(name);
    if (address === undefined) throw new Error(`the library ${name} has no address yet`);
    for (const { start, length } of places) {
      linked = linked.slice(0, 2 * start) + address.slice(2).toLowerCase() + linked.slice(2 * (start + length));
    }
  }
  return `0x${linked}`;
}
