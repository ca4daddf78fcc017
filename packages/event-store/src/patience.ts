/** The weights of what was measured last, as RFC 6298 has them. */
const weightOfMean = 1 / 8;
const weightOfVariation = 1 / 4;

/**
 * How long to wait for an answer before it is taken for lost: as long as answers have lately taken and four times what they
 * vary by (RFC 6298, section 2), within bounds. On a machine that is busy, or over a network that is slow, an answer that is
 * late is then not taken for one that does not come.
 */
export class Patience {
  readonly #least: number;
  readonly #most: number;
  #mean: number | undefined;
  #variation = 0;

  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = most;
  }

  get milliseconds(): number {
    return Math.min(Math.max((this.#mean ?? 0) + 4 * this.#variation, this.#least), this.#most);
  }

  /**
   * An answer took so long, be it that it came too late. One for which nobody would have waited says that somebody stood
   * still, and nothing of how long answers take.
   */
  answered(milliseconds: number): void {
    if (milliseconds > this.#most) return;
    if (this.#mean === undefined) {
      this.#mean = milliseconds;
      this.#variation = milliseconds / 2;
      return;
    }
    this.#variation += weightOfVariation * (Math.abs(this.#mean - milliseconds) - this.#variation);
    this.#mean += weightOfMean * (milliseconds - this.#mean);
  }
}
