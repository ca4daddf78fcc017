import { z } from 'zod';

/** As Standard Webhooks has them. */
export const isSigningSecret = (secret: string): boolean => {
  const text = /^whsec_(.+)$/.exec(secret)?.[1] ?? '';
  const bytes = Buffer.from(text, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === text;
};

/** Several while one takes the place of another: blanks or commas between; none where nothing is set. */
export const signingSecrets = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((secret) => secret !== ''))
  .refine(
    (secrets) => secrets.every(isSigningSecret),
    'must hold secrets of whsec_ and 24 to 64 random bytes in base64, blanks or commas between',
  );
