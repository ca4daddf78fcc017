/**
 * The commands most recently appended and where each ended, for telling a repeated command from a new one. Bounded:
 * the oldest is forgotten. The log's unique event ids stay the last word on those that were.
 */
export class RecentCommands {
  readonly #positions = new Map<string, number>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Positions must rise. */
  remember(commandId: string, position: number): void {
    // Deleted first, so that the map's insertion order stays the order of the log.
    this.#positions.delete(commandId);
    this.#positions.set(commandId, position);
    if (this.#positions.size <= this.#capacity) return;
    for (const oldest of this.#positions.keys()) {
      this.#positions.delete(oldest);
      return;
    }
  }

  /** The position of its last event, or undefined if it is not remembered. */
  positionOf(commandId: string): number | undefined {
    return this.#positions.get(commandId);
  }
}
