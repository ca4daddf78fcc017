import { reactTo, restoring } from '@rollcall/events/reaction';
import { userRegistered } from '@rollcall/types/events/registration';
import { markRegistered } from '../store/accounts.ts';

export const onUserRegistered = () =>
  restoring(reactTo(userRegistered, ({ envelope }, { tx }) => markRegistered(tx, envelope.subject)));
