import { randomBytes } from 'node:crypto';
import { newId } from '@rollcall/service-kit/identity';
import { signUpRepeated } from '@rollcall/types/events/registration';
import { describe, expect, it } from 'vitest';
import { takeIn } from './intake.ts';
import { BrokenSealError, PersonalData, sealUnder } from './personal-data.ts';
import { reactTo, reactToPersonal } from './reaction.ts';
import { handmade } from './testing/traffic.ts';

const [ada, grace] = [newId(), newId()];
const keys = new Map<string, Uint8Array>([
  [ada, randomBytes(32)],
  [grace, randomBytes(32)],
]);
const personalData = () => new PersonalData(async (userId) => keys.get(userId));
const seal = () => personalData().seal(ada, { email: 'ada@example.com' });

describe('personal values', () => {
  it('are opened with the key of the person they belong to', async () => {
    const sealed = await seal();
    expect(sealed).not.toContain('ada@example.com');
    expect(await personalData().open(sealed)).toEqual({ email: 'ada@example.com' });
  });

  it('cannot be sealed without a key', async () => {
    await expect(personalData().seal(newId(), { email: 'x@example.com' })).rejects.toThrow('no data key');
  });

  it('are nothing once the key is gone', async () => {
    const erased = new PersonalData(async () => undefined);
    expect(await erased.open(await seal())).toBeNull();
  });

  it('are nothing as soon as the key is forgotten here and gone there', async () => {
    const own = new Map(keys);
    const personal = new PersonalData(async (userId) => own.get(userId));
    const sealed = await seal();
    expect(await personal.open(sealed)).not.toBeNull();
    own.delete(ada);
    personal.forget(ada);
    expect(await personal.open(sealed)).toBeNull();
  });

  it('cannot be had while the key cannot: that is no erasure', async () => {
    const away = new PersonalData(async () => {
      throw new Error('registration is away');
    });
    await expect(away.open(await seal())).rejects.toThrow('registration is away');
  });

  it.each([
    ['with a bit flipped in any part', (parts: string[]) => [0, 2, 3, 4].map((n) => flip(parts, n))],
    ['under the name of another person', (parts: string[]) => [renamed(parts, grace)]],
    ['without a name', (parts: string[]) => [renamed(parts, undefined)]],
    ['cut short', (parts: string[]) => [parts.slice(0, 4).join('.'), `${parts.join('.')}.x`, '']],
    ['under another algorithm', (parts: string[]) => [withHeader(parts, { alg: 'A256KW', enc: 'A256GCM', kid: ada })]],
  ])('are refused when altered: %s', async (_, alter) => {
    for (const altered of alter((await seal()).split('.'))) {
      await expect(personalData().open(altered), altered).rejects.toThrow(BrokenSealError);
    }
  });

  it('that are no object are refused', async () => {
    const key = keys.get(ada) ?? new Uint8Array();
    const list = await sealUnder(key, ada, ['ada@example.com'] as never);
    await expect(personalData().open(list)).rejects.toThrow(BrokenSealError);
  });
});

describe('an event with personal values', () => {
  const event = (personal: string) =>
    handmade(ada, 1, { source: 'rollcall/registration', type: 'sign_up.repeated', data: { personal } });
  const opening = new Map([['sign_up.repeated', reactToPersonal(signUpRepeated, async () => undefined)]]);

  it('is handed over with them where the reaction asks for them, and only there', async () => {
    const sealed = await seal();
    expect((await takeIn(event(sealed), opening, personalData())).event?.personal).toEqual({
      email: 'ada@example.com',
    });
    const plain = new Map([['sign_up.repeated', reactTo(signUpRepeated, async () => undefined)]]);
    expect((await takeIn(event(sealed), plain, personalData())).event?.personal).toBeNull();
  });

  it('of an erased person is handed over without them', async () => {
    const erased = new PersonalData(async () => undefined);
    expect(await takeIn(event(await seal()), opening, erased)).toMatchObject({
      defect: undefined,
      event: { personal: null },
    });
  });

  it('that were altered can never be applied', async () => {
    const altered = flip((await seal()).split('.'), 3);
    const incoming = await takeIn(event(altered), opening, personalData());
    expect(incoming).toMatchObject({ defect: 'personal values cannot be opened', event: undefined });
  });

  it('of another form can never be applied', async () => {
    const odd = await personalData().seal(ada, { email: 'no address' });
    expect(await takeIn(event(odd), opening, personalData())).toMatchObject({
      defect: 'personal values do not fit the catalogue',
    });
  });
});

function flip(parts: readonly string[], part: number): string {
  const changed = [...parts];
  const bytes = Buffer.from(changed[part] ?? '', 'base64url');
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  changed[part] = bytes.toString('base64url');
  return changed.join('.');
}

function withHeader(parts: readonly string[], header: object): string {
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...parts.slice(1)].join('.');
}

function renamed(parts: readonly string[], kid: string | undefined): string {
  return withHeader(parts, { alg: 'dir', enc: 'A256GCM', kid });
}
