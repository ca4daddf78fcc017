import type postgres from 'postgres';

/** What the replicas of a stream prove to each other with that they can read its tables. */
export const peerSecret = async (sql: postgres.Sql, stream: string): Promise<string> => {
  await sql`insert into role_permission.streams (stream) values (${stream}) on conflict do nothing`;
  const [row] = await sql<{ peer_secret: string }[]>`
    select peer_secret from role_permission.streams where stream = ${stream}`;
  if (!row) throw new Error(`there is no stream ${stream}`);
  return row.peer_secret;
};
