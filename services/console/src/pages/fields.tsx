/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric' | 'email';
  readonly minlength?: number;
  readonly maxlength?: number;
  readonly hint?: string;
  readonly optional?: boolean;
}

/** A labelled input; its name is that of the member which the interface takes. */
export const Field = ({ label, name, type = 'text', hint, optional = false, ...attributes }: FieldProps) => (
  <>
    <label>
      <span>
        {label}
        {optional && ' (optional)'}
      </span>
      <input
        name={name}
        type={type}
        required={!optional}
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={hint && `hint-${name}`}
        {...attributes}
      />
    </label>
    {hint && <small id={`hint-${name}`}>{hint}</small>}
  </>
);

/** Tells a password manager whose password a form is about; the page's script fills it in, and it is not sent. */
export const OwnUsername = () => <input data-username autocomplete="username" aria-label="Username" readonly hidden />;

const passwordHint = 'At least 8 characters; 15 or more are better.';

export const NewPassword = ({ label = 'New password' }: { readonly label?: string }) => (
  <Field
    label={label}
    name="password"
    type="password"
    autocomplete="new-password"
    minlength={8}
    maxlength={256}
    hint={passwordHint}
  />
);
