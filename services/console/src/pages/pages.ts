import { resetPage, verificationPage } from './mailed-links.tsx';
import type { Page } from './page.tsx';

/** Every page there is. */
export const pages: readonly Page[] = [verificationPage, resetPage];
