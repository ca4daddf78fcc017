import { expect, it } from 'vitest';
import { MessageBudget } from './message-budget.ts';

it('lets a connection say much at once, then a little at a time', () => {
  let now = 0;
  const budget = new MessageBudget(() => now);
  const said = (times: number) => Array.from({ length: times }, () => budget.spend()).filter(Boolean).length;
  expect(said(100)).toBe(64);
  now = 1_000;
  expect(said(100)).toBe(16);
  now = 3_600_000;
  expect(said(100)).toBe(64);
});
