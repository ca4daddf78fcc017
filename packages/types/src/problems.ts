/**
 * Every way a request can be refused: the stable `code` of an RFC 9457 problem, its HTTP status and its constant
 * title. Domains name codes; only this table knows statuses.
 */
export const problems = {
  // Bad input
  invalid_input: { status: 400, title: 'The request has invalid values' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_cursor: { status: 400, title: 'The cursor is not one this list gave out' },
  weak_password: { status: 400, title: 'The password is too easy to guess' },
  passkey_refused: { status: 400, title: 'This is no passkey that was asked for here' },
  token_invalid: { status: 400, title: 'The link or code is unknown, used or expired' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unprocessable: { status: 422, title: 'The user could not be created' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another body' },
  webhook_id_reused: { status: 422, title: 'The webhook-id was used for another event' },
  // Who is asking
  unauthenticated: { status: 401, title: 'Sign in first' },
  token_revoked: { status: 401, title: 'The session has ended' },
  signature_invalid: { status: 401, title: 'The signature does not prove where this comes from' },
  invalid_credentials: { status: 401, title: 'The identifier or password is wrong' },
  mfa_required: { status: 401, title: 'This account needs a second factor: sign in where one can be given' },
  sign_in_expired: { status: 401, title: 'The sign-in took too long or failed too often: begin anew' },
  second_factor_required: {
    status: 401,
    title: 'A second factor is wanted of you: add one, or prove yours',
  },
  reauthentication_required: { status: 401, title: 'Prove once more that it is you' },
  refresh_token_invalid: { status: 401, title: 'The refresh token is unknown, used or expired' },
  forbidden: { status: 403, title: 'You may not do this' },
  insufficient_scope: { status: 403, title: 'The key was not made for this' },
  cross_site_request: { status: 403, title: 'A cookie does not authorize requests from other sites' },
  untrusted_hop: { status: 403, title: 'This address is for services only' },
  identity_not_linked: { status: 401, title: 'An account has this address: sign in to it, then link the provider' },
  email_not_verified: { status: 401, title: 'The provider does not vouch for an address to make an account for' },
  email_outside_domains: {
    status: 401,
    title: 'The provider speaks for addresses of its organization’s domains only, and this is none',
  },
  sign_up_closed: { status: 401, title: 'Nobody new comes in by this provider' },
  provider_refused: { status: 401, title: 'The provider did not say who you are' },
  // What is asked for
  not_found: { status: 404, title: 'There is nothing here for you' },
  method_not_allowed: { status: 405, title: 'This address does not take that method' },
  // State refuses
  username_taken: { status: 409, title: 'The username is taken' },
  permission_exists: { status: 409, title: 'A permission of this name exists' },
  permission_protected: { status: 409, title: 'This permission is part of the product' },
  id_taken: { status: 409, title: 'Something has this id already' },
  role_exists: { status: 409, title: 'A role of this name exists' },
  group_exists: { status: 409, title: 'A group of this name exists' },
  member_exists: { status: 409, title: 'They are a member already, on other terms' },
  not_in_organization: { status: 409, title: 'They do not belong to this organization' },
  organization_needed: { status: 409, title: 'Only who belongs to an organization has projects' },
  seat_limit_reached: { status: 409, title: 'The plan of this organization has no free seat' },
  seats_in_use: { status: 409, title: 'More seats are taken than this plan has' },
  reservation_ended: { status: 409, title: 'No seat is kept any more' },
  not_undoable: { status: 409, title: 'This cannot be taken back' },
  undo_blocked: { status: 409, title: 'Later changes build on this one' },
  too_much_at_once: { status: 409, title: 'This changes more than one request may' },
  revision_unknown: { status: 409, title: 'The revision is of another epoch of the log' },
  last_admin: { status: 409, title: 'The last administrator cannot be lost' },
  already_bootstrapped: { status: 409, title: 'There is a first administrator already' },
  user_suspended: { status: 409, title: 'The account is deactivated' },
  account_not_deactivated: { status: 409, title: 'The account is not deactivated' },
  external_id_taken: { status: 409, title: 'The external id belongs to another user' },
  request_in_progress: { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  event_still_fails: { status: 409, title: 'The event still cannot be applied' },
  event_not_parked: { status: 409, title: 'The event is not parked any more' },
  too_many_factors: { status: 409, title: 'There are as many factors of this kind as there may be' },
  too_many_keys: { status: 409, title: 'There are as many keys as there may be' },
  identity_taken: { status: 409, title: 'It is linked to another account' },
  domain_taken: { status: 409, title: 'Another organization has proved this domain' },
  domain_not_proved: { status: 409, title: 'The DNS record that proves the domain is not there' },
  too_many_domains: { status: 409, title: 'The organization has as many domains as it may' },
  too_many_clients: { status: 409, title: 'The organization has as many applications as it may' },
  too_many_providers: { status: 409, title: 'The organization has as many identity providers as it may' },
  last_way_in: { status: 409, title: 'There would be no way left to sign in' },
  second_factor_needed: { status: 409, title: 'Recovery codes belong to a second factor, and there is none' },
  client_without_secret: { status: 409, title: 'This application proves itself by other means than a secret' },
  precondition_failed: { status: 412, title: 'The resource has changed since it was read' },
  // Limits and outages
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'A part of the service is not available' },
  provider_unavailable: { status: 503, title: 'The provider does not answer' },
  resolver_unavailable: { status: 503, title: 'The name servers of the domain do not answer' },
  hook_unavailable: { status: 503, title: 'Who has to agree does not answer' },
  overloaded: { status: 503, title: 'Too much is going on; try again shortly' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof problems;

/** One thing that is wrong with the input: where (RFC 6901 JSON pointer) and what. */
export interface InputError {
  readonly pointer: string;
  readonly detail: string;
}

/** A refusal as a value: what the domain returns and the edge turns into a problem document. */
export interface Refusal {
  readonly refused: ProblemCode;
  readonly detail?: string;
  readonly errors?: readonly InputError[];
  /** Seconds until a retry makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Positions of the access log that are in the way. */
  readonly blockedBy?: readonly number[];
  /** What sign-in would do: how long ago at most, and how well assured (RFC 9470). */
  readonly stepUp?: { readonly maxAgeSeconds?: number; readonly acr?: string };
  /** The scopes of which one would do (RFC 6750 section 3). */
  readonly scopes?: readonly string[];
}

/** Makes a refusal. Say in `detail` what this caller can do about it, never what happened inside. */
export const refuse = (refused: ProblemCode, more: Omit<Refusal, 'refused'> = {}): Refusal => ({ refused, ...more });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;
