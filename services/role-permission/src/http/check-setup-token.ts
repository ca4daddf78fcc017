import { answer, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { isRefusal } from '@rollcall/types/problems';
import { checkSetupToken } from '@rollcall/types/routes/role-permission/internal';
import { present } from '../access.ts';
import type { Ports } from '../ports.ts';
import { isSetupTokenDigest } from '../setup-token.ts';

/** Lets a sign-up with a mistyped token be refused, rather than end as an account without rights. */
export const handleCheckSetupToken = ({ access, config }: Ports) =>
  handle(checkSetupToken, async ({ body: { setupToken } }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const isRight = isSetupTokenDigest(config, digestOf(setupToken));
    return answer(200, { valid: isRight && !reading.state.bootstrapped });
  });
