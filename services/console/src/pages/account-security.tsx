/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { showAccountSecurityPage } from '@rollcall/types/routes/console';
import type { Child } from 'hono/jsx';
import { Field, NewPassword, OwnUsername } from './fields.tsx';
import { definePage } from './page.tsx';
import { SecondStep } from './second-step.tsx';

const Section = (props: { readonly id: string; readonly title: string; readonly children: Child }) => (
  <section id={props.id} aria-labelledby={`${props.id}-title`}>
    <h2 id={`${props.id}-title`}>{props.title}</h2>
    {props.children}
  </section>
);

const PasswordSection = () => (
  <Section id="password" title="Password">
    <form method="post">
      <OwnUsername />
      <Field label="Current password" name="current" type="password" autocomplete="current-password" maxlength={256} />
      <NewPassword />
      <button type="submit" disabled>
        Change password
      </button>
    </form>
  </Section>
);

const AppsSection = () => (
  <Section id="apps" title="Authenticator apps">
    <p>An app on your phone that shows a new code every half minute, which is asked for after the password.</p>
    <ul class="list"></ul>
    <button type="button" data-begin>
      Add an authenticator app
    </button>
    <div data-enrolment hidden>
      <p>Scan this with the app, or type the text below it; then enter the code that the app shows.</p>
      <img class="qr" alt="QR code for the authenticator app; the text below it says the same" />
      <p>
        <code></code>
      </p>
      <form method="post">
        <Field label="Code" name="code" autocomplete="one-time-code" inputmode="numeric" maxlength={64} />
        <label class="choice">
          <input type="checkbox" name="endOtherSessions" value="true" /> <span>Sign me out everywhere else</span>
        </label>
        <div class="row">
          <button type="submit" disabled>
            Confirm
          </button>
          <button type="button" data-cancel>
            Cancel
          </button>
        </div>
      </form>
    </div>
  </Section>
);

const PasskeysSection = () => (
  <Section id="passkeys" title="Passkeys">
    <p>A key on your device that signs you in without a password.</p>
    <ul class="list"></ul>
    <form method="post">
      <Field label="Name of the new passkey" name="name" autocomplete="off" maxlength={60} optional />
      <button type="submit" disabled>
        Add a passkey
      </button>
    </form>
  </Section>
);

const RecoverySection = () => (
  <Section id="recovery" title="Recovery codes">
    <p>For the day on which your phone is gone: each lets you in once, after the password.</p>
    <p data-left></p>
    <button type="button">Make new recovery codes</button>
  </Section>
);

const ApplicationsSection = () => (
  <Section id="applications" title="Applications that you have let in">
    <p data-none>None.</p>
    <ul class="list"></ul>
  </Section>
);

const SessionsSection = () => (
  <Section id="sessions" title="Where you are signed in">
    <ul class="list"></ul>
    <div class="row">
      <button type="button" data-others>
        Sign out everywhere else
      </button>
      <button type="button" data-here>
        Sign out
      </button>
    </div>
  </Section>
);

const ProveDialog = () => (
  <dialog id="prove" aria-labelledby="prove-title">
    <h2 id="prove-title">Is it still you?</h2>
    <form method="post" id="first-step">
      <p>You are about to change how you sign in.</p>
      <OwnUsername />
      <Field label="Password" name="password" type="password" autocomplete="current-password" maxlength={256} />
      <div class="row">
        <button type="submit" disabled>
          Go on
        </button>
        <button type="button" id="prove-passkey" hidden>
          Use a passkey
        </button>
      </div>
    </form>
    <SecondStep />
    <p role="status" aria-live="polite"></p>
    <button type="button" data-cancel>
      Cancel
    </button>
  </dialog>
);

const CodesDialog = () => (
  <dialog id="codes" aria-labelledby="codes-title">
    <h2 id="codes-title">Your recovery codes</h2>
    <p>Keep them where you will find them without your phone. They are shown this once.</p>
    <ul class="codes"></ul>
    <div class="row">
      <button type="button" data-copy>
        Copy
      </button>
      <button type="button" data-print>
        Print
      </button>
      <button type="button" data-kept>
        I have kept them
      </button>
    </div>
    <p role="status" aria-live="polite"></p>
  </dialog>
);

export const accountSecurityPage = definePage(showAccountSecurityPage, {
  title: 'Security of your account',
  script: 'account-security.js',
  passkeys: true,
  wide: true,
  children: (
    <>
      <div id="account" hidden>
        <p>
          Signed in as <strong id="who"></strong>
        </p>
        <PasswordSection />
        <AppsSection />
        <PasskeysSection />
        <RecoverySection />
        <ApplicationsSection />
        <SessionsSection />
      </div>
      <ProveDialog />
      <CodesDialog />
    </>
  ),
});
