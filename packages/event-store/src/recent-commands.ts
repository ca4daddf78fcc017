/**
 * The commands most recently appended and where each ended, for telling a repeated command from a new one. Bounded:
 * the oldest is forgotten. The log's unique event ids stay the last word on those that were.
 */
export class RecentCommands {
  readonly #positions: Map<string, number>;
  readonly #capacity: number;

  /** @param known commands and where each ended, oldest first */
  constructor(capacity: number, known: Iterable<readonly [string, number]> = []) {
    this.#capacity = capacity;
    this.#positions = new Map(known);
  }

  /** Positions must rise. */
  remember(commandId: string, position: number): void {
    // Deleted first, so that the map's insertion order stays the order of the log.
    this.#positions.delete(commandId);
    this.#positions.set(commandId, position);
    for (const oldest of this.#positions.keys()) {
      if (this.#positions.size <= this.#capacity) return;
      this.#positions.delete(oldest);
    }
  }

  /** The position of its last event, or undefined if it is not remembered. */
  positionOf(commandId: string): number | undefined {
    return this.#positions.get(commandId);
  }

  /** Oldest first. */
  list(): readonly (readonly [commandId: string, position: number])[] {
    return [...this.#positions];
  }
}
