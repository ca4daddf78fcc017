import { z } from 'zod';
import { countryCodes } from './countries.ts';
import { line, paragraph, verbatim } from './text.ts';

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
export const newPassword = verbatim({ min: passwordMinLength, max: passwordMaxLength });

/** A password to be compared: any text, so that an old or odd one gets an honest "no". */
export const presentedPassword = verbatim({ max: passwordMaxLength });

/**
 * A password as another system kept it: argon2, bcrypt, `$pbkdf2-sha256$i=…`, `$scrypt$ln=…,r=…,p=…`, or Firebase's as
 * `$firebase-scrypt$ln=…,r=…,ss=…,sk=…`, each with its salt and hash in the form of PHC strings. It is replaced by one of ours
 * when its owner signs in.
 */
export const passwordHash = z
  .string()
  .max(1024, 'must be at most 1024 characters')
  .regex(/^\$[\x21-\x7e]+$/, 'must be a hash such as $argon2id$…, $2b$… or $scrypt$…');

/** A mailed secret: 24 random bytes in base64url. */
export const mailedToken = z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'must be the 32 characters of the mailed link');

const assignedCountries = new Set(countryCodes);

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

// As people write names of zones: Asia/Kolkata, US/Eastern, EST5EDT.
const usualSpelling = /^(?:[A-Z][A-Za-z0-9+_-]*)(?:\/[A-Z][A-Za-z0-9+_-]*)*$/;

/**
 * The usual spelling of a zone. One of several names of a zone stays the one that was chosen: which of them an engine
 * calls canonical depends on its version, and people do not like to find Kolkata under Calcutta.
 */
const spelledAsUsual = (zone: string): string => {
  if (!isTimeZone(zone)) return zone;
  const canonical = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  return canonical.toLowerCase() !== zone.toLowerCase() && usualSpelling.test(zone) ? zone : canonical;
};

/** ISO 3166-1 alpha-2. */
export const countryCode = z
  .string()
  .max(2)
  .refine((code) => assignedCountries.has(code), 'must be an ISO 3166-1 alpha-2 country code');
/** BCP 47, in its canonical spelling. */
export const locale = z.string().max(35).refine(isLocale, 'must be a canonical BCP 47 language tag, such as de-CH');
/** IANA time zone name, in any case of letters; kept in its usual spelling. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Zurich')
  .overwrite(spelledAsUsual);

/** Codes of the gender reference table; the profile service owns the table and its labels, filled by its migrations. */
export const genderCodes = ['female', 'male', 'non_binary', 'other', 'unspecified'] as const;
export const genderCode = z.enum(genderCodes, 'must be a code of GET /v1/genders');

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

const anyText = z.string().nullish();

/**
 * What people have said about themselves, as events and services pass it on. Wider than {@link profileFields}: what was
 * taken once stays readable when the rules become stricter.
 */
export const profileFacts = z.object({
  firstName: anyText,
  lastName: anyText,
  description: anyText,
  gender: anyText,
  countryCode: anyText,
  locale: anyText,
  timeZone: anyText,
} satisfies Record<keyof ProfileFields, typeof anyText>);
export type ProfileFacts = z.infer<typeof profileFacts>;
