import { runAsProcess } from '@rollcall/service-kit/run-as-process';
import { startRolePermission } from './service.ts';

await runAsProcess(startRolePermission);
