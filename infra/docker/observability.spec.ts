import { readFileSync } from 'node:fs';
import path from 'node:path';
import { registry } from '@rollcall/service-kit/metrics';
import { serviceNames } from '@rollcall/types/services';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../local/bootstrap/repository.mjs';
import { composeEnvironment } from './compose-env.mjs';
import { readComposeFile } from './rehearsal/compose-file.ts';

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, 'observability', file), 'utf8');
const { services } = readComposeFile(path.join(REPOSITORY, 'docker-compose.yml'), composeEnvironment());

it('asks every service for its metrics, and the gateway with the token that it wants', () => {
  const { scrape_configs: jobs } = parse(read('prometheus.yaml'), { merge: true });
  const asked = jobs.flatMap(({ dns_sd_configs: [{ names }] }: { dns_sd_configs: [{ names: string[] }] }) => names);
  expect(asked.sort()).toEqual([...serviceNames].sort());
  const gateway = jobs.find(({ job_name: name }: { job_name: string }) => name === 'gateway');
  expect(gateway.authorization.credentials_file).toBe('/run/secrets/metrics_token');
});

it('shows and watches metrics that there are', async () => {
  const known = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  const panels: { targets: { expr: string }[] }[] = JSON.parse(read('grafana/dashboards/rollcall.json')).panels;
  const rules: { expr: string }[] = parse(read('alerts.yaml')).groups.flatMap(
    ({ rules }: { rules: unknown[] }) => rules,
  );
  const expressions = [...panels.flatMap(({ targets }) => targets), ...rules].map(({ expr }) => expr);
  const named = expressions.flatMap((expr) => expr.match(/\b(?:rollcall|nodejs|process)_\w+/g) ?? []);
  expect(named.length).toBeGreaterThanOrEqual(panels.length + rules.length - 1);
  for (const name of named) expect(known).toContain(name.replace(/_(?:bucket|count|sum)$/, ''));
});

it('hands traces on to containers that there are', () => {
  const { receivers, processors, exporters, service } = parse(read('collector.yaml'));
  const { traces } = service.pipelines;
  expect(Object.keys(receivers)).toEqual(traces.receivers);
  expect(Object.keys(processors)).toEqual(traces.processors);
  expect(Object.keys(exporters)).toEqual(traces.exporters);
  const sources = ['prometheus', 'traces'].map(
    (file) => parse(read(`grafana/datasources/${file}.yaml`)).datasources[0],
  );
  for (const url of [exporters.otlphttp.endpoint, ...sources.map((source) => source.url)]) {
    expect(services[new URL(url).hostname]).toMatchObject({ profiles: ['observability'] });
  }
});
