import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMailCatcher } from '../../bootstrap/mail-catcher.mjs';

// Takes every mail on port 2525, delivers none, and shows them on port 8025: for trying things out. Where people are to
// get their mails, SMTP_URL names a mail server instead.

const folder = path.join(tmpdir(), 'mail');
const catcher = await startMailCatcher({ host: '0.0.0.0', smtpPort: 2525, pagePort: 8025, folder });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => catcher.stop());
