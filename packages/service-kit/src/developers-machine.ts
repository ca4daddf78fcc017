import type { CommonVariables } from './environment.ts';

/** Does a URL lead to the loopback interface, whatever its scheme? An unreadable one does not. */
export const isLoopbackUrl = (url: string): boolean =>
  URL.canParse(url) && /^(?:localhost|[^,]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(new URL(url).hostname);

/**
 * Is this a developer's own machine: in development, with people and the database both on the loopback interface?
 * Doors that are only for developers ask this wherever they are, not only where they are knocked at.
 */
export const isDevelopersMachine = ({
  NODE_ENV,
  PUBLIC_URL,
  DATABASE_URL,
}: Pick<CommonVariables, 'NODE_ENV' | 'PUBLIC_URL' | 'DATABASE_URL'>): boolean =>
  NODE_ENV === 'development' && isLoopbackUrl(PUBLIC_URL) && isLoopbackUrl(DATABASE_URL);
