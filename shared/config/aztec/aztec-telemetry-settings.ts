import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { httpUrl } from '../url-kinds.ts';
import { integer, listOf, switchKind, text } from '../value-kinds.ts';

/** Where the metrics of every program go, Coppice's and those of Aztec's packages, by Aztec's own names. */
export const OTLP_SETTINGS = {
  title: 'Metrics to a collector (OpenTelemetry)',
  settings: {
    metricsCollectorUrl: optional(httpUrl, {
      flag: 'tel.metricsCollectorUrl',
      variable: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
      description: 'URL of the collector for metrics, with its path: http://collector:4318/v1/metrics',
    }),
    otelCollectIntervalMs: withDefault(integer(100), '60000', {
      flag: 'tel.otelCollectIntervalMs',
      variable: 'OTEL_COLLECT_INTERVAL_MS',
      description: 'How often to send metrics, in milliseconds',
    }),
    otelExportTimeoutMs: withDefault(integer(100), '30000', {
      flag: 'tel.otelExportTimeoutMs',
      variable: 'OTEL_EXPORT_TIMEOUT_MS',
      description: 'Timeout of sending metrics, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;

/** Where Aztec's packages send their traces and logs, and what they leave out; Coppice checks it and passes it on. */
export const AZTEC_TELEMETRY_SETTINGS = {
  title: "Aztec's own telemetry (OpenTelemetry)",
  settings: {
    tracesCollectorUrl: optional(httpUrl, {
      flag: 'tel.tracesCollectorUrl',
      variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      description: 'URL of the collector for traces',
    }),
    logsCollectorUrl: optional(httpUrl, {
      flag: 'tel.logsCollectorUrl',
      variable: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
      description: 'URL of the collector for logs',
    }),
    otelExcludeMetrics: optional(listOf(text), {
      flag: 'tel.otelExcludeMetrics',
      variable: 'OTEL_EXCLUDE_METRICS',
      description: 'Prefixes of metrics to leave out',
    }),
    otelIncludeMetrics: optional(listOf(text), {
      flag: 'tel.otelIncludeMetrics',
      variable: 'OTEL_INCLUDE_METRICS',
      description: 'Prefixes of the only metrics to send',
    }),
    publicMetricsOptOut: withDefault(switchKind, 'true', {
      flag: 'tel.publicMetricsOptOut',
      variable: 'PUBLIC_OTEL_OPT_OUT',
      description: 'Do not share metrics with Aztec',
    }),
    publicMetricsCollectorUrl: optional(httpUrl, {
      flag: 'tel.publicMetricsCollectorUrl',
      variable: 'PUBLIC_OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
      description: 'URL of the collector for shared metrics',
    }),
    publicMetricsCollectFrom: optional(listOf(text), {
      flag: 'tel.publicMetricsCollectFrom',
      variable: 'PUBLIC_OTEL_COLLECT_FROM',
      description: 'Roles that share metrics',
    }),
    publicIncludeMetrics: optional(listOf(text), {
      flag: 'tel.publicIncludeMetrics',
      variable: 'PUBLIC_OTEL_INCLUDE_METRICS',
      description: 'Prefixes of metrics to share',
    }),
  },
} as const satisfies SettingGroup;
