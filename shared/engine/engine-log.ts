import type { Logger } from '../telemetry/logger.ts';

/** What an engine logs: progress and warnings, for the operator. */
export type EngineLog = Pick<Logger, 'debug' | 'info' | 'warn'>;
