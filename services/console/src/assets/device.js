import { callSignedIn, explain, isSignedOut } from './api.js';
import { find, onSubmit, say } from './page.js';
import { clientAddress } from './return-to.js';

onSubmit(find('form', HTMLFormElement), async (values) => {
  const answer = await callSignedIn('POST', '/v1/oauth/device', values);
  if (isSignedOut(answer)) return location.assign('/sign-in?returnTo=/device');
  if (answer.ok) location.assign(clientAddress(answer.body.redirectTo, location.origin));
  else say(explain(answer));
});
