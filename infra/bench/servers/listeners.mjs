// Fifty connections that wait for a word on the channel `bench`.
import postgres from 'postgres';

for (let n = 0; n < 50; n++) {
  const sql = postgres(process.env.DATABASE_URL ?? '', { max: 1 });
  await sql.listen('bench', () => undefined);
}
process.send?.('ready');
