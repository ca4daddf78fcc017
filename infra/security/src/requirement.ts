/** A requirement of OWASP ASVS 5.0.0, in our words, and how Rollcall stands to it. One without tests, reason or open is refused by the spec. */
export interface Requirement {
  readonly id: `${number}.${number}.${number}`;
  readonly level: 1 | 2 | 3;
  readonly asks: string;
  /** What proves it: titles of tests, or of groups of them, by spec file. */
  readonly tests?: Readonly<Record<string, readonly string[]>>;
  /** Why it does not apply, or how it is met where no test can say so. */
  readonly reason?: string;
  /** What is missing. A requirement of which this is said is not met, whatever tests there are for the rest of it. */
  readonly open?: string;
}

export type Standing = 'tested' | 'reasoned' | 'open';

export const standingOf = ({ tests, open }: Requirement): Standing =>
  open !== undefined ? 'open' : tests !== undefined ? 'tested' : 'reasoned';
