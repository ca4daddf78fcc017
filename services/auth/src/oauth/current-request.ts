import { AsyncLocalStorage } from 'node:async_hooks';
import type { HopContext } from '@rollcall/service-kit/actor';
import type { SignedIn } from '../store/signed-in.ts';

/** What is known of the browser or client whose request the OAuth provider is answering. */
export interface CurrentRequest {
  /** By its session cookies, which are ours: the provider has no sign-in of its own. */
  readonly signedIn: SignedIn | undefined;
  readonly hop: HopContext;
  /** A digest of where it comes from. */
  readonly origin: string;
  /** The person has confirmed that they want to sign out. */
  signsOut: boolean;
  /** What it could not be answered for: another part of the service is away. */
  outage?: unknown;
}

export const currentRequest = new AsyncLocalStorage<CurrentRequest>();

/** What other services are told of the request that they are asked for. */
export const currentHop = (): HopContext | undefined => currentRequest.getStore()?.hop;
