#!/usr/bin/env node
// `node containers/runtime/launch.mjs <script> [args…]`: runs a script of this project on the Node and the native parts
// that it needs, whatever Node started this file (20 or newer). Arguments before the script go to Node.
import { startNode } from './start-node.mjs';

const nodeArguments = process.argv.slice(2);
if (nodeArguments.length === 0) {
  process.stderr.write('missing <script>: node containers/runtime/launch.mjs <script> [arguments]\n');
  process.exit(2);
}
await startNode(nodeArguments);
