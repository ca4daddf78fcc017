import { randomBytes } from 'node:crypto';

/**
 * - `secret`: opens something (a password, a token). Rests nowhere, and is told to nobody but its owner.
 * - `personal`: belongs to somebody (a name, an address). Kept where it has to be, never in what leaves the system.
 */
export type CanaryKind = 'secret' | 'personal';

/** Where a canary was seen that should not have been there. */
export interface Sighting {
  readonly canary: string;
  readonly place: string;
  /** How it was written there: as it is, or in an encoding. */
  readonly form: string;
  /** What stood around it. */
  readonly excerpt: string;
}

interface Canary {
  readonly kind: CanaryKind;
  readonly name: string;
  /** Encodings by the lower-case text that gives it away in them. */
  readonly forms: ReadonlyMap<string, string>;
}

/** Shorter ones turn up by chance, and their base64 forms even sooner. */
const shortest = 8;

/** A text that stands nowhere else, to make a value of. */
export const freshCanary = (): string => `canary${randomBytes(6).toString('hex')}`;

/**
 * Values that a spec sends into a system in order to look for them where they must not come out: in the clear, whatever
 * the case of its letters, percent-encoded, escaped in JSON, in hex, and anywhere within a base64 text.
 *
 * @example
 * const password = canaries.add('secret', 'the password', freshCanary());
 * expect(canaries.seenIn('the log', lines, ['secret'])).toEqual([]);
 */
export class Canaries {
  readonly #canaries: Canary[] = [];

  /**
   * Looks out for a value from here on.
   *
   * @returns the value.
   * @throws when it is too short to be told from chance.
   */
  add(kind: CanaryKind, name: string, text: string): string {
    if (text.length < shortest) throw new Error(`${name} is too short to be looked for: ${text.length} characters`);
    this.#canaries.push({ kind, name, forms: formsOf(text) });
    return text;
  }

  /** Which of them these texts hold; each is told once a place, however often it is there. */
  seenIn(
    place: string,
    texts: readonly string[],
    kinds: readonly CanaryKind[] = ['secret', 'personal'],
  ): readonly Sighting[] {
    const text = texts.join('\n');
    const folded = text.toLowerCase();
    // The places that letters are cut out at are those of the folded text only while folding keeps lengths.
    const shown = folded.length === text.length ? text : folded;
    const canaries = this.#canaries.filter(({ kind }) => kinds.includes(kind));
    const found = findFirst(
      folded,
      canaries.flatMap(({ forms }) => [...forms.keys()]),
    );
    return canaries.flatMap(({ name, forms }) => {
      for (const [needle, form] of forms) {
        const at = found.get(needle);
        if (at !== undefined) return [{ canary: name, place, form, excerpt: around(shown, at, needle.length) }];
      }
      return [];
    });
  }
}

/**
 * Where each of many texts is first, if it is there: hundreds are looked for in hundreds of megabytes, which is read once,
 * and closely only where one of them may begin.
 */
const findFirst = (text: string, needles: readonly string[]): ReadonlyMap<string, number> => {
  const byBeginning = new Map<number, string[]>();
  const mayBegin = new Uint8Array(2 ** 16);
  for (const needle of new Set(needles)) {
    const beginning = [...Buffer.from(needle.slice(0, 4), 'latin1')].reduce(shifted, 0);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), needle]);
    mayBegin[bucketOf(beginning)] = 1;
  }
  const found = new Map<string, number>();
  let lastFour = 0;
  for (let end = 0; end < text.length; end++) {
    lastFour = shifted(lastFour, text.charCodeAt(end));
    if (mayBegin[bucketOf(lastFour)] === 0) continue;
    for (const needle of byBeginning.get(lastFour) ?? []) {
      if (!found.has(needle) && text.startsWith(needle, end - 3)) found.set(needle, end - 3);
    }
  }
  return found;
};

/** Four letters as one number; of letters beyond Latin-1, the lower half. */
const shifted = (letters: number, next: number): number => (letters << 8) | (next & 0xff);
const bucketOf = (letters: number): number => Math.imul(letters, 2_654_435_761) >>> 16;

const around = (text: string, at: number, length: number): string =>
  text.slice(Math.max(0, at - 120), at + length + 80);

const formsOf = (text: string): Map<string, string> => {
  const bytes = Buffer.from(text);
  const forms = new Map([
    ['clear', text],
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['percent', encodeURIComponent(text)],
    ['form', new URLSearchParams([['', text]]).toString().slice(1)],
    ['hex', bytes.toString('hex')],
  ]);
  for (const offset of [0, 1, 2]) {
    const inner = base64Within(bytes, offset);
    forms.set(`base64 at ${offset}`, inner);
    forms.set(`base64url at ${offset}`, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  const byText = new Map<string, string>();
  for (const [form, written] of forms) {
    const needle = written.toLowerCase();
    // Most are written alike in the clear and in several encodings.
    if (!byText.has(needle)) byText.set(needle, form);
  }
  return byText;
};

/** The letters that stand for these bytes alone, after so many bytes of something else in a base64 text. */
const base64Within = (bytes: Buffer, offset: number): string => {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((whole.length * 8) / 6);
  return whole.toString('base64').slice(first, last);
};
