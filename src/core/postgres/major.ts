/**
 * Major versions of Postgres as numbers: 9.6, 10, 15. Until 9.6 the first two components are the major version
 * (https://www.postgresql.org/support/versioning/).
 */
export type Major = number;

/** The major version in `9.6.24`, `13.16`, `15`, `18beta1`, with or without a line end; undefined for anything else. */
export function majorOf(version: string): Major | undefined {
  const match = /^(\d+)(?:\.(\d+))?/.exec(version.trim());
  if (match === null) return undefined;
  const first = Number(match[1]);
  if (first >= 10) return first;
  return match[2] === undefined ? undefined : Number(`${match[1]}.${match[2]}`);
}

/** The version in the output of `postgres --version`: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
export function versionOf(output: string): string | undefined {
  return /^postgres \(PostgreSQL\) (\S+)/.exec(output)?.[1];
}

/** The package that holds the server of a major version, as Debian and PGDG name it. */
export function packageOf(major: Major): string {
  return `postgresql-${major}`;
}
