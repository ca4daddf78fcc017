/** Of an even number the lower one in the middle. */
export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** Measures each of these once a round, in turn, after a round that does not count. */
export const inTurn = async <Name extends string>(
  measurements: Readonly<Record<Name, () => Promise<number>>>,
  rounds = 5,
): Promise<Record<Name, number[]>> => {
  // The keys are the names by the type of what they were made of.
  const entries = Object.entries(measurements) as [Name, () => Promise<number>][];
  const values = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of entries) {
      const value = await measure();
      if (round > 0) values[name].push(value);
      process.stderr.write(
        `${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}: ${name} ${value.toFixed(1)}\n`,
      );
    }
  }
  return values;
};
