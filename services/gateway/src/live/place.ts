/**
 * Where somebody is who watches: a position of the access log in one epoch, and on one’s own channel also a place among
 * the events of the other services. Whoever makes one up is shown nothing that they may not see.
 */
export interface Place {
  readonly epoch: number;
  readonly position: number;
  /** A token of {@link KeptEvents}. */
  readonly journal?: string | undefined;
}

/** A {@link Place} that somebody names: a position alone is one of the present epoch. */
export type NamedPlace = Omit<Place, 'epoch'> & { readonly epoch?: number | undefined };

const form = /^(?:(\d{1,15})-)?(\d{1,15})(?:\.(\d{1,15}-\d{1,15}-[0-9a-f]{1,12}))?$/;

/** What is told to go on from. */
export const resumeOf = ({ epoch, position, journal }: Place): string =>
  `${epoch}-${position}${journal === undefined ? '' : `.${journal}`}`;

/** A revision, `<epoch>-<revision>` as in the header `Rollcall-Revision`, or a `resume`. @returns undefined for none of them */
export const readPlace = (from: string | number): NamedPlace | undefined => {
  const [, epoch, position, journal] = form.exec(String(from)) ?? [];
  if (position === undefined) return undefined;
  return { epoch: epoch === undefined ? undefined : Number(epoch), position: Number(position), journal };
};
