/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { resetPassword } from '@rollcall/types/routes/auth/passwords';
import { showResetPage, showVerificationPage } from '@rollcall/types/routes/console';
import { verifyRegistration } from '@rollcall/types/routes/registration';
import { NewPassword } from './fields.tsx';
import { definePage } from './page.tsx';

const script = 'mailed-link.js';

export const verificationPage = definePage(showVerificationPage, {
  title: 'Confirm your e-mail address',
  script,
  children: (
    <form data-action={verifyRegistration.path} data-done="Thank you. Your address is confirmed and you can sign in.">
      <p>One more click and your account is ready.</p>
      <button type="submit">Confirm</button>
    </form>
  ),
});

export const resetPage = definePage(showResetPage, {
  title: 'Choose a new password',
  script,
  children: (
    <form data-action={resetPassword.path} data-done="Your password is changed. You can sign in with it now.">
      <p>You will be signed out everywhere.</p>
      <NewPassword />
      <button type="submit">Set password</button>
    </form>
  ),
});
