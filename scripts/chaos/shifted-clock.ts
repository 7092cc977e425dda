/** A kit whose wall clock can be set while it runs: `shifted-clock.c`. */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compiled } from "./compile.ts";
import { MappedFile } from "./mapped-file.ts";

const LOADER = "ld.so";

export class ShiftedClock {
  readonly #shift: MappedFile;
  /** The folder of the kit. */
  readonly kit: string;

  /**
   * The launcher hides LD_PRELOAD from its brain, so a script in the place of the kit's own loader preloads for it.
   * @param folder is made
   */
  constructor(kit: string, folder: string) {
    this.kit = folder;
    const [from, lib] = [join(kit, "lib"), join(folder, "lib")];
    mkdirSync(lib, { recursive: true });
    for (const name of readdirSync(from)) {
      symlinkSync(join(from, name), join(lib, name === LOADER ? "loader" : name));
    }
    const shim = compiled("shifted-clock", ["-fPIC", "-shared"]);
    writeFileSync(join(lib, LOADER), `#!/bin/sh\nexec "${lib}/loader" --preload "${shim}" "$@"\n`);
    chmodSync(join(lib, LOADER), 0o755);
    // The launcher finds the kit by where its own file is, so a link would lead to the other one.
    for (const name of readdirSync(kit).filter((name) => name !== "lib")) {
      copyFileSync(join(kit, name), join(folder, name));
    }
    this.#shift = new MappedFile(join(folder, "shift"), new BigInt64Array(1));
  }

  get env(): Readonly<Record<string, string>> {
    return { SHIFTED_CLOCK: this.#shift.path };
  }

  /** Sets the clocks of all processes of this kit, at once. */
  shift(seconds: number): void {
    this.#shift.write(new BigInt64Array([BigInt(seconds)]));
  }
}
