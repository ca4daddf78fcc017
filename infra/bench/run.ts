// `npm run bench [row ...]`: measures these rows, all unless told, and writes RESULTS.md.
import { pinSelf } from './pin.ts';
import { type Row, sectionOf, writeResults } from './report.ts';

const rows: Readonly<Record<string, () => Promise<{ measure(): Promise<Row> }>>> = {
  'check-engine': () => import('./rows/check-engine.ts'),
  'known-engines': () => import('./rows/known-engines.ts'),
  'tuple-memory': () => import('./rows/tuple-memory.ts'),
  'list-objects': () => import('./rows/list-objects.ts'),
  'http-check': () => import('./rows/http-check.ts'),
  'authenticated-request': () => import('./rows/authenticated-request.ts'),
  'sign-in-efficiency': () => import('./rows/sign-in-efficiency.ts'),
  'login-isolation': () => import('./rows/login-isolation.ts'),
  refresh: () => import('./rows/refresh.ts'),
  append: () => import('./rows/append.ts'),
  'wake-up': () => import('./rows/wake-up.ts'),
  'write-to-visible': () => import('./rows/write-to-visible.ts'),
  'access-start': () => import('./rows/access-start.ts'),
  'past-check': () => import('./rows/past-check.ts'),
  'catch-up': () => import('./rows/catch-up.ts'),
  'gateway-hop': () => import('./rows/gateway-hop.ts'),
  'watch-fan-out': () => import('./rows/watch-fan-out.ts'),
  footprint: () => import('./rows/footprint.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in rows));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there are ${Object.keys(rows).join(', ')}.`);
  process.exit(2);
}
pinSelf('other');
for (const [name, load] of Object.entries(rows)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { measure } = await load();
  const row = await measure();
  writeResults([row]);
  console.log(`${sectionOf(row)}\n`);
}
