import { z } from 'zod';
import { line, paragraph } from './text.ts';

/**
 * An e-mail address of the plain `local@domain` form in ASCII, as typed. Quoted local parts, comments and display
 * names are refused: mail software has delivered those to somebody else (FAULTS N56).
 */
export const email = z.email('must be an e-mail address').max(254, 'must be at most 254 characters');

/** E-mail addresses that differ only in case are one address. */
export const emailKey = (address: string): string => address.toLowerCase();

/** Public handle: ASCII, so that no two different ones look alike; unique whatever the case. */
export const username = z
  .string()
  .min(3, 'must be at least 3 characters')
  .max(32, 'must be at most 32 characters')
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'may hold letters, digits, and . _ - between them');

export const usernameKey = (name: string): string => name.toLowerCase();

/** Longest password taken, in code points; beyond it hashing cost would be the caller's to choose. */
export const passwordMaxLength = 256;
/** Shortest password taken; see infra/decisions for why 8, and the blocklist that goes with it. */
export const passwordMinLength = 8;

/** A password to be set: checked exactly as typed, never trimmed, folded or cut. */
export const newPassword = paragraph({ min: passwordMinLength, max: passwordMaxLength });

/** A password to be compared: any text, so that an old or odd one gets an honest "no". */
export const presentedPassword = paragraph({ max: passwordMaxLength });

/** A mailed secret: 24 random bytes in base64url. */
export const mailedToken = z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'must be the 32 characters of the mailed link');

const regionNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && code !== 'ZZ' && regionNames.of(code) !== undefined;

const isLocale = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
};

const isTimeZone = (zone: string): boolean => {
  try {
    // Offsets such as "+01:00" are accepted by newer engines but are no place's time zone.
    return /^[A-Za-z]/.test(zone) && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
};

/** ISO 3166-1 alpha-2. */
export const countryCode = z.string().max(2).refine(isCountry, 'must be an ISO 3166-1 alpha-2 country code');
/** BCP 47, in its canonical spelling. */
export const locale = z.string().max(35).refine(isLocale, 'must be a canonical BCP 47 language tag, such as de-CH');
/** IANA time zone name. */
export const timeZone = z.string().max(64).refine(isTimeZone, 'must be an IANA time zone, such as Europe/Zurich');

/** Codes of the gender reference table; the profile service owns the table and its labels. */
export const genderCode = z.string().regex(/^[a-z][a-z_]{0,31}$/, 'must be a code of GET /v1/genders');

/** What people may say about themselves; every part may be absent or null. */
export const profileFields = z.strictObject({
  firstName: line({ max: 50 }).nullish(),
  lastName: line({ max: 50 }).nullish(),
  description: paragraph({ max: 140 }).nullish(),
  gender: genderCode.nullish(),
  countryCode: countryCode.nullish(),
  locale: locale.nullish(),
  timeZone: timeZone.nullish(),
});
export type ProfileFields = z.infer<typeof profileFields>;
