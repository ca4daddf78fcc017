import type { Connection } from '@rollcall/database/connect';
import type { EventPlane } from '@rollcall/events/event-plane';
import type { PersonalData } from '@rollcall/events/personal-data';
import type { AskHooks } from '@rollcall/service-kit/blocking-hooks';
import type { PermissionCheck } from '@rollcall/service-kit/call-context';
import type { Logger } from '@rollcall/service-kit/logging';
import type { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import type Provider from 'oidc-provider';
import type { Config } from './config.ts';
import type { LookUpTxt } from './domains/txt-lookup.ts';
import type { TotpSeal } from './factors/sealed-totp.ts';
import type { FirebaseVerifier } from './identities/firebase.ts';
import type { ProviderClients } from './identities/provider-clients.ts';
import type { ChecksSeal } from './identities/sealed-checks.ts';
import type { ProviderSecretSeal } from './identities/sealed-provider-secret.ts';
import type { RecordSeal } from './oauth/record-seal.ts';
import type { PasswordHasher } from './passwords/password-hasher.ts';
import type { JudgePassword } from './passwords/password-policy.ts';
import type { SignInGuard } from './passwords/sign-in-guard.ts';
import type { StuffingWatch } from './passwords/stuffing-watch.ts';
import type { RefusedSignIns } from './refused-sign-ins.ts';
import type { RevocationFeed } from './revocation-feed.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';

/** What `service.ts` hands to handlers, reactions and workers. */
export interface Ports {
  readonly config: Config;
  readonly connection: Connection;
  readonly events: EventPlane;
  readonly personal: PersonalData;
  readonly client: ServiceClient;
  readonly hasher: PasswordHasher;
  readonly judgePassword: JudgePassword;
  readonly guard: SignInGuard;
  readonly keys: SigningKeys;
  readonly totpSeal: TotpSeal;
  /** What a recovery code of a person is kept as. */
  readonly recoveryDigest: (userId: string, code: string) => string;
  readonly recordSeal: RecordSeal;
  /** The OAuth provider, with the keys that sign now. */
  readonly provider: () => Promise<Provider>;
  /** What a mailed code of a request is kept as. */
  readonly mailedCodeDigest: (requestId: string, code: string) => string;
  readonly providerClients: ProviderClients;
  readonly checksSeal: ChecksSeal;
  readonly providerSecretSeal: ProviderSecretSeal;
  readonly lookUpTxt: LookUpTxt;
  /** Where applications hear of logouts and have their keys. */
  readonly outgoingToClients: Pick<OutgoingHttp, 'call'>;
  readonly verifyFirebase: FirebaseVerifier;
  readonly askHooks: AskHooks;
  readonly stuffing: StuffingWatch;
  readonly feed: RevocationFeed;
  readonly refusedSignIns: RefusedSignIns;
  readonly checkPermission: PermissionCheck;
  readonly log: Logger;
}
