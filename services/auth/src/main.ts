import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startAuth } from './service.ts';

await runAsProcess(startAuth);
