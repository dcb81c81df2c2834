/** npm did not install anvil or forge for this platform. */
export class FoundryBinaryMissingError extends Error {
  override readonly name = 'FoundryBinaryMissingError';
  readonly packageName: string;

  constructor(packageName: string, options?: ErrorOptions) {
    super(
      `the npm package ${packageName} is not installed: run npm ci with development and ` +
        'optional dependencies, on Linux or macOS, x64 or arm64',
      options,
    );
    this.packageName = packageName;
  }
}
