import type { Dictionary } from './dictionary.ts';

/** Numbers for objects and slots as if those that are gone had never been, in the old order: what is sorted stays so. */
export class Renumbered {
  /** The old numbers of all objects, placeholders first. */
  readonly objects: number[] = [];
  /** The old numbers of all their slots. */
  readonly slots: number[] = [];
  readonly #numbers: Int32Array;
  readonly #slotNumbers: Int32Array;

  constructor(dictionary: Dictionary) {
    this.#numbers = new Int32Array(dictionary.objectCount);
    this.#slotNumbers = new Int32Array(dictionary.slotCount);
    for (let object = 0; object < dictionary.objectCount; object++) {
      const isPlaceholder = object < dictionary.firstObject;
      if (!isPlaceholder && dictionary.nameOf(object) === '') continue;
      this.#numbers[object] = this.objects.length;
      this.objects.push(object);
      const first = dictionary.firstSlotOf(object);
      for (let slot = first; slot < first + dictionary.slotCountOf(object); slot++) {
        this.#slotNumbers[slot] = this.slots.length;
        this.slots.push(slot);
      }
    }
  }

  slotOf(slot: number): number {
    return this.#slotNumbers[slot] ?? 0;
  }

  userOf(user: number): number {
    return user < 0 ? ~this.slotOf(~user) : (this.#numbers[user] ?? 0);
  }
}
