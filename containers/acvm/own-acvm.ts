import { fileURLToPath } from 'node:url';

/** The program that executes circuits where `ACVM_BINARY_PATH` names no other. */
export const OWN_ACVM = fileURLToPath(new URL('./acvm.mjs', import.meta.url));
