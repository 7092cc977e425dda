import { expect, test } from "bun:test";
import { listenReason, parseListenAddress } from "../../src/core/listen-address.ts";

test.each([
  [":9180", { port: 9180 }],
  ["127.0.0.1:1", { host: "127.0.0.1", port: 1 }],
  ["localhost:65535", { host: "localhost", port: 65_535 }],
  ["[::1]:80", { host: "::1", port: 80 }],
])("%s is an address to listen on", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
  expect(listenReason(text)).toBeUndefined();
});

test.each(["", "9180", ":0", ":65536", "::1:80", "host:", "a b:80", ":80/metrics", "http://h:80"])(
  "%s is none",
  (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
    expect(listenReason(text)).toContain("write :9180");
  },
);
