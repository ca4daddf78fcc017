/** The cookies of an authorization under way. That of a session holds forms together and signs nobody in. */
export const oauthCookies = {
  session: 'rollcall_oauth_session',
  interaction: 'rollcall_oauth_interaction',
  resume: 'rollcall_oauth_resume',
} as const;
