/** An option as `getopts` of POSIX shells hands it over; `argument` only where the option takes one. */
export interface ShellOption {
  readonly letter: string;
  readonly argument?: string;
}

export interface ShellOptions {
  readonly options: readonly ShellOption[];
  /** What follows the options: from the first word that is none, or after `--`. */
  readonly operands: readonly string[];
  readonly mistakes: readonly { readonly letter: string; readonly kind: "unknown" | "no argument" }[];
}

/**
 * Reads arguments as POSIX `getopts` does with the option string `spec` (`sc:b:d:`): letters may be joined,
 * an argument may be joined to its letter (`-cDIR`) or be the next word, whatever that is.
 */
export function readShellOptions(spec: string, argv: readonly string[]): ShellOptions {
  const options: ShellOption[] = [];
  const mistakes: ShellOptions["mistakes"][number][] = [];
  let index = 0;
  for (; index < argv.length; index += 1) {
    const word = argv[index]!;
    if (!word.startsWith("-") || word === "-") break;
    if (word === "--") {
      index += 1;
      break;
    }
    const letters = Array.from(word.slice(1));
    for (const [at, letter] of letters.entries()) {
      const place = letter === ":" ? -1 : spec.indexOf(letter);
      if (place === -1) {
        mistakes.push({ letter, kind: "unknown" });
        continue;
      }
      if (spec[place + 1] !== ":") {
        options.push({ letter });
        continue;
      }
      const joined = letters.slice(at + 1).join("");
      const argument = joined === "" ? argv[(index += 1)] : joined;
      if (argument === undefined) mistakes.push({ letter, kind: "no argument" });
      else options.push({ letter, argument });
      break;
    }
  }
  return { options, operands: argv.slice(index), mistakes };
}
