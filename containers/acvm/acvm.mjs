#!/usr/bin/env -S node --
// The command `acvm`, which Aztec's prover starts for each witness: acvm-main.ts, started as launch.mjs starts every script.
import { fileURLToPath } from 'node:url';
import { startNode } from '../runtime/start-node.mjs';

await startNode(['--', fileURLToPath(new URL('./acvm-main.ts', import.meta.url)), ...process.argv.slice(2)]);
