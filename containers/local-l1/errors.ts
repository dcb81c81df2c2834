/** npm did not install a program that the devnet starts. */
export class FoundryBinaryMissingError extends Error {
  override readonly name = 'FoundryBinaryMissingError';
  readonly packageName: string;

  constructor(packageName: string, options?: ErrorOptions) {
    super(
      `the npm package ${packageName} is not installed: run npm ci with optional dependencies, on Linux or macOS, ` +
        'x64 or arm64',
      options,
    );
    this.packageName = packageName;
  }
}
