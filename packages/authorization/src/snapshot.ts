/** Texts of one length, the same for the same bytes alone: a SHA-256 in hexadecimal, say. */
export type Digest = (bytes: Uint8Array) => string;

/** What the owner of a snapshot says about it; nothing here is understood by the engine. */
export interface SnapshotMark {
  readonly revision: number;
  readonly epoch: string;
}

/** The first number of a snapshot: another one in another version, or on a machine with another order of bytes. */
export const magic = 0x52_43_41_31;
export const headerWords = 8;
