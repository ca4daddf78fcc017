import { accountSecurityPage } from './account-security.tsx';
import { oneFormPages } from './one-form-pages.tsx';
import type { Page } from './page.tsx';
import { signInPages } from './sign-in.tsx';

/** Every page there is. */
export const pages: readonly Page[] = [...oneFormPages, ...signInPages, accountSecurityPage];
