import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";

/** A small file that other processes have mapped: overwritten in place, for a mapping of a file that was truncated kills. */
export class MappedFile {
  readonly path: string;

  constructor(path: string, content: NodeJS.ArrayBufferView) {
    this.path = path;
    writeFileSync(path, content);
  }

  write(content: NodeJS.ArrayBufferView): void {
    const fd = openSync(this.path, "r+");
    writeSync(fd, content, 0, content.byteLength, 0);
    closeSync(fd);
  }
}
