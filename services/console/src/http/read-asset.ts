import { answer, handle } from '@rollcall/service-kit/call-context';
import { hasSeen } from '@rollcall/service-kit/if-none-match';
import { refuse } from '@rollcall/types/problems';
import { readAsset } from '@rollcall/types/routes/console';
import type { Asset } from '../assets.ts';

export const handleReadAsset = (assets: ReadonlyMap<string, Asset>) =>
  handle(readAsset, async ({ params }, { headers }) => {
    const asset = assets.get(params.file);
    if (!asset) return refuse('not_found');
    const { text, contentType, etag } = asset;
    // Asked for anew each time, so that a page never meets the script of another version.
    const common = { 'content-type': contentType, 'cache-control': 'no-cache', etag };
    return hasSeen(headers.get('if-none-match'), etag) ? answer(304, undefined, common) : answer(200, text, common);
  });
