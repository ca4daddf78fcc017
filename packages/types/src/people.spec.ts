import { describe, expect, it } from 'vitest';
import { countryCodes } from './countries.ts';
import { newPassword, presentedPassword, profileFields } from './people.ts';
import { line, paragraph } from './text.ts';

const takes = (fields: Record<string, unknown>) => profileFields.safeParse(fields).success;

describe('a country', () => {
  it('is one of the 249 codes that ISO 3166-1 has assigned, each of them once', () => {
    expect(new Set(countryCodes).size).toBe(249);
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const countryCode of countryCodes) {
      expect(names.of(countryCode), countryCode).toBeDefined();
      expect(takes({ countryCode })).toBe(true);
    }
  });

  it.each(['EU', 'SU', 'DD', 'UN', 'XK', 'YU', 'AN', 'FX', 'UK', 'QO', 'ZZ', 'ch', 'C', 'CHE', ''])(
    'is not %j: reserved, withdrawn, of another standard, or no code at all',
    (countryCode) => {
      expect(takes({ countryCode })).toBe(false);
    },
  );
});

describe('a gender', () => {
  it.each(['martian', 'Female', 'toString', ''])('is not %j', (gender) => {
    expect(takes({ gender })).toBe(false);
  });
});

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['eUROPE/bERLIN', 'Europe/Berlin'],
    ['etc/gmt+5', 'Etc/GMT+5'],
    ['utc', 'UTC'],
    // Names that the engine knows under another one stay what was chosen.
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['US/Eastern', 'US/Eastern'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(profileFields.parse({ timeZone: typed }).timeZone).toBe(kept);
  });

  it('of an odd spelling is kept under a name of the same zone', () => {
    const kept = String(profileFields.parse({ timeZone: 'aSIA/kOLKATA' }).timeZone);
    expect(['Asia/Kolkata', 'Asia/Calcutta']).toContain(kept);
  });

  it.each(['+01:00', 'Europe/Atlantis', 'Berlin', ''])('is not %j', (timeZone) => {
    expect(takes({ timeZone })).toBe(false);
  });
});

describe('text that others read', () => {
  const schemas = [line({ max: 50 }), paragraph({ max: 50 })];

  it.each(['   ', '\u00a0', '\u3000', '\u200b', '\u2060\ufeff'])('is not blank: %j', (blank) => {
    for (const schema of schemas) expect(schema.safeParse(blank).success).toBe(false);
  });

  it.each(['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'])(
    'does not turn the direction of what is beside it: %j',
    (control) => {
      for (const schema of schemas) expect(schema.safeParse(`admin${control}nimda`).success).toBe(false);
    },
  );

  it.each(['', 'Ada', ' Ada ', 'עדה', '👩🏽‍💻', 'می‌خواهم', '\u200fעדה'])(
    'is taken as it is in any script: %j',
    (text) => {
      for (const schema of schemas) expect(schema.parse(text)).toBe(text);
    },
  );
});

describe('a password', () => {
  it.each(['        ', '\u202e nothing but odd \u2066', 'عبارة المرور'])('may hold any text: %j', (typed) => {
    expect(newPassword.parse(typed)).toBe(typed);
    expect(presentedPassword.parse(typed)).toBe(typed);
  });
});
