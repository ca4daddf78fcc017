import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startRegistration } from './service.ts';

await runAsProcess(startRegistration);
