import type { Model } from './model.ts';
import { grown } from './runs.ts';

/** Of each type three objects without a name that anybody could use; their numbers follow from the type's. */
const placeholders = 3;
const everybody = 0;
const absentObject = 1;
const absentUser = 2;

/**
 * Numbers for objects, and a slot for each relation of each object. An object is there as long as a tuple names it;
 * then its number and its slots are given to the next object of its type.
 *
 * A userset is written as `~slot`, below 0, so that one integer names whoever a tuple may name.
 */
export class Dictionary {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  /** By type. */
  readonly #free: number[][];
  readonly #model: Model;
  /** Two entries an object, for they are looked at together: the index of its type, and its first slot. */
  #objects = new Int32Array(0);
  /** Two entries a slot: whose it is, and the id of its relation. */
  #bySlot = new Int32Array(0);
  #slots = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#free = model.types.map(() => []);
    for (const type of model.types) {
      this.#append(`${type.name}:*`, type.index);
      this.#append('', type.index);
      this.#append('', type.index);
    }
  }

  /** All numbers are below this one. */
  get objectCount(): number {
    return this.#names.length;
  }

  get slotCount(): number {
    return this.#slots;
  }

  /** The first number that is not a placeholder. */
  get firstObject(): number {
    return placeholders * this.#model.types.length;
  }

  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** Gives a number to an object that has none. */
  add(name: string, type: number): number {
    const free = this.#free[type]?.pop();
    const number = free ?? this.#append(name, type);
    this.#names[number] = name;
    this.#numbers.set(name, number);
    return number;
  }

  release(object: number): void {
    this.#numbers.delete(this.nameOf(object));
    this.#names[object] = '';
    this.#free[this.typeOf(object)]?.push(object);
  }

  /** `type:id`, or `type:*`; empty if nobody has the number. */
  nameOf(object: number): string {
    return this.#names[object] ?? '';
  }

  typeOf(object: number): number {
    return this.#objects[2 * object] ?? 0;
  }

  firstSlotOf(object: number): number {
    return this.#objects[2 * object + 1] ?? 0;
  }

  slotCountOf(object: number): number {
    return this.#model.types[this.typeOf(object)]?.relations.length ?? 0;
  }

  ownerOf(slot: number): number {
    return this.#bySlot[2 * slot] ?? 0;
  }

  relationOf(slot: number): number {
    return this.#bySlot[2 * slot + 1] ?? 0;
  }

  /** Who stands for every object of a type in tuples. */
  wildcardOf(type: number): number {
    return placeholders * type + everybody;
  }

  /** An object of that type that no tuple names. */
  absentObjectOf(type: number): number {
    return placeholders * type + absentObject;
  }

  /** Another one: two that are not known are not therefore the same. */
  absentUserOf(type: number): number {
    return placeholders * type + absentUser;
  }

  #append(name: string, type: number): number {
    const object = this.#names.length;
    const relations = this.#model.types[type]?.relations ?? [];
    this.#reserve(object + 1, this.#slots + relations.length);
    this.#names.push(name);
    this.#objects[2 * object] = type;
    this.#objects[2 * object + 1] = this.#slots;
    for (const { id } of relations) {
      this.#bySlot[2 * this.#slots] = object;
      this.#bySlot[2 * this.#slots + 1] = id;
      this.#slots++;
    }
    return object;
  }

  #reserve(objects: number, slots: number): void {
    if (2 * objects > this.#objects.length) this.#objects = grown(this.#objects, 2 * objects);
    if (2 * slots > this.#bySlot.length) this.#bySlot = grown(this.#bySlot, 2 * slots);
  }
}
