/**
 * What `npm start` reads from the environment; the table of the root README is made of this.
 *
 * @type {readonly { name: string, fallback: string, meaning: string }[]}
 */
export const launcherVariables = [
  { name: 'PORT', fallback: '8080', meaning: 'port of the gateway; 0 means any free one' },
  { name: 'MAIL_PORT', fallback: '8025', meaning: 'port of the mail page; 0 means any free one' },
  {
    name: 'NODE_ENV',
    fallback: 'development',
    meaning: '`production` turns off every convenience meant for a developer’s machine',
  },
  {
    name: 'PUBLIC_URL',
    fallback: 'http://localhost:<PORT>',
    meaning: 'where people reach the gateway; the issuer of tokens and base of mailed links',
  },
  {
    name: 'DATABASE_URL',
    fallback: '',
    meaning: 'a database, as its owner, to use instead of starting Postgres',
  },
  { name: 'NATS_URL', fallback: '', meaning: 'a NATS with JetStream to use instead of starting one' },
  { name: 'NATS_TOKEN', fallback: '', meaning: 'token for that NATS, where it asks for one' },
  { name: 'SMTP_URL', fallback: '', meaning: 'a mail server to use instead of the mail page' },
  { name: 'MAIL_FROM', fallback: 'Rollcall <no-reply@rollcall.localhost>', meaning: 'sender of every mail' },
  { name: 'LOG_LEVEL', fallback: 'warn', meaning: 'how much the services log' },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    fallback: '',
    meaning: 'an OpenTelemetry collector that takes traces over HTTP; no traces without one',
  },
  {
    name: 'CORS_ORIGINS',
    fallback: '',
    meaning: 'origins of web applications that may call with a browser, comma separated',
  },
  {
    name: 'TRUSTED_PROXIES',
    fallback: '',
    meaning:
      'CIDR ranges of proxies whose `X-Forwarded-For` is believed; without them everybody behind a proxy is counted as one',
  },
  {
    name: 'METRICS_TOKEN',
    fallback: '',
    meaning: 'bearer token for `/metrics`, at least 16 characters; in production `/metrics` is not there without it',
  },
  {
    name: 'IDENTITY_PROVIDERS',
    fallback: '',
    meaning:
      'who else people may sign in by: JSON like `[{"id":"google","preset":"google","clientId":"…"}]` ([all of it](services/auth/identities.md))',
  },
  {
    name: 'IDENTITY_PROVIDER_SECRETS',
    fallback: '',
    meaning: 'the client secrets of those providers: JSON like `{"google":"…"}`',
  },
  {
    name: 'BLOCKING_HOOKS',
    fallback: '',
    meaning:
      'who outside is asked before somebody is let in: JSON like `[{"name":"directory","point":"authentication","url":"https://…"}]` ([all of it](docs/hooks.md))',
  },
  {
    name: 'BLOCKING_HOOK_SECRETS',
    fallback: '',
    meaning: 'what requests to those hooks are signed with: JSON like `{"directory":"whsec_…"}`',
  },
  {
    name: 'BILLING_SECRET',
    fallback: '',
    meaning:
      'what a billing system signs with that says which plan an organization has paid for: `whsec_…` ([all of it](docs/billing.md))',
  },
  {
    name: 'OAUTH_REGISTRATION',
    fallback: 'off',
    meaning:
      'whether applications may register themselves: `off`, `token` for whoever presents a key of a holder of `clients.manage`, `open` for anybody',
  },
  {
    name: 'OUTGOING_PRIVATE_HOSTS',
    fallback: '',
    meaning:
      'host:port pairs, comma separated, that addresses people configured may lead to although they are private, also without TLS',
  },
  {
    name: 'DNS_SERVERS',
    fallback: '',
    meaning:
      'name servers that are asked about domains of organizations, such as `192.0.2.53:53`, comma separated; those of the system without any',
  },
  {
    name: 'NATS_SERVER_BIN',
    fallback: '',
    meaning:
      'the `nats-server` to run; else the one on the path, in sbin or in `.data/bin`, or Debian’s, downloaded there',
  },
  {
    name: 'ROLLCALL_SETUP_TOKEN',
    fallback: '',
    meaning: 'production: the set-up token; one of the data folder’s own is printed unless set',
  },
  {
    name: 'ROLLCALL_FIRST_ADMIN_EMAIL',
    fallback: '',
    meaning: 'production: whoever confirms this address becomes the first administrator, without a set-up token',
  },
];
