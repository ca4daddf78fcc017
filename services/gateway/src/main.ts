import { commonVariables, readVariables } from '@rollcall/service-kit/environment';
import { HttpDirectory } from '@rollcall/service-kit/service-directory';
import { startGateway } from './service.ts';

// The gateway listens by itself; what it routes to is reached over HTTP.
const { SERVICE_URLS } = readVariables({ SERVICE_URLS: commonVariables.SERVICE_URLS }, process.env);
const directory = new HttpDirectory(SERVICE_URLS);
const gateway = await startGateway(process.env, directory);

const stop = async (): Promise<void> => {
  await gateway.stop();
  await directory.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
