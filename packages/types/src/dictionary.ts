import { z } from 'zod';

/**
 * An object whose members are named by its sender. A member called `__proto__` is refused like any other bad name:
 * zod's record drops it in silence, and whoever sent it would be told that it was stored.
 */
export const dictionary = <Key extends z.core.$ZodRecordKey, Value extends z.core.SomeType>(key: Key, value: Value) =>
  z.preprocess(
    (input, context) => {
      if (typeof input === 'object' && input !== null && Object.hasOwn(input, '__proto__')) {
        context.addIssue({ code: 'custom', message: 'is no name', path: ['__proto__'] });
      }
      return input;
    },
    z.record(key, value),
  );
