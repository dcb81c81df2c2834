/** What `containers/runtime` sets for a program of this project, which the programs that it starts need as well. */
export const RUNTIME_VARIABLES = ['BB_BINARY_PATH', 'NODE_BACKEND', 'NODE_COMPILE_CACHE'];
