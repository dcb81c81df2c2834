/** The CloudWatch namespace of one fleet, which keeps its metrics apart from others in the account. */
export function metricsNamespace(prefix: string): string {
  return `Coppice/${prefix}`;
}
