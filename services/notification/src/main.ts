import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startNotification } from './service.ts';

await runAsProcess(startNotification);
