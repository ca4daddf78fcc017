import { answer, handle } from '@rollcall/service-kit/call-context';
import { formPage, formPageHeaders } from '@rollcall/service-kit/html-page';
import { showVerificationPage, verifyRegistration } from '@rollcall/types/routes/registration';

export const handleShowVerificationPage = () =>
  handle(showVerificationPage, async ({ query }) => {
    const page = formPage({
      title: 'Confirm your e-mail address',
      explanation: 'One more click and your account is ready.',
      button: 'Confirm',
      action: verifyRegistration.path,
      done: 'Thank you. Your address is confirmed and you can sign in.',
      token: query.token ?? '',
    });
    return answer(200, page, formPageHeaders);
  });
