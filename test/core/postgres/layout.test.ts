import { expect, test } from "bun:test";
import { foldersOf, isTransient, walFolderOf } from "../../../src/core/postgres/layout.ts";

test.each([9.6, 10, 13, 15, 17])("the folders of Postgres %p name parents before children", (major) => {
  const folders = foldersOf(major);
  for (const [index, folder] of folders.entries()) {
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    if (parent !== "") expect(folders.indexOf(parent)).toBeLessThan(index);
    if (parent !== "") expect(folders.indexOf(parent)).not.toBe(-1);
  }
  expect(folders).toContain(walFolderOf(major));
});

test("the write-ahead log was renamed in 10, and has summaries since 17", () => {
  expect(walFolderOf(9.6)).toBe("pg_xlog");
  expect(walFolderOf(10)).toBe("pg_wal");
  expect(foldersOf(16)).not.toContain("pg_wal/summaries");
  expect(foldersOf(17)).toContain("pg_wal/summaries");
});

test.each([
  ["postmaster.pid", true],
  ["postmaster.opts", true],
  ["current_logfiles", true],
  ["pg_stat_tmp/global.stat", true],
  ["base/pgsql_tmp/pgsql_tmp1234.0", true],
  ["base/pgsql_tmp", true],
  [".s.PGSQL.5432.lock", true],
  ["pg_stat/pgstat.stat", false],
  ["pg_stat_tmp", false],
  ["base/5/postmaster.pid", false],
  ["PG_VERSION", false],
  ["global/pg_control", false],
])("whether %p means nothing without its server: %p", (path, transient) => {
  expect(isTransient(path)).toBe(transient);
});
