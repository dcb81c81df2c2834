/** The database was written by another version of Coppice, or by another program. */
export class SchemaVersionError extends Error {
  override readonly name = 'SchemaVersionError';
  readonly path: string;
  readonly expectedVersion: number;
  readonly actualVersion: number;

  constructor(path: string, expectedVersion: number, actualVersion: number) {
    super(
      `database ${path} has schema version ${actualVersion}, this program reads version ${expectedVersion}: ` +
        'run the version of coppice that wrote it, or name another data directory',
    );
    this.path = path;
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

/** The file is a database, but not one of ours. It is left as it is. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
  readonly path: string;

  constructor(path: string) {
    super(`database ${path} was not made by coppice: name another data directory`);
    this.path = path;
  }
}

/** Where something was looked for. */
export interface AwsPlace {
  readonly region: string;
  /** An emulator's URL, or none for AWS itself. */
  readonly endpoint?: string;
}

/** There is no such table in this account and region, or on this emulator. */
export class LedgerTableMissingError extends Error {
  override readonly name = 'LedgerTableMissingError';
  readonly table: string;
  readonly region: string;

  constructor(table: string, { region, endpoint }: AwsPlace, options?: ErrorOptions) {
    const where = endpoint === undefined ? `this account's region ${region}` : `${endpoint}, region ${region}`;
    super(
      `there is no table ${table} in ${where}: name the fleet with --aws-prefix, and its region with --aws-region, ` +
        'as it was deployed, or deploy it',
      options,
    );
    this.table = table;
    this.region = region;
  }
}

/** Nothing says which region the fleet is in. */
export class AwsRegionMissingError extends Error {
  override readonly name = 'AwsRegionMissingError';

  constructor(options?: ErrorOptions) {
    super('no region of AWS is known: give --aws-region (AWS_REGION), or a profile that has one', options);
  }
}

/** AWS cannot be asked, for want of credentials. They may come later, as they do where a role is just being made. */
export class AwsCredentialsMissingError extends Error {
  override readonly name = 'AwsCredentialsMissingError';

  constructor(options?: ErrorOptions) {
    super(
      'no credentials for AWS were found: run with a role (a task, an instance), or set AWS_PROFILE, or ' +
        'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      options,
    );
  }
}
