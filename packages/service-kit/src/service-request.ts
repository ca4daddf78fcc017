/** A request to another service, headers and signature included. */
export interface ServiceRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Asking twice does no more than asking once: another replica may be asked when one breaks off. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds after which nobody waits any more. */
  readonly patience?: number;
}
