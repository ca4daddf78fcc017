/** Puts frames together, once for all who get the same ones one after the other: most do. */
export class JoinedFrames {
  #frames: readonly Buffer[] = [];
  #joined = Buffer.alloc(0);

  of(frames: readonly Buffer[]): Buffer {
    const known = this.#frames;
    if (frames.length !== known.length || frames.some((frame, place) => frame !== known[place])) {
      this.#frames = frames;
      this.#joined = Buffer.concat(frames);
    }
    return this.#joined;
  }
}
