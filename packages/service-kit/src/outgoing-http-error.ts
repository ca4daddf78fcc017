const sentences = {
  bad_address: 'the address is not one that may be called',
  not_public: 'the address leads to where only this installation is',
  redirected: 'the answer is a redirection, and none is followed',
  too_large: 'the answer is too large',
  too_slow: 'the answer took too long',
  too_many: 'too many calls are under way',
  encoded: 'the answer is packed',
  unreachable: 'nobody answered as HTTP has it',
} as const satisfies Record<string, string>;

export type OutgoingFault = keyof typeof sentences;

/** Why a call to an address that somebody configured has no answer. */
export class OutgoingHttpError extends Error {
  override readonly name = 'OutgoingHttpError';
  readonly fault: OutgoingFault;

  constructor(fault: OutgoingFault, cause?: unknown) {
    super(sentences[fault], { cause });
    this.fault = fault;
  }
}
