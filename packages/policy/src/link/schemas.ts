import type { SchemaReference, Schemas } from '../document.ts'
import type { LinkedSchema, LinkedSchemas } from '../linked.ts'
import { nearName } from '../near-name.ts'
import { locationOf } from '../place.ts'
import { referenceTo } from '../schemas/schema-store.ts'
import { SCHEMAS_DIRECTORY } from '../sources/policy-paths.ts'
import type { Linker } from './linker.ts'

/** The schemas that a resource policy names. One that cannot be used is reported. */
export function linkSchemas(
  schemas: Schemas | undefined,
  linker: Linker,
): { readonly schemas?: LinkedSchemas } {
  const principal = linkSchema('principal', schemas?.principalSchema, linker)
  const resource = linkSchema('resource', schemas?.resourceSchema, linker)
  if (!principal && !resource) return {}
  return { schemas: { ...(principal && { principal }), ...(resource && { resource }) } }
}

function linkSchema(
  what: 'principal' | 'resource',
  schema: SchemaReference | undefined,
  { schemas, report, checksSchemas }: Linker,
): LinkedSchema | undefined {
  const ref = schema?.ref
  if (!schema || !ref?.value) return undefined
  const { value: reference, place } = ref
  const loaded = checksSchemas ? schemas.load(reference) : undefined
  if (loaded?.ok === false) {
    const { problem, missing } = loaded
    const wanted = missing === undefined ? undefined : wantedReference(missing)
    const suggestion = wanted && nearName(wanted, schemas.references)
    report('invalid-schema', place, { what, reference, problem }, { suggestion })
  }
  return {
    reference,
    ignoredActions: schema.ignoreWhen?.actions.items.map(({ value }) => value) ?? [],
    load: () => schemas.load(reference),
    location: locationOf(place),
  }
}

/** What should have been written for a file that is not there. */
function wantedReference(missing: string): string {
  const isInside = missing.startsWith(`${SCHEMAS_DIRECTORY}/`)
  return referenceTo(isInside ? missing : `${SCHEMAS_DIRECTORY}/${missing.replace(/^\//, '')}`)
}
