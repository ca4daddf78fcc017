// Preloaded into every process of a stack (`--import`): its clock is so many milliseconds away from the database's.
const skew = Number(process.env.CLOCK_SKEW_MILLISECONDS ?? 0);
const RealDate = globalThis.Date;
const now = () => RealDate.now() + skew;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, given, asked) => Reflect.construct(target, given.length === 0 ? [now()] : given, asked),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
