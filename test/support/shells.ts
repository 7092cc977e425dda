/** The POSIX shells of this machine, each with the words that start it. */
const CANDIDATES: readonly (readonly [string, readonly string[]])[] = [
  ["sh", ["sh"]],
  ["dash", ["dash"]],
  ["bash", ["bash", "--posix"]],
  ["busybox sh", ["busybox", "sh"]],
  ["zsh as sh", ["zsh", "--emulate", "sh"]],
];

export const SHELLS: [string, readonly string[]][] = CANDIDATES.filter(
  ([, [program]]) => Bun.which(program!) !== null,
).map(([name, words]) => [name, words]);
