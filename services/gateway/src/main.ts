import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startGateway } from './service.ts';

await runAsProcess(startGateway, { listensItself: true });
