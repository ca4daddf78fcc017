import { compileModel } from '../dsl.ts';
import { Graph, type GraphOptions } from '../graph.ts';
import type { Tuple } from '../tuple.ts';

/** A model with these types in it, beside the schema. */
export const dsl = (types: string): string => `model\n  schema 1.1\n${types}\n`;

/** Reads `project:atlas#member@user:ann`. */
export const tuple = (text: string): Tuple => {
  const [object = '', relation = ''] = text.split('#');
  return { user: text.slice(text.indexOf('@') + 1), relation: relation.split('@')[0] ?? '', object };
};

/** A graph of a model with these types, and of these tuples. */
export const graphOf = (types: string, tuples: readonly string[], options?: GraphOptions): Graph => {
  const graph = new Graph(compileModel(dsl(types)), options);
  for (const text of tuples) graph.write(tuple(text));
  return graph;
};
