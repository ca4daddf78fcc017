import { describe, expect, it } from 'vitest';
import { decideChange, type ProfileState } from './profile.ts';

const ada: ProfileState = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  description: null,
  gender: null,
  countryCode: 'GB',
  locale: null,
  timeZone: null,
  externalIds: { payroll: '7' },
};

describe('a patch of a profile', () => {
  it('changes what it names and leaves the rest', () => {
    expect(decideChange(ada, { firstName: 'Augusta' })).toEqual({
      fields: ['firstName'],
      before: { firstName: 'Ada' },
      after: { firstName: 'Augusta' },
    });
  });

  it('clears with null', () => {
    expect(decideChange(ada, { countryCode: null })?.after).toEqual({ countryCode: null });
  });

  it('is no change when everything is as it asks', () => {
    expect(decideChange(ada, {})).toBeUndefined();
    expect(decideChange(ada, { firstName: 'Ada', gender: null, externalIds: { payroll: '7' } })).toBeUndefined();
  });

  it('does not mention a field that it names and does not change', () => {
    expect(decideChange(ada, { firstName: 'Ada', lastName: 'King' })?.fields).toEqual(['lastName']);
  });

  it('merges external ids system by system', () => {
    expect(decideChange(ada, { externalIds: { crm: 'a-1' } })?.after).toEqual({
      externalIds: { payroll: '7', crm: 'a-1' },
    });
    expect(decideChange(ada, { externalIds: { payroll: null } })?.after).toEqual({ externalIds: {} });
  });

  it('takes a system away that is not there without a change', () => {
    expect(decideChange(ada, { externalIds: { crm: null } })).toBeUndefined();
  });

  it('takes any name of a system, that of an inherited property too', () => {
    expect(decideChange(ada, { externalIds: { constructor: 'x' } })?.after.externalIds).toEqual({
      payroll: '7',
      constructor: 'x',
    });
  });
});
