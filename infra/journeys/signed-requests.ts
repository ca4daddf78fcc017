import { billingHeaders } from '@rollcall/testing/billing';
import { isSigned, type Route } from '@rollcall/types/route-definition';
import type { RawRequest } from './raw-request.ts';

/** A request, signed where its route asks for it: whatever else is wrong with it comes to light behind the signature. */
export const signedFor = (route: Route, request: RawRequest): RawRequest =>
  isSigned(route) ? { ...request, headers: { ...request.headers, ...billingHeaders(request.body ?? '') } } : request;
