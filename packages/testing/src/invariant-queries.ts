import type { Sql } from 'postgres';

/** Something that must hold at rest and does not. */
export interface Violation {
  readonly invariant: `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11}` | 'parked';
  readonly what: string;
  readonly count: number;
  /** A few of them, to look at. */
  readonly samples: readonly string[];
}

/** A service that has events, by its schema. */
export interface EventSchema {
  readonly service: string;
  readonly schema: string;
}

/** Runs a query whose rows, one column each, are all wrong. */
export const violation = async (
  sql: Sql,
  invariant: Violation['invariant'],
  what: string,
  query: string,
): Promise<Violation[]> => {
  const rows = await sql.unsafe<Record<string, unknown>[]>(query);
  if (rows.length === 0) return [];
  const samples = rows.slice(0, 3).map((row) => Object.values(row).join(' '));
  return [{ invariant, what, count: rows.length, samples }];
};

/** Every event of a service, wherever it keeps them: its outbox, and the access log of role-permission. */
export const eventsOf = ({ schema }: EventSchema): string =>
  `select event_id, subject, subject_sequence from ${schema}.outbox` +
  (schema === 'role_permission'
    ? ` union all select id, subject, subject_sequence from role_permission.events where stream = 'core'`
    : '');

/** What must hold of what a service has said itself. */
export const sourceChecks = (sql: Sql, source: EventSchema): Promise<Violation[]>[] => {
  const { service, schema } = source;
  const checks = [
    violation(
      sql,
      'I1',
      `events of ${service} not published`,
      `select event_id from ${schema}.outbox where published_at is null or stream_sequence is null`,
    ),
    violation(
      sql,
      'I3',
      `subjects of ${service} with a hole in their sequence`,
      `select subject || ': ' || string_agg(subject_sequence::text, ',' order by subject_sequence)
       from (${eventsOf(source)}) as events group by subject
       having count(*) <> max(subject_sequence) or count(distinct subject_sequence) <> count(*)`,
    ),
    violation(
      sql,
      'parked',
      `events parked by ${service}`,
      `select source || ' ' || type || ' ' || subject || ' ' || subject_sequence || ': ' || reason from ${schema}.parked_events`,
    ),
  ];
  if (schema === 'role_permission') {
    checks.push(
      violation(
        sql,
        'I1',
        'events of the access log not published',
        `select id from role_permission.events where stream = 'core'
         and position > (select coalesce(max(position), 0) from role_permission.relay_checkpoints)`,
      ),
      violation(
        sql,
        'I3',
        'streams of the access log with a hole',
        `select stream from role_permission.events group by stream
         having count(*) <> max(position) or min(position) <> 1`,
      ),
    );
  }
  return checks;
};

/** What must hold between a service and one that follows it. */
export const followerChecks = (sql: Sql, source: EventSchema, follower: EventSchema): Promise<Violation[]>[] => [
  violation(
    sql,
    'I1',
    `events of ${source.service} neither applied nor parked by ${follower.service}`,
    `select said.subject || ' at ' || coalesce(done.last_sequence, 0) || ' of ' || said.last
     from (select subject, max(subject_sequence) as last from (${eventsOf(source)}) as events group by subject) as said
     left join ${follower.schema}.inbox as done
       on done.source = 'rollcall/${source.service}' and done.subject = said.subject
     where coalesce(done.last_sequence, 0) < said.last`,
  ),
  violation(
    sql,
    'I2',
    `events of ${source.service} applied by ${follower.service} that were never committed`,
    `select done.subject || ' at ' || done.last_sequence from ${follower.schema}.inbox as done
     where done.source = 'rollcall/${source.service}' and done.last_sequence >
       (select coalesce(max(subject_sequence), 0) from (${eventsOf(source)}) as events where events.subject = done.subject)`,
  ),
];

/** The audit trail has each event of each service it follows once. */
export const trailChecks = (sql: Sql, source: EventSchema): Promise<Violation[]>[] => [
  violation(
    sql,
    'I4',
    `events of ${source.service} that the trail does not have once`,
    `select events.event_id from (${eventsOf(source)}) as events
     left join activity_log.activity as trail on trail.id = events.event_id
     group by events.event_id having count(trail.id) <> 1`,
  ),
  violation(
    sql,
    'I2',
    `entries of the trail that ${source.service} never committed`,
    `select trail.id from activity_log.activity as trail
     where trail.source = 'rollcall/${source.service}' and trail.id not in (select event_id from (${eventsOf(source)}) as events)`,
  ),
];

/** What must hold between the services, of people and their accounts. */
export const accountChecks = (sql: Sql): Promise<Violation[]>[] => [
  violation(
    sql,
    'I8',
    'enrolments that are not finished',
    'select user_id from registration.people where enrolment is not null',
  ),
  violation(
    sql,
    'I8',
    'changes of accounts that are not finished',
    'select user_id from deactivation.accounts where pending is not null',
  ),
  violation(sql, 'I8', 'mails that still wait', `select id from notification.mails where status = 'queued'`),
  violation(
    sql,
    'I5',
    'people without a profile, a credential or an account that can be deactivated',
    `select people.user_id from registration.people
     left join profile.profiles using (user_id)
     left join auth.credentials using (user_id)
     left join deactivation.accounts using (user_id)
     where profiles.user_id is null or credentials.email_key is null or accounts.registered is not true`,
  ),
  violation(
    sql,
    'I5',
    'profiles or confirmed credentials of nobody',
    `select user_id from profile.profiles where user_id not in (select user_id from registration.people)
     union select user_id from auth.credentials
       where email_key is not null and user_id not in (select user_id from registration.people)`,
  ),
];

/** What must be given back after a fault. */
export const restChecks = (sql: Sql): Promise<Violation[]>[] => [
  violation(
    sql,
    'I10',
    'transactions that nobody ends',
    `select application_name from pg_stat_activity
     where state like 'idle in transaction%' and now() - state_change > interval '5 seconds'`,
  ),
  violation(
    sql,
    'I10',
    'services with more connections than two replicas have',
    `select application_name || ': ' || count(*) from pg_stat_activity where application_name like 'rollcall %'
     group by application_name having count(*) > 10`,
  ),
];

/** Everything that services have said, are about to say, or have put aside, as it stands in their tables. */
export const saidBy = ({ schema }: EventSchema): string =>
  `select envelope::text as text from ${schema}.outbox union all select envelope::text from ${schema}.parked_events` +
  (schema === 'role_permission' ? ' union all select data::text from role_permission.events' : '') +
  (schema === 'activity_log' ? ' union all select data::text from activity_log.activity' : '');
