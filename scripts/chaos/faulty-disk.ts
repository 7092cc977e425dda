/** A folder on a disk that fails when it is told to: `faulty-disk.c`. */
import { compiled } from "./compile.ts";
import { MappedFile } from "./mapped-file.ts";

/** Kinds of operations, as `enum kind` in `faulty-disk.c` has them; `sync` is fsync(2) and close(2). */
const KINDS = { look: 1, read: 2, write: 4, sync: 8, name: 16 } as const;

export type Operation = keyof typeof KINDS;

export class FaultyDisk {
  readonly #control: MappedFile;
  readonly folder: string;

  /** Mounts `folder` over itself. `control` is a file that is made, and lies elsewhere. */
  constructor(folder: string, control: string) {
    this.folder = folder;
    this.#control = new MappedFile(control, new Uint32Array(2));
    const program = compiled("faulty-disk", ["-D_FILE_OFFSET_BITS=64", "-I/usr/include/fuse3", "-lfuse3"]);
    const options = "allow_other,default_permissions,fsname=faulty";
    const { success, stderr } = Bun.spawnSync([program, control, folder, "-o", options]);
    if (!success) throw new Error(`cannot mount a faulty disk at ${folder}: ${stderr.toString()}`);
  }

  /** From now on these operations fail with EIO. */
  fail(operations: readonly Operation[]): void {
    this.#say(
      0,
      operations.reduce((sum, operation) => sum | KINDS[operation], 0),
    );
  }

  /** From now on every operation takes longer. */
  slow(milliseconds: number): void {
    this.#say(milliseconds, 0);
  }

  heal(): void {
    this.#say(0, 0);
  }

  #say(milliseconds: number, kinds: number): void {
    this.#control.write(new Uint32Array([milliseconds, kinds]));
  }
}
