/** On what terms a tuple holds, and what made it so. */
export interface Edge {
  /** As it was asked for: ISO 8601 in UTC; null for as long as nobody ends it. */
  readonly validUntil: string | null;
  readonly grantedBy: string;
  /** Milliseconds since 1970, by the log's clock. */
  readonly grantedAt: number;
  /** Of the event that made it. */
  readonly position: number;
}
