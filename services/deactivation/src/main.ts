import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startDeactivation } from './service.ts';

await runAsProcess(startDeactivation);
