import { describe, expect, it } from 'vitest';
import { Patience } from './patience.ts';

const after = (...answers: readonly number[]): number => {
  const patience = new Patience(100, 500);
  for (const milliseconds of answers) patience.answered(milliseconds);
  return patience.milliseconds;
};

describe('patience', () => {
  it('is the least where answers come soon, and before there were any', () => {
    expect(after()).toBe(100);
    expect(after(...Array.from({ length: 50 }, () => 10))).toBe(100);
  });

  it('follows RFC 6298: three times the first answer, then the mean and four times the variation', () => {
    expect(after(60)).toBe(60 + 4 * 30);
    // Variation 30 + (|60 - 100| - 30) / 4, mean 60 + (100 - 60) / 8.
    expect(after(60, 100)).toBe(65 + 4 * 32.5);
  });

  it('learns nothing from a leader that stood still', () => {
    expect(after(10, 10_000, 10)).toBe(after(10, 10));
    expect(after(...Array.from({ length: 50 }, () => 800))).toBe(100);
  });

  it('grows where answers take long or vary, up to the most, and comes back', () => {
    expect(after(...Array.from({ length: 50 }, () => 200))).toBeGreaterThan(200);
    expect(after(...Array.from({ length: 50 }, () => 450))).toBeGreaterThan(450);
    expect(after(200, 450, 200, 450, 200, 450)).toBe(500);
    expect(after(...Array.from({ length: 5 }, () => 400), ...Array.from({ length: 60 }, () => 10))).toBe(100);
  });
});
