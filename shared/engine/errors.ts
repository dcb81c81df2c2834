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

/** The file is another program's database. It is left unchanged. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
  readonly path: string;

  constructor(path: string) {
    super(`database ${path} was not made by coppice: name another data directory`);
    this.path = path;
  }
}

/** The file is damaged: overwritten, or cut off. It is left unchanged. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError';
  readonly path: string;

  constructor(path: string, options: { readonly cause: Error }) {
    super(
      `database ${path} is damaged (${options.cause.message}): stop the fleet, move this file and those named ${path}-wal and ` +
        `${path}-shm aside, and restore them from a backup, or start without them: the node then takes open epochs up anew`,
      options,
    );
    this.path = path;
  }
}

/** The region or emulator that was searched. */
export interface AwsPlace {
  readonly region: string;
  /** An emulator's URL; AWS itself when missing. */
  readonly endpoint?: string;
}

/** The ledger's table does not exist in this account and region, or on this emulator. */
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

/** The fleet's region is unknown. */
export class AwsRegionMissingError extends Error {
  override readonly name = 'AwsRegionMissingError';

  constructor(options?: ErrorOptions) {
    super('the AWS region is unknown: give --aws-region (AWS_REGION), or a profile that has one', options);
  }
}

/** AWS cannot be called without credentials. They may appear later, as where a role is just being created. */
export class AwsCredentialsMissingError extends Error {
  override readonly name = 'AwsCredentialsMissingError';

  constructor(options?: ErrorOptions) {
    super(
      'no AWS credentials found: run with a role (a task, an instance), or set AWS_PROFILE, or ' +
        'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      options,
    );
  }
}
