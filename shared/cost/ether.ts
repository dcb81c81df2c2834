/** An amount of wei in ether: rounded to a double, for showing and pricing, not for paying. */
export function etherOf(wei: string | bigint): number {
  return Number(wei) / 1e18;
}

/** `0.004210 ETH`. */
export function formatEther(ether: number): string {
  return `${ether.toFixed(6)} ETH`;
}
