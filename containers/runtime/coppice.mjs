#!/usr/bin/env node
// The command `coppice`: the command line of containers/cli.ts, started as launch.mjs starts every script.
import { fileURLToPath } from 'node:url';
import { startNode } from './start-node.mjs';

await startNode([fileURLToPath(new URL('../cli.ts', import.meta.url)), ...process.argv.slice(2)]);
