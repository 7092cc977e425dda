import { expect, test } from "bun:test";
import { markerPath, participantOf, type Peer, peerTitle } from "../../src/core/participants.ts";

const FILES: Peer = { kind: "files" };
const DATABASE: Peer = { kind: "postgres", database: "orders" };

const paths = (peer: Peer): string[] =>
  (["ready", "upload", "uploaded"] as const).map((name) => markerPath(peer, name));

test("the markers stand where the scripts of old look for them", () => {
  expect(paths(FILES)).toEqual(["mountdone", "initupload", "uploaddone"]);
  expect(paths(DATABASE)).toEqual(["orders/dbstarted", "orders/initdbupload", "orders/dbuploaddone"]);
});

test("participants have names for files, and titles for people", () => {
  expect([FILES, DATABASE].map(participantOf)).toEqual(["files", "postgres-orders"]);
  expect([FILES, DATABASE].map(peerTitle)).toEqual([
    "files sidecar",
    'postgres sidecar of database "orders"',
  ]);
});

test("a database may be called what the other participants are called", () => {
  const names = ["files", "app"].map((database) => participantOf({ kind: "postgres", database }));
  expect(names).not.toContain("files");
  expect(names).not.toContain("app");
});
