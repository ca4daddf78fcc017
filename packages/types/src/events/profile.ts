import { z } from 'zod';
import { defineEvent } from '../event-definition.ts';
import { profileFacts, username } from '../people.ts';

const service = 'profile';

const profileState = profileFacts.extend({
  username,
  externalIds: z.record(z.string(), z.string()),
});

export const profileCreated = defineEvent({
  type: 'profile.created',
  service,
  summary: 'A registered person has a profile.',
  data: { version: z.int() },
  personal: { after: profileState },
});

export const profileUpdated = defineEvent({
  type: 'profile.updated',
  service,
  summary: 'Fields of a profile changed.',
  data: { version: z.int(), fields: z.array(z.string()) },
  personal: { before: profileState.partial(), after: profileState.partial() },
});
