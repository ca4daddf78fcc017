import { z } from 'zod';
import { entityId } from './ids.ts';

/** The user or organization whose project it is: `user:<id>` or `organization:<id>`. */
export const projectOwner = z.templateLiteral(
  [z.enum(['user', 'organization']), ':', entityId],
  'must be user:<id> or organization:<id>',
);
export type ProjectOwner = z.infer<typeof projectOwner>;
