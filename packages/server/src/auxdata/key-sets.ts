import type { AuxDataConfig, InsecureOptions, KeySetConfig, LocalSource } from './config.ts'
import { AuxDataError } from './errors.ts'
import type { AuxDataIo } from './io.ts'
import { readKeys, type VerificationKey } from './read-keys.ts'
import { createRemoteKeys } from './remote-keys.ts'

/** A set of keys that is ready to be used. */
export interface KeySet {
  readonly insecure: InsecureOptions
  /** The keys in force. @throws {AuxDataError} where they could never be had. */
  keys(): Promise<readonly VerificationKey[]>
}

/** The key sets of a configuration. */
export interface KeySets {
  /** The set that a request names, or the only one. @throws {AuxDataError} where there is none. */
  find(id: string | undefined): KeySet
}

/** Reads the local key sets. Remote ones are fetched when they are first needed. */
export async function openKeySets(
  configs: NonNullable<AuxDataConfig['keySets']>,
  io: AuxDataIo,
): Promise<KeySets> {
  const opened = await Promise.all(configs.map((config) => openKeySet(config, io)))
  const sets = new Map(configs.map(({ id }, index) => [id, opened[index]]))
  return {
    find: (id) => {
      if (id !== undefined && id !== '') return sets.get(id) ?? unknown()
      const [only] = sets.values()
      if (only === undefined)
        throw new AuxDataError('key-set-missing', 'no key set is configured to verify tokens with')
      if (sets.size > 1)
        throw new AuxDataError(
          'key-set-required',
          'several key sets are configured: the request must name one by `keySetId`',
        )
      return only
    },
  }

  function unknown(): never {
    const known = [...sets.keys()].map((each) => `\`${each}\``).join(', ') || 'none'
    throw new AuxDataError(
      'key-set-unknown',
      `the request names a key set that is not configured; configured: ${known}`,
    )
  }
}

async function openKeySet(config: KeySetConfig, io: AuxDataIo): Promise<KeySet> {
  const { id, insecure = {}, local, remote } = config
  if (remote !== undefined)
    return { insecure, keys: createRemoteKeys({ id, insecure, remote, io }) }
  const content = await readLocal(id, local ?? {}, io)
  try {
    const keys = readKeys({ content, insecure, isPem: local?.pem === true })
    return { insecure, keys: async () => keys }
  } catch (error) {
    throw new AuxDataError('key-set-invalid', `key set \`${id}\`: ${reasonOf(error)}`)
  }
}

async function readLocal(
  id: string,
  { data, file }: LocalSource,
  io: AuxDataIo,
): Promise<Uint8Array> {
  if (!file) return decodeData(id, data ?? '')
  try {
    return await io.readFile(file)
  } catch (cause) {
    const message = `key set \`${id}\`: the file \`${file}\` cannot be read`
    throw new AuxDataError('key-set-unreadable', message, { cause })
  }
}

function decodeData(id: string, data: string): Uint8Array {
  const text = data.replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text))
    throw new AuxDataError('key-set-invalid', `key set \`${id}\`: \`local.data\` must be base64`)
  return Buffer.from(text, 'base64')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
