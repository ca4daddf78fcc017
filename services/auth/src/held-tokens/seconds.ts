/** As tokens count time (RFC 7519 section 2). */
export const secondsOf = (time: Date | string): number => Math.floor(new Date(time).getTime() / 1_000);
