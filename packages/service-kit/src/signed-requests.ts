import { type Refusal, refuse } from '@rollcall/types/problems';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { PlainRequest } from './call-context.ts';

/** Why a request is not believed to come from whoever has the secret, if so. */
export type SignatureCheck = (request: Pick<PlainRequest, 'headers' | 'body'>) => Refusal | undefined;

/**
 * Checks requests that were signed after the Standard Webhooks specification: with any of the secrets, within five minutes, over
 * the very bytes that came. What was overheard serves nobody later, and for as long as it does the receiver knows its
 * `webhook-id`.
 *
 * @param secrets as `signingSecrets` reads them, at least one
 * @example
 * const check = createSignatureCheck(config.billingSecrets);
 * const refusal = check({ headers, body });
 */
export const createSignatureCheck = (secrets: readonly string[]): SignatureCheck => {
  const signers = secrets.map((secret) => new Webhook(secret));
  return ({ headers, body }) => {
    const signed = Object.fromEntries(headers);
    const bytes = Buffer.from(body ?? []);
    const faults = signers.map((signer) => faultIn(signer, bytes, signed));
    return faults.includes(undefined) ? undefined : refuse('signature_invalid', { detail: `${faults[0]}.` });
  };
};

const faultIn = (signer: Webhook, body: Buffer, headers: Record<string, string>): string | undefined => {
  try {
    signer.verify(body, headers, { jsonParse: false });
    return undefined;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message;
    throw error;
  }
};
