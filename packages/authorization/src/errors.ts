import { type Tuple, textOf } from './tuple.ts';

/** Where in a model something is wrong, as far as that is known; lines count from 1. */
export interface Place {
  readonly type?: string;
  readonly relation?: string;
  readonly line?: number;
}

/** A model that cannot be used: the message says where and why. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly reason: string;
  readonly place: Place;

  constructor(reason: string, place: Place = {}, options?: ErrorOptions) {
    const { type, relation, line } = place;
    const named = type === undefined ? '' : `${relation === undefined ? type : `${type}#${relation}`}: `;
    super(`${line === undefined ? '' : `line ${line}: `}${named}${reason}`, options);
    this.reason = reason;
    this.place = place;
  }
}

/** A tuple that the model does not allow, or that is none. */
export class InvalidTuple extends Error {
  override readonly name = 'InvalidTuple';
  readonly tuple: Tuple;

  constructor(tuple: Tuple, reason: string) {
    super(`${textOf(tuple)}: ${reason}`);
    this.tuple = tuple;
  }
}

/** A question that means nothing: a malformed id, or a type or relation that the model does not have. */
export class InvalidQuestion extends Error {
  override readonly name = 'InvalidQuestion';
}

/** An answer that would take more steps than allowed. Nothing is known then: whoever asked must not go on as if allowed. */
export class TooComplex extends Error {
  override readonly name = 'TooComplex';

  constructor(workLimit: number) {
    super(`more than ${workLimit} steps would be needed`);
  }
}

/** A snapshot that is damaged, or of another model or version. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}
