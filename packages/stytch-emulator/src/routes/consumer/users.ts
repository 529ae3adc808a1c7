import type { User } from '../../consumer/entities.ts'
import {
  changeUser,
  changeUserCredentials,
  createUser,
  deleteUser,
  newEmail,
  newPhoneNumber,
  requireUser,
  rolesOfUser,
  showUser,
  updateUser,
  userByEmail,
  userByPhoneNumber,
  userFields,
} from '../../consumer/users.ts'
import type { Emulation, Project } from '../../emulation.ts'
import type { Endpoint } from '../../endpoint.ts'
import { StytchFailure } from '../../errors.ts'
import { boolean, email, oneOf, optional, phoneNumber, string } from '../../fields.ts'
import { isObject } from '../../json.ts'
import { type Filters, search, searchFields, stringsOf } from '../../search.ts'
import { userEndpoint } from './user-endpoint.ts'

/** Users: create, get, search, update, delete, and what they sign in with. */
export const userEndpoints: readonly Endpoint[] = [
  userEndpoint(
    { method: 'POST', path: '/v1/users', sdk: 'users.create' },
    {
      email: optional(email),
      phone_number: optional(phoneNumber),
      create_user_as_pending: optional(boolean),
      ...userFields,
    },
    (call) => {
      const { create_user_as_pending, ...fields } = call.fields
      const status = create_user_as_pending === true ? 'pending' : 'active'
      const user = createUser(call, { ...fields, status })
      return {
        user_id: user.user_id,
        email_id: user.emails[0]?.email_id ?? '',
        phone_id: user.phone_numbers[0]?.phone_id ?? '',
        status,
        user: showUser(user),
      }
    },
  ),
  userEndpoint(
    { method: 'POST', path: '/v1/users/search', sdk: 'users.search' },
    searchFields,
    ({ project, fields }) => {
      const { page, results_metadata } = search(
        [...project.store.users.values()],
        fields,
        filters,
        'user_search_filter_name_not_recognized',
      )
      return { results: page.map(showUser), results_metadata }
    },
  ),
  userEndpoint(
    { method: 'GET', path: '/v1/users/:user_id', sdk: 'users.get' },
    { user_id: string },
    ({ project, fields }) => showUser(requireUser(project, fields.user_id)),
  ),
  userEndpoint(
    { method: 'PUT', path: '/v1/users/:user_id', sdk: 'users.update' },
    { user_id: string, ...userFields },
    (call) => {
      const { user_id, ...fields } = call.fields
      const user = updateUser(call, requireUser(call.project, user_id), fields)
      const { emails, phone_numbers } = user
      return {
        user_id: user.user_id,
        emails,
        phone_numbers,
        crypto_wallets: [],
        user: showUser(user),
      }
    },
  ),
  userEndpoint(
    {
      method: 'PUT',
      path: '/v1/users/:user_id/exchange_primary_factor',
      sdk: 'users.exchangePrimaryFactor',
    },
    { user_id: string, email_address: optional(email), phone_number: optional(phoneNumber) },
    (call) => {
      const { email_address, phone_number } = call.fields
      if ((email_address === undefined) === (phone_number === undefined))
        throw new StytchFailure('invalid_exchange_primary_factor_fields')
      const user = requireUser(call.project, call.fields.user_id)
      assertFree(call.project, email_address, phone_number)
      return shown(
        changeUser(call, user, {
          emails: email_address === undefined ? [] : [newEmail(call, email_address)],
          phone_numbers: phone_number === undefined ? [] : [newPhoneNumber(call, phone_number)],
        }),
      )
    },
  ),
  userEndpoint(
    { method: 'DELETE', path: '/v1/users/:user_id', sdk: 'users.delete' },
    { user_id: string },
    (call) => {
      const user = requireUser(call.project, call.fields.user_id)
      deleteUser(call, user)
      return { user_id: user.user_id }
    },
  ),
  userEndpoint(
    { method: 'DELETE', path: '/v1/users/emails/:email_id', sdk: 'users.deleteEmail' },
    { email_id: string },
    (call) => {
      const { email_id } = call.fields
      const user = ownerOf(call, (one) => one.emails.some((own) => own.email_id === email_id))
      if (user === undefined) throw new StytchFailure('email_not_found')
      const emails = user.emails.filter((own) => own.email_id !== email_id)
      return shown(changeUser(call, withPrimaryFactor(user, { emails }), { emails }))
    },
  ),
  userEndpoint(
    {
      method: 'DELETE',
      path: '/v1/users/phone_numbers/:phone_id',
      sdk: 'users.deletePhoneNumber',
    },
    { phone_id: string },
    (call) => {
      const { phone_id } = call.fields
      const user = ownerOf(call, (one) =>
        one.phone_numbers.some((own) => own.phone_id === phone_id),
      )
      if (user === undefined) throw new StytchFailure('phone_number_not_found')
      const phone_numbers = user.phone_numbers.filter((own) => own.phone_id !== phone_id)
      return shown(changeUser(call, withPrimaryFactor(user, { phone_numbers }), { phone_numbers }))
    },
  ),
  userEndpoint(
    { method: 'DELETE', path: '/v1/users/totps/:totp_id', sdk: 'users.deleteTOTP' },
    { totp_id: string },
    (call) => {
      const { totp_id } = call.fields
      const user = ownerOf(call, (one) => one.credentials.totp?.totp_id === totp_id)
      if (user === undefined) throw new StytchFailure('totp_not_found')
      return shown(changeUserCredentials(call, user, { totp: undefined, recovery_codes: [] }))
    },
  ),
  userEndpoint(
    { method: 'DELETE', path: '/v1/users/passwords/:password_id', sdk: 'users.deletePassword' },
    { password_id: string },
    (call) => {
      const { password_id } = call.fields
      const user = ownerOf(call, (one) => one.credentials.password?.password_id === password_id)
      if (user === undefined) throw new StytchFailure('password_not_found')
      return shown(changeUserCredentials(call, user, { password: undefined }))
    },
  ),
  userEndpoint(
    {
      method: 'DELETE',
      path: '/v1/users/:user_id/external_id',
      sdk: 'users.deleteExternalId',
    },
    { user_id: string },
    (call) => {
      const user = requireUser(call.project, call.fields.user_id)
      return shown(changeUser(call, user, { external_id: undefined }))
    },
  ),
]

function shown(user: User): object {
  return { user_id: user.user_id, user: showUser(user) }
}

function ownerOf({ project }: Emulation, owns: (user: User) => boolean): User | undefined {
  return [...project.store.users.values()].find(owns)
}

/** A user must be left with an address or a number to sign in with. */
function withPrimaryFactor(
  user: User,
  change: Partial<Pick<User, 'emails' | 'phone_numbers'>>,
): User {
  const { emails, phone_numbers } = { ...user, ...change }
  if (emails.length + phone_numbers.length === 0)
    throw new StytchFailure('cannot_delete_last_primary_factor')
  return user
}

function assertFree(
  project: Project,
  emailAddress: string | undefined,
  number: string | undefined,
): void {
  if (emailAddress !== undefined && userByEmail(project, emailAddress) !== undefined)
    throw new StytchFailure('duplicate_email')
  if (number !== undefined && userByPhoneNumber(project, number) !== undefined)
    throw new StytchFailure('duplicate_phone_number')
}

const strings = (value: unknown): readonly string[] =>
  stringsOf(value, 'user_search_expected_array_of_string')

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new StytchFailure('user_search_expected_bool')
  return value
}

function fuzzy(value: unknown): string {
  if (typeof value !== 'string') throw new StytchFailure('user_search_expected_string')
  if (value.length < 3) throw new StytchFailure('user_search_email_address_fuzzy_too_short')
  return value.toLowerCase()
}

function time(value: unknown): number {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw new StytchFailure('user_search_expected_timestamp')
  return at
}

/** A filter that holds where one of the user's own texts is one of those that are wanted. */
const isIn =
  (own: (user: User) => readonly string[]) =>
  (value: unknown): ((user: User) => boolean) => {
    const wanted = strings(value)
    return (user) => own(user).some((text) => wanted.includes(text))
  }

/** A filter that holds where one of the user's own texts has a part. */
const contains =
  (own: (user: User) => readonly string[]) =>
  (value: unknown): ((user: User) => boolean) => {
    const part = fuzzy(value)
    return (user) => own(user).some((text) => text.toLowerCase().includes(part))
  }

/** A filter that holds where something is as it is wanted. */
const isSo =
  (own: (user: User) => boolean) =>
  (value: unknown): ((user: User) => boolean) => {
    const wanted = flag(value)
    return (user) => own(user) === wanted
  }

const addresses = ({ emails }: User): readonly string[] => emails.map((one) => one.email)
const numbers = ({ phone_numbers }: User): readonly string[] =>
  phone_numbers.map((one) => one.phone_number)

const filters: Filters<User> = {
  user_id: isIn((user) => [user.user_id, ...(user.external_id ? [user.external_id] : [])]),
  status: (value) => {
    const wanted = oneOf(['active', 'pending'], 'user_search_invalid_status_filter')(
      value,
      'status',
    )
    return (user) => user.status === wanted
  },
  email_address: isIn(addresses),
  email_address_fuzzy: contains(addresses),
  email_id: isIn(({ emails }) => emails.map((one) => one.email_id)),
  email_verified: isSo(({ emails }) => emails.some((one) => one.verified)),
  phone_number: isIn(numbers),
  phone_number_fuzzy: contains(numbers),
  phone_id: isIn(({ phone_numbers }) => phone_numbers.map((one) => one.phone_id)),
  phone_verified: isSo(({ phone_numbers }) => phone_numbers.some((one) => one.verified)),
  full_name_fuzzy: contains(({ name }) => [
    [name.first_name, name.middle_name, name.last_name].filter((part) => part !== '').join(' '),
  ]),
  webauthn_registration_id: isIn(({ webauthn_registrations }) =>
    webauthn_registrations.map((one) => one.webauthn_registration_id),
  ),
  webauthn_registration_verified: isSo(
    ({ webauthn_registrations }) => webauthn_registrations.length > 0,
  ),
  totp_id: isIn(({ credentials }) => (credentials.totp ? [credentials.totp.totp_id] : [])),
  totp_verified: isSo(({ credentials }) => credentials.totp?.verified === true),
  password_exists: isSo(({ credentials }) => credentials.password !== undefined),
  roles: isIn(rolesOfUser),
  created_at_greater_than: (value) => {
    const at = time(value)
    return (user) => user.created_at.getTime() > at
  },
  created_at_less_than: (value) => {
    const at = time(value)
    return (user) => user.created_at.getTime() < at
  },
  created_at_between: (value) => {
    if (!isObject(value)) throw new StytchFailure('user_search_expected_object')
    const from = time(value.greater_than)
    const to = time(value.less_than)
    return (user) => user.created_at.getTime() > from && user.created_at.getTime() < to
  },
}
