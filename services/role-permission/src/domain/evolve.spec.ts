import { describe, expect, it } from 'vitest';
import type { RecordedAccessEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { holds } from './holdings.ts';
import { findPermission } from './queries.ts';
import { ada, ben, created, fingerprint, founded, granted, noon, stateAfter } from './scenario.ts';
import { initialState } from './state.ts';

describe('the fold of the access log', () => {
  it('keeps a permission that was made by hand before a version had it built in', () => {
    const state = stateAfter([...founded, created('users.read'), granted(ben, 'users.read')]);
    expect(findPermission(state, 'users.read')).toEqual({
      name: 'users.read',
      description: 'May users.read',
      builtIn: true,
    });
    expect(holds(state, ben, 'users.read', noon)).toBe(true);
  });

  it('keeps a built-in permission that was deleted before a version had it built in', () => {
    const state = stateAfter([
      ...founded,
      created('users.read'),
      { type: 'permission.deleted', subject: 'users.read', data: { name: 'users.read', description: 'x' } },
    ]);
    expect(findPermission(state, 'users.read')?.builtIn).toBe(true);
  });

  it('passes over what it does not know, but counts it', () => {
    const before = stateAfter(founded);
    const unknown: readonly unknown[] = [
      { type: 'permission.painted', subject: ada, subjectSequence: 4, data: { colour: 'red' }, cause: { actor: ada } },
      { ...granted(ben, 'reports.read'), subjectSequence: 4, cause: { actor: ada } },
      { ...granted(ben, 'users.read'), subject: 'nobody', subjectSequence: 1, cause: { actor: ada } },
      { type: 'user.restored', subject: 'nobody', subjectSequence: 1, data: {}, cause: { actor: ada } },
    ];
    for (const event of unknown) {
      const recorded = { id: 'x', commandId: 'x', index: 0, position: 6, at: noon, event } as RecordedAccessEvent;
      const after = evolve(before, recorded);
      expect(after.revision).toBe(6);
      expect(after.subjectSequences.get(recorded.event.subject)).toBe(recorded.event.subjectSequence);
      const { revision, subjectSequences } = before;
      expect(fingerprint({ ...after, revision, subjectSequences })).toBe(fingerprint(before));
    }
  });

  it('leaves the state that it came from as it was', () => {
    const before = stateAfter(founded);
    const held = fingerprint(before);
    stateAfter([...founded, granted(ben, 'users.read')]);
    expect(fingerprint(before)).toBe(held);
    expect(fingerprint(initialState())).toBe(fingerprint(initialState()));
  });
});
