import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import { runStateless } from '@rollcall/service-kit/stateless-service';
import { readAssets } from './assets.ts';
import { toConfig } from './config.ts';
import { handleReadAsset } from './http/read-asset.ts';
import { handleShowPage } from './http/show-page.ts';
import { pages } from './pages/pages.ts';

/** The web pages: the same for everybody, and all that they do they do through the public interface. */
export const startConsole = async (environment: Environment): Promise<RunningService> => {
  const { common } = toConfig(environment);
  const assets = await readAssets();
  const routes = [...pages.map(handleShowPage), handleReadAsset(assets)];
  return runStateless({ service: 'console', variables: common, routes });
};
