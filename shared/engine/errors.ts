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
