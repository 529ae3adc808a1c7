import { createHash, pbkdf2Sync, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { argon2i, argon2id } from '@noble/hashes/argon2.js'
import { compareSync } from 'bcryptjs'

import type { PasswordHash } from './entities.ts'
import { StytchFailure } from './errors.ts'
import {
  type Fields,
  integer,
  jsonObject,
  object,
  oneOf,
  optional,
  type Reader,
  string,
  text,
  withDefault,
} from './fields.ts'
import type { JsonObject } from './json.ts'

/** Weak on purpose: a test signs in often, and nothing here protects a real password. */
const ownCost = { N: 1024, r: 8, p: 1 }

/** Hashes a password that was chosen here. */
export function hashPassword(password: string): PasswordHash {
  const salt = randomBytes(16).toString('base64')
  const hash = scryptSync(password, salt, 32, ownCost).toString('base64')
  return { kind: 'emulator', hash, config: { salt } }
}

/** Whether a password is the one that was hashed. */
export function isPassword(password: string, { kind, hash, config }: PasswordHash): boolean {
  if (kind === 'emulator') {
    const salt = String(config.salt)
    return equal(scryptSync(password, salt, 32, ownCost), Buffer.from(hash, 'base64'))
  }
  return schemes[kind]?.matches(password, hash, config) ?? false
}

/** The fields of a migration that say what the hash is. */
export const migrationFields: {
  readonly hash: Reader<string>
  readonly hash_type: Reader<string>
} & Readonly<Record<ConfigName, Reader<JsonObject | undefined>>> = {
  hash: string,
  hash_type: string,
  md_5_config: optional(jsonObject),
  argon_2_config: optional(jsonObject),
  sha_1_config: optional(jsonObject),
  sha_512_config: optional(jsonObject),
  scrypt_config: optional(jsonObject),
  pbkdf_2_config: optional(jsonObject),
}

type ConfigName =
  | 'md_5_config'
  | 'argon_2_config'
  | 'sha_1_config'
  | 'sha_512_config'
  | 'scrypt_config'
  | 'pbkdf_2_config'

/** The hash that a migration brings. */
export function migratedHashOf(fields: Fields<typeof migrationFields>): PasswordHash {
  const configs: Readonly<Record<string, unknown>> = fields
  return migratedHash(fields.hash_type, fields.hash, configs[configNames[fields.hash_type] ?? ''])
}

/**
 * A hash made elsewhere, with the salts and costs that its kind has.
 * @see https://stytch.com/docs/b2b/guides/passwords/migrate
 */
function migratedHash(kind: string, hash: string, config: unknown): PasswordHash {
  const scheme = schemes[kind]
  if (scheme === undefined)
    throw new StytchFailure(
      'invalid_hash_type',
      `hash_type: expected one of ${Object.keys(schemes).join(', ')}`,
    )
  const read = scheme.read(config ?? {}, configNames[kind] ?? 'config')
  if (!scheme.form.test(hash)) throw new StytchFailure('invalid_hash')
  return { kind, hash, config: read }
}

/** The field of a migration that holds the salts and costs of a kind of hash. */
const configNames: Readonly<Record<string, string>> = {
  md_5: 'md_5_config',
  argon_2i: 'argon_2_config',
  argon_2id: 'argon_2_config',
  sha_1: 'sha_1_config',
  sha_512: 'sha_512_config',
  scrypt: 'scrypt_config',
  pbkdf_2: 'pbkdf_2_config',
}

interface Scheme {
  /** What its hashes look like. */
  readonly form: RegExp
  readonly read: Reader<JsonObject>
  matches(password: string, hash: string, config: JsonObject): boolean
}

const hex = /^(?:[0-9a-f]{2})+$/i
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const salted = object({
  prepend_salt: withDefault(text, ''),
  append_salt: withDefault(text, ''),
})
const cost = integer(1, 2 ** 31)

const argonConfig = object({
  salt: text,
  iteration_amount: cost,
  memory: cost,
  threads: cost,
  key_length: cost,
})

const schemes: Readonly<Record<string, Scheme>> = {
  md_5: digest('md5'),
  sha_1: digest('sha1'),
  sha_512: digest('sha512'),
  bcrypt: {
    form: /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/,
    read: () => ({}),
    matches: (password, hash) => compareSync(password, hash),
  },
  argon_2i: argon(argon2i),
  argon_2id: argon(argon2id),
  scrypt: {
    form: base64,
    read: object({
      salt: text,
      n_parameter: cost,
      r_parameter: cost,
      p_parameter: cost,
      key_length: cost,
    }),
    matches(password, hash, config) {
      const { salt, n_parameter: N, r_parameter: r, p_parameter: p, key_length } = numbers(config)
      const maxmem = 256 * N * r
      return equal(scryptSync(password, salt, key_length, { N, r, p, maxmem }), decode(hash))
    },
  },
  pbkdf_2: {
    form: base64,
    read: object({
      salt: text,
      iteration_amount: cost,
      key_length: cost,
      algorithm: withDefault(oneOf(['sha1', 'sha256', 'sha512']), 'sha256'),
    }),
    matches(password, hash, config) {
      const { salt, iteration_amount, key_length } = numbers(config)
      const made = pbkdf2Sync(
        password,
        salt,
        iteration_amount,
        key_length,
        String(config.algorithm),
      )
      return equal(made, decode(hash))
    },
  },
}

function digest(algorithm: string): Scheme {
  return {
    form: hex,
    read: salted,
    matches(password, hash, { prepend_salt, append_salt }) {
      const input = `${String(prepend_salt)}${password}${String(append_salt)}`
      return equal(createHash(algorithm).update(input).digest(), Buffer.from(hash, 'hex'))
    },
  }
}

function argon(make: typeof argon2i): Scheme {
  return {
    form: base64,
    read: argonConfig,
    matches(password, hash, config) {
      const {
        salt,
        iteration_amount: t,
        memory: m,
        threads: p,
        key_length: dkLen,
      } = numbers(config)
      return equal(make(password, salt, { t, m, p, dkLen }), decode(hash))
    },
  }
}

/** The salt, and every cost as a number; each was read as such. */
function numbers({ salt, ...costs }: JsonObject): { readonly salt: Buffer } & NumberFields {
  const read = Object.entries(costs).map(([name, value]) => [name, Number(value)])
  return { ...Object.fromEntries(read), salt: decode(String(salt)) }
}

type NumberFields = Readonly<
  Record<
    | 'n_parameter'
    | 'r_parameter'
    | 'p_parameter'
    | 'key_length'
    | 'iteration_amount'
    | 'memory'
    | 'threads',
    number
  >
>

function decode(text64: string): Buffer {
  return Buffer.from(text64, 'base64')
}

function equal(made: Uint8Array, known: Uint8Array): boolean {
  return made.length === known.length && timingSafeEqual(made, known)
}
