/** The private key of the account that submits the line's proofs, by Aztec's name of the variable. */
export const PUBLISHER_KEY_FIELD = 'PROVER_PUBLISHER_PRIVATE_KEY';

/** What the line's field is called in the secret `<prefix>/official`. */
export function fieldOf(line: string, name: string): string {
  return `${line}_${name}`;
}
