/** What a policy may ask to be proved: the actions of `sign_in` in the policies. */
export const signInProofs = [
  'magic_link',
  'email_otp',
  'otp',
  'password',
  'oauth',
  'sso',
  'totp',
  'webauthn',
  'second_factor',
] as const
