/** Makes these the variables of this process: Aztec's packages read their settings there. */
export function becomeEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) {
    if (environment[name] === undefined) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, environment);
}
