import { answer, handle } from '@rollcall/service-kit/call-context';
import { pageHeaders } from '../page-headers.ts';
import type { Page } from '../pages/page.tsx';

/** Answers the very same page to everybody. Opening one changes nothing: scanners of mails open links. */
export const handleShowPage = ({ route, html }: Page) => handle(route, async () => answer(200, html, pageHeaders));
