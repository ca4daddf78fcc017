import { Model } from '@rollcall/authorization/model';
import { readModelJson } from '@rollcall/authorization/model-definition';
import definition from './model.json' with { type: 'json' };

/** What can be asked about, as `model.fga` says it; `npm run docs` writes its JSON form. */
export const accessModel = Model.from(readModelJson(definition));

/** The same in words, for those who answer from a graph of their own. */
export const accessModelJson = JSON.stringify(definition);
