import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startProfile } from './service.ts';

await runAsProcess(startProfile);
