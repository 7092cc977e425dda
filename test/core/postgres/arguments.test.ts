import { expect, test } from "bun:test";
import { initdbArguments, serverArguments } from "../../../src/core/postgres/arguments.ts";

test("a new cluster is made as the old sidecar made it, with checksums", () => {
  expect(initdbArguments({ folder: "/d", checksums: true, encoding: "UTF8", sync: true })).toEqual([
    "--pgdata=/d",
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-locale",
    "--data-checksums",
  ]);
});

test("a cluster that takes over another one's files is made like it", () => {
  const locale = { collate: "de_DE.UTF-8", ctype: "C" };
  const like = {
    folder: "/d",
    checksums: false,
    encoding: "LATIN1",
    locale,
    walSegmentSize: 64 * 1024 * 1024,
    sync: false,
  };
  expect(initdbArguments(like).slice(3)).toEqual([
    "--encoding=LATIN1",
    "--lc-collate=de_DE.UTF-8",
    "--lc-ctype=C",
    "--wal-segsize=64",
    "--no-sync",
  ]);
});

test("what we depend on comes after what the user says, so that it wins", () => {
  const args = serverArguments({
    folder: "/d",
    port: 5433,
    listenAddress: "localhost",
    socketFolder: "/s",
    accessFile: "/s/hba",
    parameters: ["work_mem=8MB", "logging_collector=on"],
  });
  expect(args.slice(0, 2)).toEqual(["-D", "/d"]);
  expect(args.indexOf("logging_collector=off")).toBeGreaterThan(args.indexOf("logging_collector=on"));
  for (const said of ["work_mem=8MB", "port=5433", "listen_addresses=localhost", "hba_file=/s/hba"]) {
    expect(args[args.indexOf(said) - 1]).toBe("-c");
  }
});
