import { answer, handle } from '@rollcall/service-kit/call-context';
import { formPage, formPageHeaders } from '@rollcall/service-kit/html-page';
import { resetPassword, showResetPage } from '@rollcall/types/routes/auth/passwords';

export const handleShowResetPage = () =>
  handle(showResetPage, async ({ query }) => {
    const page = formPage({
      title: 'Choose a new password',
      explanation: 'At least 8 characters; 15 or more are better. You will be signed out everywhere.',
      button: 'Set password',
      action: resetPassword.path,
      done: 'Your password is changed. You can sign in with it now.',
      token: query.token ?? '',
      asksPassword: true,
    });
    return answer(200, page, formPageHeaders);
  });
