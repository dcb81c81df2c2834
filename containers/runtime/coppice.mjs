#!/usr/bin/env -S node --
// The command `coppice`: the command line of containers/cli.ts, started as launch.mjs starts every script. Without `--`,
// Node takes the file of `coppice --env-file` for itself, wherever the flag stands, and ends when it is missing.
import { fileURLToPath } from 'node:url';
import { startNode } from './start-node.mjs';

await startNode(['--', fileURLToPath(new URL('../cli.ts', import.meta.url)), ...process.argv.slice(2)]);
