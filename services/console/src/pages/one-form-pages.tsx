/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { forgotPassword, resetPassword } from '@rollcall/types/routes/auth/passwords';
import * as routes from '@rollcall/types/routes/console';
import { signUp, verifyRegistration } from '@rollcall/types/routes/registration';
import { Field, NewPassword } from './fields.tsx';
import { definePage, type Page } from './page.tsx';

const script = 'one-form.js';

const SignInNext = () => (
  <p>
    <a id="next" class="button" href={routes.showSignInPage.path} hidden>
      Sign in
    </a>
  </p>
);

const verificationPage = definePage(routes.showVerificationPage, {
  title: 'Confirm your e-mail address',
  script,
  children: (
    <>
      <form
        method="post"
        data-mailed
        data-action={verifyRegistration.path}
        data-done="Thank you. Your address is confirmed and you can sign in."
      >
        <p>One more click and your account is ready.</p>
        <button type="submit" disabled>
          Confirm
        </button>
      </form>
      <SignInNext />
    </>
  ),
});

const resetPage = definePage(routes.showResetPage, {
  title: 'Choose a new password',
  script,
  children: (
    <>
      <form
        method="post"
        data-mailed
        data-action={resetPassword.path}
        data-done="Your password is changed. You can sign in with it now."
      >
        <p>You will be signed out everywhere.</p>
        <NewPassword />
        <button type="submit" disabled>
          Set password
        </button>
      </form>
      <SignInNext />
    </>
  ),
});

const forgotPasswordPage = definePage(routes.showForgotPasswordPage, {
  title: 'Forgot your password?',
  script,
  children: (
    <form
      method="post"
      data-action={forgotPassword.path}
      data-done="If there is an account with this address, a mail with a link is on its way to it."
    >
      <Field label="E-mail address" name="email" type="email" autocomplete="email" maxlength={254} />
      <button type="submit" disabled>
        Mail me a link
      </button>
    </form>
  ),
});

const signUpPage = definePage(routes.showSignUpPage, {
  title: 'Sign up',
  script,
  children: (
    <form
      method="post"
      data-action={signUp.path}
      data-done="Please open the link that we have mailed to you: it confirms your address."
    >
      <Field label="E-mail address" name="email" type="email" autocomplete="email" maxlength={254} />
      <Field label="Username" name="username" autocomplete="username" maxlength={64} />
      <NewPassword label="Password" />
      <details>
        <summary>The first administrator of this platform</summary>
        <Field label="Set-up token" name="setupToken" autocomplete="off" maxlength={128} optional />
      </details>
      <button type="submit" disabled>
        Sign up
      </button>
      <p>
        You have an account? <a href={routes.showSignInPage.path}>Sign in</a>
      </p>
    </form>
  ),
});

const securityActionPage = definePage(routes.showSecurityActionPage, {
  title: 'This was not you?',
  script,
  children: (
    <form
      method="post"
      data-mailed
      data-action="/v1/security-actions"
      data-done="Your account is safe: everybody is signed out of it. A mail tells you how to go on."
    >
      <p>Somebody has changed how one signs in to your account. If it was not you, take it back here.</p>
      <button type="submit" disabled>
        This was not me
      </button>
    </form>
  ),
});

export const oneFormPages: readonly Page[] = [
  verificationPage,
  resetPage,
  forgotPasswordPage,
  signUpPage,
  securityActionPage,
];
