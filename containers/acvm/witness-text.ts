/** The values of a circuit's witnesses by their index: `0x` and the field element in hexadecimal. */
export type Witness = Map<number, string>;

const LINE = /^(\d+)\s*=\s*(['"])(0x[0-9a-fA-F]+)\2$/;

/** Parses lines such as `12 = '0x2a'`. @throws {Error} that names the first other line */
export function parseWitness(text: string): Witness {
  const witness: Witness = new Map();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, place, , value] = LINE.exec(line.trim()) ?? [];
    if (place === undefined || value === undefined) {
      throw new Error(`line ${index + 1} of the input witness is not <index> = '0x<value>': ${line.slice(0, 80)}`);
    }
    witness.set(Number(place), value);
  }
  return witness;
}

/** Renders lines such as `12 = "0x2a"`, which Aztec's prover parses. */
export function renderWitness(witness: Witness): string {
  return [...witness].map(([index, value]) => `${index} = "${value}"\n`).join('');
}
