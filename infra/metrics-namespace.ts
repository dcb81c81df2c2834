/** Where CloudWatch keeps the metrics of one fleet, apart from those of others in the account. */
export function metricsNamespace(prefix: string): string {
  return `Coppice/${prefix}`;
}
