// What a thread beside the service runs. Plain JavaScript, so that Node can load it as it lies here.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { dictionary, adjacencyGraphs as graphs } from '@zxcvbn-ts/language-common';

/** Some 49,000 passwords that leaked most often. */
const common = new Set(dictionary['passwords-common']);
const estimator = new ZxcvbnFactory({ dictionary, graphs });

/** Estimating takes time that grows with the square of the length; so much of a password tells enough. */
const estimatedCharacters = 32;

/**
 * @param {{ password: string, words: string[] }} asked with words that an attacker would try first
 * @returns {import('../strength-estimator.ts').Strength}
 */
export default function estimate({ password, words }) {
  const start = Array.from(password).slice(0, estimatedCharacters).join('');
  return { isCommon: common.has(password.toLowerCase()), score: estimator.check(start, words).score };
}
