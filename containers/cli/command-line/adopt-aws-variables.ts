/**
 * Puts what flags and the `.env` file say of AWS into this process's environment, which is where the SDK looks for its
 * credentials and profiles.
 */
export function adoptAwsVariables(environment: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(environment)) {
    if (name.startsWith('AWS_')) process.env[name] = text;
  }
}
