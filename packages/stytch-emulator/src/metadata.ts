import { StytchFailure } from './errors.ts'
import { isObject, type JsonObject } from './json.ts'

/**
 * Metadata after an update: merged at the top level only, and `null` deletes a key.
 * @see https://stytch.com/docs/b2b/api/metadata
 */
export function mergeMetadata(stored: JsonObject, update: JsonObject | undefined): JsonObject {
  if (update === undefined) return stored
  const merged = withoutNulls({ ...stored, ...update })
  if (Object.keys(merged).length > 20) throw new StytchFailure('metadata_too_many_keys')
  if (sizeOf(merged) > 4096) throw new StytchFailure('metadata_too_large')
  return merged
}

/** Custom claims after an update: merged at every level, and `null` deletes a key. */
export function mergeClaims(stored: JsonObject, update: JsonObject | undefined): JsonObject {
  if (update === undefined) return stored
  const merged = deepMerge(stored, update)
  if (sizeOf(merged) > 4096) throw new StytchFailure('custom_claims_too_large')
  return merged
}

function deepMerge(stored: JsonObject, update: JsonObject): JsonObject {
  const changed = Object.entries(update).map(([key, value]) => {
    const before = Object.hasOwn(stored, key) ? stored[key] : undefined
    if (!isObject(value)) return [key, value] as const
    // Inside an object there may be a `null` even where nothing was stored.
    return [
      key,
      deepMerge(isObject(before) ? (before as JsonObject) : {}, value as JsonObject),
    ] as const
  })
  return withoutNulls({ ...stored, ...Object.fromEntries(changed) })
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

function sizeOf(object: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(object))
}
