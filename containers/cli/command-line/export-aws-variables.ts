/** Exports the AWS variables of flags and the `.env` file to this process's environment, where the AWS SDK reads them. */
export function exportAwsVariables(environment: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(environment)) {
    if (name.startsWith('AWS_')) process.env[name] = text;
  }
}
