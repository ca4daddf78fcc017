import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { setUpGroups } from '@rollcall/types/routes/role-permission/internal';
import { present, submit } from '../access.ts';
import type { Ports } from '../ports.ts';
import { presetGroups } from '../preset-groups.ts';

/** Create the preset groups that are not there yet, for the operator's tool. */
export const handleSetUpGroups = ({ access, config }: Ports) =>
  handle(setUpGroups, async (_, { cause }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const there = new Set([...reading.state.groups.entries()].map(([, { name }]) => name));
    const groups = presetGroups(config.plans).map((group) => ({ groupId: newId(), ...group }));
    const written = await submit(access, { type: 'setUpGroups', id: newId(), cause, groups });
    if (isRefusal(written)) return written;
    const names = groups.map(({ name }) => name);
    return answer(200, {
      revision: written.revision,
      created: names.filter((name) => !there.has(name)),
      present: names.filter((name) => there.has(name)),
    });
  });
