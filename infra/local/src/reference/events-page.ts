import { eventCatalogue } from '@rollcall/types/event-catalogue';
import type { EventDefinition } from '@rollcall/types/event-definition';
import { serviceNames } from '@rollcall/types/services';
import { byName, code, table } from './markdown.ts';
import { fieldTexts } from './schema-text.ts';

/** Every event type there is, as Markdown. */
export const eventsPage = (): string => {
  const all = [...eventCatalogue.values()];
  const sections = serviceNames.flatMap((service) => {
    const own = all.filter((definition) => definition.service === service).sort(byName(({ type }) => type));
    return own.length === 0 ? [] : [`## ${service}`, ...own.map(section)];
  });
  return `${[introduction, ...sections].join('\n\n')}\n`;
};

const introduction = `# Events

<!-- Written by npm run docs from packages/types/src/events. -->

Facts that services publish, in the form of CloudEvents 1.0, on the NATS subject \`rollcall.events.<service>.<type>\` of the
stream \`ROLLCALL\`. Beside \`data\`, every event has \`id\`, \`source\` (\`rollcall/<service>\`), \`type\`, \`subject\` (the bare id of
what it is about), \`time\`, \`actor\` (a user's id, or \`service:<name>\`), \`correlationid\`, \`subjectsequence\` (1, 2, 3 … for
each service and subject, without holes) and, where known, \`causationid\` and \`traceparent\`.

Personal fields travel only as \`data.personal\`, encrypted under the key of the person; once that person is erased nobody can
read them. No password, token or code is ever in an event. What is new here reaches the audit trail by itself.`;

const section = (definition: EventDefinition): string => {
  const { type, summary, data, personal } = definition;
  const rows = [
    ...fieldTexts(data).map(({ name, type: of }) => [code(name), code(of), '']),
    ...(personal ? fieldTexts(personal).map(({ name, type: of }) => [code(name), code(of), 'personal']) : []),
  ];
  const fields = rows.length === 0 ? 'No fields beside the subject.' : table(['field', 'type', ''], rows);
  return [`### ${code(type)}`, summary, fields].join('\n\n');
};
