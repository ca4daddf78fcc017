import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startConsole } from './service.ts';

await runAsProcess(startConsole);
