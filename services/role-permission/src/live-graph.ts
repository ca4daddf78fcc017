import { Graph } from '@rollcall/authorization/graph';
import { type GraphChange, GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { widerPermission } from '@rollcall/types/permissions';
import type { RecordedAccessEvent } from './domain/events.ts';
import { engineEnd, graphChanges } from './domain/graph-changes.ts';
import type { AccessState } from './domain/state.ts';
import { barredIn, tupleRuns } from './graph-of-state.ts';
import { accessModel } from './model.ts';

/** The live state once more, in the form in which questions are answered in microseconds; never ahead of it nor behind. */
export class LiveGraph {
  #graph = new GuardedGraph(new Graph(accessModel), { standIn: widerPermission });

  get present(): GuardedGraph {
    return this.#graph;
  }

  loaded(state: AccessState): void {
    const graph = Graph.of(accessModel, tupleRuns(state), engineEnd);
    this.#graph = new GuardedGraph(graph, { barred: barredIn(state), standIn: widerPermission });
  }

  /** Returns what it changed. */
  recorded(entries: readonly RecordedAccessEvent[], state: AccessState): readonly GraphChange[] {
    const changes = graphChanges(entries, state);
    this.#graph.apply(changes);
    return changes;
  }
}
