import { closest, distance } from 'fastest-levenshtein'

import { StytchFailure } from './errors.ts'
import {
  boolean,
  email,
  FieldProblem,
  type Fields,
  jsonObject,
  oneOf,
  optional,
  phoneNumber,
  type Reader,
  type Shape,
  string,
  text,
} from './fields.ts'
import { describe, isObject, type JsonObject } from './json.ts'
import { described, objectSchema, schemaOf } from './json-schema.ts'
import { organizationFields, organizationName } from './organization-fields.ts'
import { policyResource, policyRole, policyScope } from './policy-fields.ts'
import type { Seed } from './seed.ts'
import { gather, SeedError } from './seed-error.ts'

/** Reads a seed from parsed JSON. Every problem is reported, each with its place. */
export function readSeed(value: unknown): Seed {
  return at(seed, value, 'seed')
}

const testCredential: Reader<string> = described(schemaOf(string), (value, name) => {
  const credential = string(value, name)
  if (/\blive\b/.test(credential))
    throw new FieldProblem(
      name,
      'this looks live; the emulator takes ids and secrets of the test environment only',
    )
  return credential
})

const idPattern = /^[a-z0-9]+(-[a-z0-9]+)*-test-[\w-]+$/

const testId: Reader<string> = described(
  { type: 'string', pattern: idPattern.source },
  (value, name) => {
    const id = testCredential(value, name)
    if (!idPattern.test(id)) throw new FieldProblem(name, 'expected an id such as `member-test-…`')
    return id
  },
)

const issuer: Reader<string> = described(schemaOf(string), (value, name) => {
  const read = string(value, name)
  if (read === 'stytch' || read === 'base-url') return read
  if (URL.canParse(read) && new URL(read).origin === read) return read
  throw new FieldProblem(
    name,
    'expected `stytch`, `base-url` or an origin such as `https://login.example.com`',
  )
})

// biome-ignore format: table
const member = exactly({
  member_id: optional(testId),
  email_address: email,
  status: optional(oneOf(['active', 'pending', 'invited', 'deleted'])),
  name: optional(text),
  external_id: optional(string),
  roles: optional(each(string)),
  trusted_metadata: optional(jsonObject),
  untrusted_metadata: optional(jsonObject),
  is_breakglass: optional(boolean),
  mfa_enrolled: optional(boolean),
  mfa_phone_number: optional(text),
  default_mfa_method: optional(oneOf(['sms_otp', 'totp'])),
})

const organization = exactly({
  organization_id: optional(testId),
  organization_name: organizationName,
  ...organizationFields,
  org_policy: optional(exactly({ roles: each(policyRole) })),
  members: optional(each(member)),
})

const identity = exactly({
  email_address: email,
  email_verified: optional(boolean),
  name: optional(text),
  subject: optional(string),
  tenants: optional(each(string)),
  groups: optional(each(string)),
})

const trustedTokenProfile = exactly({
  profile_id: string,
  issuer: string,
  audience: string,
  jwks_url: optional(string),
  public_key: optional(string),
  attribute_mapping: optional(
    exactly({
      email: optional(string),
      token_id: optional(string),
      organization_id: optional(string),
    }),
  ),
})

const user = exactly({
  user_id: optional(testId),
  email: optional(email),
  phone_number: optional(phoneNumber),
  status: optional(oneOf(['active', 'pending'])),
  name: optional(
    exactly({ first_name: optional(text), middle_name: optional(text), last_name: optional(text) }),
  ),
  external_id: optional(string),
  roles: optional(each(string)),
  trusted_metadata: optional(jsonObject),
  untrusted_metadata: optional(jsonObject),
})

const redirectDefaults = exactly({
  login: optional(string),
  signup: optional(string),
  invite: optional(string),
  discovery: optional(string),
})

const httpUrl: Reader<string> = described(
  { type: 'string', pattern: '^https?://' },
  (value, path) => {
    const url = string(value, path)
    if (/^https?:\/\//.test(url) && URL.canParse(url)) return url
    throw new FieldProblem(path, `expected a URL such as \`http://127.0.0.1:4000/webhooks\``)
  },
)

const secretPattern = /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/

const webhookSecret: Reader<string> = described(
  { type: 'string', pattern: secretPattern.source },
  (value, path) => {
    const secret = string(value, path)
    if (secretPattern.test(secret)) return secret
    throw new FieldProblem(path, 'expected `whsec_` and a key of at least 16 bytes in base64')
  },
)

// biome-ignore format: table
const project = exactly({
  project_id: optional(testId),
  secret: optional(testCredential),
  public_token: optional(testId),
  name: optional(string),
  jwt: optional(exactly({ issuer: optional(issuer), template: optional(jsonObject), custom_audience: optional(string) })),
  rbac_policy: optional(exactly({ roles: optional(each(policyRole)), resources: optional(each(policyResource)), scopes: optional(each(policyScope)) })),
  redirect_urls: optional(each(string)),
  default_redirect_urls: optional(redirectDefaults),
  authorized_domains: optional(each(string)),
  dynamic_client_registration: optional(boolean),
  userinfo_url: optional(string),
  trusted_token_profiles: optional(each(trustedTokenProfile)),
  webhooks: optional(each(exactly({ url: httpUrl, secret: webhookSecret }))),
  identities: optional(each(identity)),
  organizations: optional(each(organization)),
  users: optional(each(user)),
})

const seed = exactly({ $schema: optional(string), projects: each(project) })

/** What a seed may be, for editors: the file `seed.schema.json`. */
export const seedSchema: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'What a Stytch emulator starts with',
  ...schemaOf(seed),
}

/** An object with these fields and no others: a misspelt field would otherwise be a silent nothing. */
function exactly<S extends Shape>(shape: S): Reader<Fields<S>> {
  return described(objectSchema(shape), (value, path) => {
    if (!isObject(value)) throw new FieldProblem(path, `expected an object, got ${describe(value)}`)
    const known = Object.keys(shape)
    const unknownFields = Object.keys(value).filter((field) => !known.includes(field))
    const entries = gather([
      ...unknownFields.map((field) => () => {
        throw new SeedError([{ path, field, problem: unknownField(field, known) }])
      }),
      ...Object.entries(shape).map(
        ([field, read]) =>
          () =>
            [field, at(read, value[field], `${path}.${field}`)] as const,
      ),
    ])
    // Each reader returns the type its key has in `Fields<S>`.
    return Object.fromEntries(entries.filter(([, read]) => read !== undefined)) as Fields<S>
  })
}

/** An array, each element read alike. */
function each<T>(reader: Reader<T>): Reader<readonly T[]> {
  return described({ type: 'array', items: schemaOf(reader) }, (value, path) => {
    if (!Array.isArray(value))
      throw new FieldProblem(path, `expected an array, got ${describe(value)}`)
    return gather(value.map((element, index) => () => at(reader, element, `${path}[${index}]`)))
  })
}

function at<T>(reader: Reader<T>, value: unknown, path: string): T {
  try {
    return reader(value, path)
  } catch (error) {
    if (error instanceof FieldProblem)
      throw new SeedError([{ path: error.field, problem: error.problem }])
    if (error instanceof StytchFailure) throw new SeedError([{ path, problem: error.message }])
    throw error
  }
}

function unknownField(field: string, known: readonly string[]): string {
  const near =
    known.find((one) => one.startsWith(field) || field.startsWith(one)) ?? nearest(field, known)
  const hint =
    near === undefined
      ? `expected one of ${known.map((one) => `\`${one}\``).join(', ')}`
      : `did you mean \`${near}\`?`
  return `unknown field \`${field}\`; ${hint}`
}

/** A name that a third of the letters or fewer make another. */
function nearest(field: string, known: readonly string[]): string | undefined {
  const near = closest(field, known)
  return distance(field, near) * 3 <= field.length ? near : undefined
}
