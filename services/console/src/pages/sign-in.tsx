/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import * as routes from '@rollcall/types/routes/console';
import { Field } from './fields.tsx';
import { definePage, type Page } from './page.tsx';
import { SecondStep } from './second-step.tsx';

const signInPage = definePage(routes.showSignInPage, {
  title: 'Sign in',
  script: 'sign-in.js',
  passkeys: true,
  children: (
    <>
      <div id="first-step">
        <form method="post">
          <Field
            label="E-mail address or username"
            name="identifier"
            autocomplete="username webauthn"
            maxlength={254}
          />
          <Field label="Password" name="password" type="password" autocomplete="current-password" maxlength={256} />
          <button type="submit" disabled>
            Sign in
          </button>
        </form>
        <div class="row">
          <button type="button" id="passkey" hidden>
            Sign in with a passkey
          </button>
        </div>
        <div class="row" id="providers"></div>
        <p>
          <a href={routes.showForgotPasswordPage.path}>Forgot your password?</a> ·{' '}
          <a href={routes.showMagicLinkPage.path}>Sign in by mail</a> · <a href={routes.showSignUpPage.path}>Sign up</a>
        </p>
      </div>
      <SecondStep />
    </>
  ),
});

const magicLinkPage = definePage(routes.showMagicLinkPage, {
  title: 'Sign in by mail',
  script: 'magic-link.js',
  passkeys: true,
  children: (
    <>
      <form method="post" id="ask" hidden>
        <p>We mail you a link and a code that sign you in, once.</p>
        <Field label="E-mail address" name="email" type="email" autocomplete="email" maxlength={254} />
        <button type="submit" disabled>
          Mail me
        </button>
      </form>
      <form method="post" id="code" hidden>
        <p>Open the link in the mail, or type its code here.</p>
        <Field label="Code in the mail" name="code" autocomplete="one-time-code" inputmode="numeric" maxlength={16} />
        <button type="submit" disabled>
          Sign in
        </button>
      </form>
      <form method="post" id="link" hidden>
        <p>You asked for a link to sign in with.</p>
        <button type="submit" disabled>
          Sign in here
        </button>
      </form>
      <SecondStep />
    </>
  ),
});

const consentPage = definePage(routes.showConsentPage, {
  title: 'May this application know you?',
  script: 'consent.js',
  children: (
    <form method="post" hidden>
      <p>
        <strong id="client"></strong> asks to be let in with your account, and for:
      </p>
      <ul id="scopes"></ul>
      <p id="unvouched" hidden>
        It has registered itself: nobody here has checked that it is what it is called. Your answer goes to{' '}
        <strong id="address"></strong>.
      </p>
      <div class="row">
        <button type="submit" disabled value="approve">
          Allow
        </button>
        <button type="submit" disabled class="plain" value="deny">
          Do not
        </button>
        <button type="button" class="plain" data-sign-out>
          Sign out
        </button>
      </div>
    </form>
  ),
});

export const signInPages: readonly Page[] = [signInPage, magicLinkPage, consentPage];
