/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */

const Method = ({ value, label }: { readonly value: string; readonly label: string }) => (
  <label class="choice">
    <input type="radio" name="method" value={value} /> <span>{label}</span>
  </label>
);

/** Asks for the second factor: `assets/second-step.js` makes it work. */
export const SecondStep = () => (
  <form method="post" id="second-step" hidden>
    <p>One more thing proves that it is you.</p>
    <div data-typed>
      <fieldset>
        <legend>Prove it with</legend>
        <Method value="totp" label="the code that your authenticator app shows" />
        <Method value="recovery_code" label="a recovery code" />
      </fieldset>
      <label>
        <span>Code</span>
        <input
          name="code"
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck={false}
          maxlength={64}
          required
        />
      </label>
      <button type="submit" disabled>
        Go on
      </button>
    </div>
    <p>
      <button type="button" data-passkey hidden>
        Use a passkey
      </button>
    </p>
  </form>
);
