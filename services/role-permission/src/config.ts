import { isDevelopersMachine } from '@rollcall/service-kit/developers-machine';
import { commonVariables, type Environment, readVariables, secretKey } from '@rollcall/service-kit/environment';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { signingSecrets } from '@rollcall/service-kit/signing-secrets';
import { secondFactorDemand } from '@rollcall/types/second-factor-demand';
import { z } from 'zod';
import { planOffers, unlimited } from './plans.ts';

export const variables = {
  ...commonVariables,
  KEY_ENCRYPTION_SECRET: secretKey.meta({
    description: 'encrypts the keys that names of organizations, teams and projects are sealed under',
  }),
  ROLLCALL_PLANS: planOffers.default([...unlimited]).meta({
    description:
      'what an organization can be on, and how many seats that has: JSON like {"free":5,"team":50,"any":null}; the first is everybody’s at first',
  }),
  BILLING_SECRET: signingSecrets.meta({
    description:
      'what a billing system signs with that says which plan an organization has paid for: whsec_…, several while one takes the place of another; [the whole of it](docs/billing.md)',
  }),
  ROLLCALL_DELETION_GRACE_DAYS: z.coerce.number().min(0).max(3_650).default(30).meta({
    description: 'how many days deleted organizations, teams and projects can be restored',
  }),
  ROLLCALL_SECOND_FACTOR_OF: secondFactorDemand,
  ROLLCALL_SETUP_TOKEN: z.string().min(32).max(128).optional().meta({
    description: 'whoever signs up with this token first becomes the first administrator; needed in production',
  }),
};

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const { KEY_ENCRYPTION_SECRET, ROLLCALL_PLANS, BILLING_SECRET, ...most } = readVariables(variables, environment);
  const { ROLLCALL_DELETION_GRACE_DAYS, ROLLCALL_SECOND_FACTOR_OF, ROLLCALL_SETUP_TOKEN, ...common } = most;
  return {
    common,
    keyEncryptionSecret: KEY_ENCRYPTION_SECRET,
    plans: ROLLCALL_PLANS,
    billingSecrets: BILLING_SECRET,
    deletionGraceMilliseconds: ROLLCALL_DELETION_GRACE_DAYS * 24 * 60 * 60 * 1000,
    secondFactorOf: ROLLCALL_SECOND_FACTOR_OF,
    /** On a developer's machine the first person there is becomes the administrator. */
    anyoneMayBootstrap: isDevelopersMachine(common),
    appointsAdminsForTools: isDevelopersMachine(common),
    setupTokenDigest: ROLLCALL_SETUP_TOKEN === undefined ? undefined : digestOf(ROLLCALL_SETUP_TOKEN),
  };
};

export type Config = ReturnType<typeof toConfig>;
