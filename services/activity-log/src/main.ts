import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startActivityLog } from './service.ts';

await runAsProcess(startActivityLog);
