import type { Sql } from 'postgres';
import { type EventSchema, type Violation, violation } from './invariant-queries.ts';

/** An event as its source has it, in the words of a consumer. */
const toldBy = ({ schema, service }: EventSchema): string =>
  `select event_id as id, envelope->>'type' as type, envelope->>'source' as source, envelope->>'actor' as actor, subject,
     envelope->>'correlationid' as correlation, (envelope->>'time')::timestamptz(3) as at, envelope->'data' as data
   from ${schema}.outbox` +
  (schema === 'role_permission'
    ? ` union all select id, type, 'rollcall/${service}', actor, subject, correlation_id, at,
          data || jsonb_build_object('revision', position, 'commandId', command_id, 'index', index)
        from role_permission.events where stream = 'core'`
    : '');

/** The last thing that a service said of each subject about such types. */
const lastSaid = (schema: string, ...types: readonly string[]): string =>
  `select distinct on (subject) subject::uuid as user_id, envelope from ${schema}.outbox
   where envelope->>'type' in (${types.map((type) => `'${type}'`).join(', ')})
   order by subject, subject_sequence desc`;

const lastStatus = lastSaid('deactivation', 'user.deactivated', 'user.reactivated');

/**
 * What services keep of others' events is what these events, read anew from the first one, come to (I5). They can be
 * read so while the sources still have all of them, as in a stack that began with the test.
 */
export const projectionChecks = (sql: Sql, sources: readonly EventSchema[]): Promise<Violation[]>[] => [
  ...sources.map((source) =>
    violation(
      sql,
      'I5',
      `entries of the trail that are not what ${source.service} said`,
      `select trail.type || ' ' || trail.id from (${toldBy(source)}) as told join activity_log.activity as trail using (id)
       where (trail.type, trail.source, trail.actor, trail.subject, trail.correlation_id, trail.occurred_at, trail.data)
         is distinct from (told.type, told.source, told.actor, told.subject, told.correlation, told.at, told.data)`,
    ),
  ),
  violation(
    sql,
    'I5',
    'people whose account is in another state than was said last',
    `select people.user_id || ': ' || concat_ws(', ', said.status, profiles.status, accounts.status, disabled_at)
     from registration.people
     join profile.profiles using (user_id) join auth.credentials using (user_id) join deactivation.accounts using (user_id)
     left join (select user_id, envelope->'data'->'after'->>'status' as status from (${lastStatus}) as last) as said
       using (user_id)
     where profiles.status <> coalesce(said.status, 'active') or accounts.status <> coalesce(said.status, 'active')
       or (disabled_at is not null) <> (coalesce(said.status, 'active') = 'deactivated')`,
  ),
  violation(
    sql,
    'I5',
    'people whose mails go elsewhere than was said last',
    `select said.user_id from (${lastSaid('registration', 'user.registered')}) as said
     left join notification.recipients using (user_id)
     where recipients.sealed is distinct from said.envelope->'data'->>'personal'`,
  ),
];

/** What everybody holds by the access log, read anew from its first event: names of permissions in order, by their ids. */
export const rightsByLog = async (sql: Sql): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = await sql<{ user_id: string; held: string[] }[]>`
    with core as (select * from role_permission.events where stream = 'core'),
    people as (select distinct subject from core where type = 'access.user_added'),
    grants as (
      select distinct on (subject, data->>'permission') subject, data->>'permission' as permission, data->'after' as held
      from core where type in ('permission.granted', 'permission.revoked')
      order by subject, data->>'permission', position desc),
    accounts as (
      select distinct on (subject) subject, type from core where type in ('user.suspended', 'user.restored')
      order by subject, position desc)
    select subject as user_id, coalesce(array_agg(permission order by permission collate "C") filter (
      where held <> 'null' and accounts.type is distinct from 'user.suspended'
        and coalesce((held->>'validUntil')::timestamptz > now(), true)), '{}') as held
    from people left join grants using (subject) left join accounts using (subject) group by subject`;
  return new Map(rows.map(({ user_id, held }) => [user_id, held]));
};
